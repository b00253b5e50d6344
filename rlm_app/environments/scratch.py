"""Private folders for workers, and their removal whatever a cell has built in them."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile

from rlm_app.environments.confinement.inside.identity import FIRST_UID

_PREFIX = "rlm-scratch-"


def make_scratch() -> str:
    """Create a fresh folder that only this account can enter, and return its path; its name holds our process's id."""
    return tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")


def sweep_scratch() -> int:
    """Remove the folders that dead processes of this account left behind; return how many there were."""
    swept = 0
    with os.scandir(tempfile.gettempdir()) as entries:
        left = [entry for entry in entries if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False)]
    for entry in left:
        pid, _, _ = entry.name.removeprefix(_PREFIX).partition("-")
        with contextlib.suppress(FileNotFoundError):  # another process that starts now sweeps too
            if pid.isdecimal() and _is_ours(entry.stat(follow_symlinks=False).st_uid) and not _is_alive(int(pid)):
                remove_scratch(entry.path)
                swept += 1
    return swept


def _is_ours(uid: int) -> bool:
    """Whether a folder belongs to this account, or to one that this account, as root, made up for a worker."""
    return uid == os.geteuid() or (os.geteuid() == 0 and uid >= FIRST_UID)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove_scratch(root: str) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays.

    Sub-folders are first moved up to the top, so that neither depth nor length of a path matters.
    """
    mark, number = secrets.token_hex(8), 0
    pending = _empty(root)
    while pending:
        folder = os.path.join(root, f"{mark}-{number}")
        number += 1
        with contextlib.suppress(OSError):
            os.rename(pending.pop(), folder)
            for below in _empty(folder):
                number += 1
                moved = os.path.join(root, f"{mark}-{number}")
                os.rename(below, moved)
                pending.append(moved)
            os.rmdir(folder)
    with contextlib.suppress(OSError):
        os.rmdir(root)


def _empty(folder: str) -> list[str]:
    """Remove the files of a folder and return the folders in it, each made ours to enter."""
    folders = []
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, 0o700)
                    folders.append(entry.path)
                else:
                    os.unlink(entry.path)
    return folders
