"""Who the process is: an account of its own, no capabilities, no life after its parent, nothing to look into."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct

from . import kernel

SET_PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP, CHILD_SUBREAPER, NO_NEW_PRIVS, CAP_AMBIENT = 1, 4, 24, 36, 38, 47
AMBIENT_CLEAR_ALL = 4
CAPSET = (126, 91)
CAPABILITY_VERSION = 0x20080522
FIRST_UID = 2_000_000_000
# To hand over the scratch folder, and to look into it, end the worker and clean up afterwards: CHOWN, DAC_OVERRIDE, KILL,
# SETGID, SETUID.
NEEDED = sum(1 << number for number in (0, 1, 5, 6, 7))


def take_own_account(read: list[str], scratch: str) -> str:
    """As root, become an account that owns nothing but the scratch folder, unless it could not read the interpreter."""
    if os.geteuid() != 0:
        return "off: not root"
    if not all(others_can_reach(path) for path in read):
        return "off: others cannot read the interpreter"
    if _effective() & NEEDED != NEEDED:
        return "off: not allowed"
    uid = FIRST_UID + os.getpid()
    try:
        os.chown(scratch, uid, uid)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        # The change made the process undumpable, and its own /proc files root's: namespaces have still to write there.
        kernel.prctl(SET_DUMPABLE, 1)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.chown(scratch, 0, 0)
        return kernel.reason(error)
    return f"on: {uid}"


def others_can_reach(path: str) -> bool:
    """Whether any account may enter each folder on the way to `path`, and read it."""
    path = os.path.realpath(path)
    try:
        if not os.stat(path).st_mode & 0o004:
            return False
        while path != "/":
            path = os.path.dirname(path)
            if not os.stat(path).st_mode & 0o001:
                return False
    except OSError:
        return False
    return True


def _effective() -> int:
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:
            if line.startswith("CapEff:"):
                return int(line.split()[1], 16)
    return 0


def die_with(parent: int) -> str:
    """Ask to be killed when the thread that started us ends; end at once if it has ended already."""
    try:
        kernel.prctl(SET_PDEATHSIG, signal.SIGKILL)
    except OSError as error:
        return kernel.reason(error)
    if os.getppid() != parent:
        os._exit(0)
    return "on"


def become_undumpable() -> str:
    """Close our /proc files and memory to processes of the same account."""
    return _set(SET_DUMPABLE, 0)


def gain_nothing() -> str:
    """Give up for good what a set-uid program could add."""
    return _set(NO_NEW_PRIVS, 1)


def keep_orphans() -> str:
    """Become the parent of what cells leave behind where they may start processes, so that the host finds it below us."""
    return _set(CHILD_SUBREAPER, 1)


def _set(option: int, value: int) -> str:
    try:
        kernel.prctl(option, value)
    except OSError as error:
        return kernel.reason(error)
    return "on"


def drop_capabilities(machine: int) -> str:
    """Empty every set of capabilities; an ordinary user's are empty already."""
    with contextlib.suppress(OSError):
        for number in range(64):
            kernel.prctl(CAPBSET_DROP, number)  # fails without CAP_SETPCAP, and after the last one there is
    with contextlib.suppress(OSError):
        kernel.prctl(CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION, 0))
    nothing = ctypes.create_string_buffer(struct.pack("=6I", *[0] * 6))
    try:
        kernel.call(CAPSET[machine], header, nothing)
    except OSError as error:
        return kernel.reason(error)
    return "on"
