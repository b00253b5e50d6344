"""Trying what must not work, harmlessly, after confining and before the first cell: what is said of a worker is measured."""

from __future__ import annotations

import _socket
import contextlib
import ctypes
import errno
import os

from . import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

READABLE = ("/etc/passwd", "/etc/hostname", "/proc/version")
WRITABLE = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - where everybody may write unless the kernel forbids it
BAD_POINTER = 8
NO_REQUEST = 0x7F000000


def probe(parent: int, scratch: str, outside: list[str]) -> dict[str, bool]:
    """Return for each forbidden thing whether it was refused, and under `scratch` whether what must work does."""
    attempts: dict[str, Callable[[], None]] = {
        "read": lambda: _any(_read, [*outside, *READABLE]),
        "write": lambda: _any(_create, [os.path.dirname(scratch), *WRITABLE]),
        "parent": lambda: _read(f"/proc/{parent}/environ"),
        "tcp": lambda: _open_socket(_socket.AF_INET, _socket.SOCK_STREAM),
        "udp": lambda: _open_socket(_socket.AF_INET, _socket.SOCK_DGRAM),
        "unix": lambda: _open_socket(_socket.AF_UNIX, _socket.SOCK_STREAM),
        "fork": _fork,
        "exec": _execute,
        "trace": lambda: _trace(parent),
        "signal": lambda: os.kill(parent, 0),
    }
    found = {name: _refused(attempt) for name, attempt in attempts.items()}
    found["scratch"] = not _refused(lambda: _create(scratch))
    return found


def _refused(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _any(attempt: Callable[[str], None], paths: list[str]) -> None:
    """Succeed when one of the paths lets us; raise `OSError` when none does."""
    for path in paths:
        with contextlib.suppress(OSError):
            return attempt(path)
    raise OSError(errno.EACCES, "none of the paths")


def _read(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY))


def _create(folder: str) -> None:
    path = os.path.join(folder, f".rlm-probe-{os.getpid()}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _open_socket(family: int, kind: int) -> None:
    _socket.socket(family, kind).close()


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _execute() -> None:
    """Ask for a program at an address that is none: a kernel that would start one complains of the address."""
    try:
        kernel.checked(kernel.libc().execve(ctypes.c_void_p(BAD_POINTER), ctypes.c_void_p(BAD_POINTER), None))
    except OSError as error:
        if error.errno not in (errno.EFAULT, errno.ENOENT):
            raise


def _trace(parent: int) -> None:
    """Make a request of ptrace that does not exist: a kernel that lets us trace complains of the request."""
    try:
        kernel.checked(kernel.libc().ptrace(ctypes.c_long(NO_REQUEST), ctypes.c_long(parent), None, None))
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.ENOSYS):
            raise
