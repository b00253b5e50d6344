"""Namespaces: an empty network, a bounded scratch folder, and without Landlock a file tree of what may be read only."""

from __future__ import annotations

import contextlib
import ctypes
import os

from . import kernel

NEW_MOUNTS, NEW_UTS, NEW_IPC, NEW_USER, NEW_NET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
DETACH = 2
PIVOT_ROOT = (155, 41)
KEPT_FLAGS = 0xF
MOST_FILES = 4096
LINKS = ("/lib", "/lib64", "/lib32", "/bin")


def enter() -> str:
    """Enter new user, network, IPC, host-name and mount namespaces; needs a single thread."""
    uid, gid = os.getuid(), os.getgid()
    flags = NEW_USER | NEW_NET | NEW_IPC | NEW_UTS | NEW_MOUNTS
    try:
        kernel.checked(kernel.libc().unshare(ctypes.c_int(flags)))
        with contextlib.suppress(FileNotFoundError):
            _say("setgroups", "deny")
        _say("uid_map", f"{uid} {uid} 1")
        _say("gid_map", f"{gid} {gid} 1")
    except OSError as error:
        return kernel.reason(error)
    return "on"


def _say(name: str, text: str) -> None:
    place = os.open(f"/proc/self/{name}", os.O_WRONLY)  # gVisor refuses O_CREAT and O_TRUNC here, which open() adds
    try:
        os.write(place, text.encode())
    finally:
        os.close(place)


def bound(scratch: str, size: int) -> str:
    """Lay a scratch folder of `size` bytes over the given one, which the host keeps empty and never sees into."""
    try:
        _mount(None, "/", None, RECURSIVE | PRIVATE)
        options = f"size={size},nr_inodes={MOST_FILES},mode=0700"
        _mount("tmpfs", scratch, "tmpfs", NO_SUID | NO_DEVICES | NO_EXEC, options)
        os.chdir(scratch)
    except OSError as error:
        return kernel.reason(error)
    return "on"


def lock(read: list[str], devices: tuple[str, ...], scratch: str, size: int) -> str:
    """Change to a tree of read-only views of `read`, and a scratch folder of `size` bytes that the host never sees."""
    try:
        _mount(None, "/", None, RECURSIVE | PRIVATE)
        _mount("tmpfs", scratch, "tmpfs", NO_SUID | NO_DEVICES, f"size={size},nr_inodes=20000,mode=0755")
        for link in LINKS:
            if os.path.islink(link):
                os.symlink(os.readlink(link), scratch + link)
        for path in sorted({*read, *devices}):
            with contextlib.suppress(OSError):  # what cannot be shown is not there
                _show(path, scratch)
        os.makedirs(scratch + scratch, exist_ok=True)
        flags = NO_SUID | NO_DEVICES | NO_EXEC
        _mount("tmpfs", scratch + scratch, "tmpfs", flags, f"size={size},nr_inodes={MOST_FILES},mode=0700")
        _change_root(scratch)
    except OSError as error:
        return kernel.reason(error)
    return "on"


def _show(path: str, root: str) -> None:
    """Bind a file or folder into the new tree; a path that is a link becomes one there too."""
    real = os.path.realpath(path)
    if not os.path.lexists(root + real):
        _bind(real, root + real)
    if path != real and not os.path.lexists(root + path):
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(real, root + path)


def _bind(real: str, target: str) -> None:
    if os.path.isdir(real):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600))
    _mount(real, target, None, BIND | RECURSIVE)
    if not real.startswith("/dev/"):
        kept = os.statvfs(target).f_flag & KEPT_FLAGS  # flags that the outer namespace has locked
        _mount(None, target, None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES | kept)


def _change_root(root: str) -> None:
    scratch = root
    machine = kernel.machine()
    assert machine is not None  # noqa: S101 - or nothing here is called
    os.chdir(root)
    kernel.call(PIVOT_ROOT[machine], b".", b".")
    kernel.checked(kernel.libc().umount2(b".", ctypes.c_int(DETACH)))
    _mount(None, "/", None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES)
    os.chdir(scratch)


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    given = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    kernel.checked(kernel.libc().mount(given[0], given[1], given[2], ctypes.c_ulong(flags), given[3]))
