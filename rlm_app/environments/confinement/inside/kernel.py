"""The calls to the Linux kernel that Python has no function for, and which of two machines this is."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MACHINES = ("x86_64", "aarch64")
"""The machines whose call numbers we know; tables hold a column for each, in this order."""


def machine() -> int | None:
    """Return the column of this machine in the tables, or None where its numbers are not known."""
    if not sys.platform.startswith("linux") or sys.maxsize <= 1 << 32:
        return None
    name = os.uname().machine
    return MACHINES.index(name) if name in MACHINES else None


_libc: Any = None


def libc() -> Any:
    """Return the C library that this process runs on."""
    global _libc  # noqa: PLW0603 - opened once, in the process that is confined
    if _libc is None:
        _libc = ctypes.CDLL(None, use_errno=True)
        _libc.syscall.restype = ctypes.c_long
        _libc.prctl.restype = _libc.unshare.restype = _libc.mount.restype = ctypes.c_int
    return _libc


def call(number: int, *arguments: object) -> int:
    """Make the system call of that number; raise `OSError` when it fails. Integers travel as longs, bytes as pointers."""
    passed = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return checked(libc().syscall(ctypes.c_long(number), *passed))


def prctl(option: int, *arguments: int) -> int:
    """Change an attribute of this process; raise `OSError` when it fails."""
    padded = (*arguments, 0, 0, 0, 0)[:4]
    return checked(libc().prctl(ctypes.c_int(option), *(ctypes.c_ulong(value) for value in padded)))


def checked(result: int) -> int:
    """Return the result of a C function, or raise the `OSError` it left in errno."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def reason(error: OSError) -> str:
    """Return why a layer is off, in a word that can be looked up."""
    return f"off: {errno.errorcode.get(error.errno or 0, 'unknown')}"
