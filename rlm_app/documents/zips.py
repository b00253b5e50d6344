"""Looking into a ZIP container before anything is unpacked from it."""

import zipfile
from pathlib import Path

from rlm_app.errors import DocumentError

MAX_UNPACKED = 1_000_000_000
MAX_ENTRIES = 10_000
MOST_ENTRIES = 200_000
"""How many entries an archive of files may list; a single document is held to `MAX_ENTRIES`."""

MAX_RATIO = 200
_RATIO_FROM = 20_000_000


def open_checked(path: Path, name: str, most: int = MAX_ENTRIES) -> zipfile.ZipFile:
    """Open a container of at most `most` entries that unpacks to a sane size.

    Raises `DocumentError` for a damaged one and for a bomb.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DocumentError(name, "is damaged: the file ends early or is mixed up; get a fresh copy") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    ratio = unpacked / max(1, path.stat().st_size)
    if len(entries) > most:
        archive.close()
        raise DocumentError(
            name, f"holds {len(entries):,} entries, and {most:,} are allowed; it is not read for safety"
        )
    if unpacked > MAX_UNPACKED or (unpacked > _RATIO_FROM and ratio > MAX_RATIO):
        archive.close()
        reason = f"would unpack to {unpacked / 1e6:,.0f} MB ({ratio:,.0f} times its size); it is not read for safety"
        raise DocumentError(name, reason)
    return archive
