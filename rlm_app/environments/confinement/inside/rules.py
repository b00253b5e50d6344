"""Which system calls a confined worker may make: those that act on itself and on what it already holds.

`syscalls.py` lists what is plainly allowed. Here stand the calls that are allowed for some arguments only, each as
conditions that must all hold: a 32-bit word of the arguments, a mask, and the values that pass. Everything else is refused.
"""

from __future__ import annotations

import errno

from .syscalls import ALLOW, CHECKED, ENOSYS, FILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    Condition = tuple[int, int, tuple[int, ...]]
    Verdict = int
    Rule = tuple[int, list[Condition], Verdict]

ALLOWED, KILL = 0x7FFF0000, 0x80000000
WHOLE = 0xFFFFFFFF
HOT = ("futex", "read", "write", "munmap", "mprotect", "madvise", "brk", "clock_gettime", "fstat", "lseek")

ACCESS_MODE, TRUNCATE = 0o3, 0o1000
MAP_SHARED, MAP_ANONYMOUS, MAP_GROWSDOWN = 0x01, 0x20, 0x100
# Memory, folder, descriptors, signal handlers and thread group shared: a thread with descriptors of its own has a cap of its
# own on them, and what their buffers hold is the kernel's memory, which no cap counts.
CLONE_THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000
CLOSE_ON_EXEC = 4
CLONE_NEW = 0x02000000 | 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
IOCTLS = (0x541B, 0x5421, 0x5450, 0x5451, 0x5401, 0x5413)  # FIONREAD FIONBIO FIONCLEX FIOCLEX, and what isatty() asks
# No F_SETOWN, F_SETSIG (the kernel would signal the app for us), F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ or F_ADD_SEALS.
FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
PRCTLS = (15, 16, 0x53564D41)  # names of threads and of stretches of memory
AF_UNIX = SOCK_STREAM = 1


def refuse(code: int) -> int:
    """Return the verdict that makes a call fail with an errno."""
    return 0x00050000 | code


def low(argument: int) -> int:
    """Return which word holds the lower half of an argument; both machines keep it first."""
    return 2 * argument


def high(argument: int) -> int:
    """Return which word holds the upper half of an argument."""
    return 2 * argument + 1


def conditions(pid: int) -> dict[str, tuple[list[Condition], Verdict]]:
    """Return for each checked call what must hold of its arguments, and the verdict when it does not."""
    forbidden = refuse(errno.EPERM)
    # Reading with truncation: Landlock before its third version does not see that this writes.
    opening = tuple(flags for flags in (0, 1, 2, 3, 0o1001, 0o1002, 0o1003))
    flags_of_open = ACCESS_MODE | TRUNCATE
    return {
        # Shared anonymous memory is counted by no cap, and what may grow downwards counts as stack and not as data.
        "mmap": (
            [(low(3), MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, (0, MAP_SHARED, MAP_ANONYMOUS))],
            refuse(errno.ENOMEM),
        ),
        "close_range": ([(low(2), WHOLE, (0, CLOSE_ON_EXEC))], forbidden),
        "open": ([(low(1), flags_of_open, opening)], refuse(errno.EACCES)),
        "openat": ([(low(2), flags_of_open, opening)], refuse(errno.EACCES)),
        "clone": ([(low(0), CLONE_THREAD | CLONE_NEW, (CLONE_THREAD,))], forbidden),
        "kill": ([(low(0), WHOLE, (pid,))], forbidden),
        "tgkill": ([(low(0), WHOLE, (pid,))], forbidden),
        "prlimit64": ([(low(0), WHOLE, (0, pid))], forbidden),
        "ioctl": ([(low(1), WHOLE, IOCTLS)], refuse(errno.ENOTTY)),
        "fcntl": ([(low(1), WHOLE, FCNTLS)], forbidden),
        "prctl": ([(low(0), WHOLE, PRCTLS)], forbidden),
        # asyncio wakes itself by such a pair. A pair of datagram sockets could send to any path.
        "socketpair": ([(low(0), WHOLE, (AF_UNIX,)), (low(1), 0xF, (SOCK_STREAM,))], forbidden),
        "sendto": ([(low(4), WHOLE, (0,)), (high(4), WHOLE, (0,))], forbidden),  # only without an address
    }


def rules(machine: int, pid: int, *, files: bool) -> list[Rule]:
    """Return in order: a call's number, its conditions, and the verdict when they fail; without any it is the verdict.

    With `files` False no path can be opened, renamed or removed at all.
    """
    closed = refuse(errno.EACCES)
    found: list[tuple[tuple[int | None, int | None], list[Condition], int]] = []
    checks = conditions(pid)
    found += [(numbers, *checks[name]) for name, numbers in CHECKED.items() if files or not name.startswith("open")]
    found += [(numbers, [], closed) for name, numbers in CHECKED.items() if not files and name.startswith("open")]
    found += [(ALLOW[name], [], ALLOWED) for name in (*HOT, *(name for name in ALLOW if name not in HOT))]
    found += [(numbers, [], ALLOWED if files else closed) for numbers in FILES.values()]
    # The C library falls back to an older call when one looks unimplemented, and gives up when it is refused.
    found += [(numbers, [], refuse(errno.ENOSYS)) for numbers in ENOSYS.values()]
    return [(number, checks, verdict) for numbers, checks, verdict in found if (number := numbers[machine]) is not None]
