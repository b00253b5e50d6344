"""Saves what can be read of a damaged data file into a new one. The damaged file is put aside and never written to."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.store.salvage_rows import copy_table, mend, rows_in

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAMAGE = (
    "not a valid duckdb database file",
    "corrupt",
    "could not read enough bytes",
    "failure while replaying wal",
    "serialization error",
    "deserialize",
)
_ASIDE = ".damaged-"
_LOG_BEGINS = b"\x64\x00\x62"
_QUOTED = re.compile(r"([\"'])[^\"']*\1")
_WAL_AT = re.compile(r"entry at byte position (\d+)")


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was saved of a damaged file: where that is now, and by table how many rows were saved and how many are lost.

    What is lost is None where the file does not even say how many rows it had.
    """

    aside: Path
    saved: dict[str, int]
    lost: dict[str, int | None]

    def sentence(self) -> str:
        """Return what happened, for a person."""
        told = f"The data file was damaged. It is kept as {self.aside}, and what could be read of it is here: "
        told += f"{self.saved.get('runs', 0):,} runs and {self.saved.get('documents', 0):,} documents. "
        if all(number == 0 for number in self.lost.values()):
            return f"{told}Nothing of it seems to be missing. "
        if not any(self.saved.values()):
            told += "That is nothing. "
        return f"{told}Some of it is lost. If you have a backup, restore it: what is here stays as it is."


def is_damage(reason: str) -> bool:
    """Whether a database message says that the file itself is damaged, and not that it is locked, full or forbidden."""
    told = _QUOTED.sub("", reason).lower()  # the name of a folder says nothing
    return any(words in told for words in _DAMAGE)


def salvage(path: Path, opened: Callable[[str], DuckDBPyConnection]) -> Salvage:
    """Put a new file in the place of a damaged one, with what can be read of it; `opened` opens an up-to-date file.

    Until the new file is whole the damaged one stays where it is.
    """
    coming = path.with_name(f"{path.name}.saving")
    for left in (coming, _log_of(coming)):
        left.unlink(missing_ok=True)
    connection = opened(str(coming))
    try:
        saved, lost = _copy(connection, path)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    aside = _put_aside(path)
    coming.rename(path)
    return Salvage(aside, saved, lost)


def _put_aside(path: Path) -> Path:
    """Move a data file and its log out of the way, to a name that nothing else has; return it."""
    stamp = f"{datetime.datetime.now():%Y%m%d-%H%M%S}"
    names = (path.with_name(f"{path.name}{_ASIDE}{stamp}{more}") for more in ("", *(f"-{n}" for n in range(1, 1_000))))
    aside = next(name for name in names if not name.exists())
    path.rename(aside)
    log = _log_of(path)
    if log.exists():
        log.rename(_log_of(aside))
    return aside


def keep_log(path: Path) -> str:
    """Copy a log aside whose beginning is none, and say so: DuckDB passes such a log over and writes another in its place."""
    log = _log_of(path)
    if not log.exists() or log.stat().st_size == 0:
        return ""
    with log.open("rb") as file:
        if file.read(len(_LOG_BEGINS)) == _LOG_BEGINS:
            return ""
    aside = path.with_name(f"{path.name}{_ASIDE}{datetime.datetime.now():%Y%m%d-%H%M%S}.log")
    shutil.copyfile(log, aside)
    return (
        f"The log of the data file, with what came last before the app ended, was damaged and is kept as {aside}. What came "
        "before it is here; a run that was at work then may lack its end. If you have a backup, restore it."
    )


def kept_aside(path: Path) -> list[Path]:
    """Return the damaged files that were put aside from a data file, the oldest first."""
    return sorted(each for each in path.parent.glob(f"{path.name}{_ASIDE}*") if each.suffix != ".wal")


def _copy(connection: DuckDBPyConnection, damaged: Path) -> tuple[dict[str, int], dict[str, int | None]]:
    """Copy every row that can be read into the open, empty, up-to-date file; return what was saved and lost by table."""
    tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    tables = [name for name in tables if name != "migrations"]
    with _attached(connection, damaged) as read:
        had = {table: copy_table(connection, table) if read else None for table in tables}
    mend(connection)
    saved = {table: rows_in(connection, table) for table in tables}
    lost = {table: None if rows is None else max(rows - saved[table], 0) for table, rows in had.items()}
    return saved, lost if read == damaged else {**lost, "log": None}


@contextmanager
def _attached(connection: DuckDBPyConnection, damaged: Path) -> Iterator[Path | None]:
    """Attach the file, or as much of it as opens, as `old`; give what was attached."""
    import duckdb

    folder = damaged.with_name(f"{damaged.name}.reading")
    folder.mkdir()
    try:
        yield next((each for each in _readings(connection, damaged, folder) if _attach(connection, each)), None)
    finally:
        with suppress(duckdb.Error):
            connection.execute("DETACH old")
        shutil.rmtree(folder, ignore_errors=True)


def _readings(connection: DuckDBPyConnection, damaged: Path, folder: Path) -> Iterator[Path]:
    """Give the file itself, then copies with less and less of its log."""
    import duckdb

    yield damaged
    copy = folder / "copy.duckdb"
    log = _log_of(damaged)
    if log.exists():
        shutil.copyfile(damaged, copy)
        shutil.copyfile(log, _log_of(copy))
        try:
            connection.execute(f"ATTACH '{_quoted(copy)}' AS probe (READ_ONLY)")
            connection.execute("DETACH probe")
        except duckdb.Error as error:
            if found := _WAL_AT.search(str(error)):
                with _log_of(copy).open("r+b") as file:
                    file.truncate(int(found.group(1)))
                yield copy
        _log_of(copy).unlink()
        yield copy


def _attach(connection: DuckDBPyConnection, path: Path) -> bool:
    import duckdb

    try:
        connection.execute(f"ATTACH '{_quoted(path)}' AS old (READ_ONLY)")
        return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE database_name = 'old'").fetchall())
    except duckdb.Error:
        return False


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
