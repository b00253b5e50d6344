"""Caps on what the process may use up."""

from __future__ import annotations

import sys

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LIBRARIES = 2 << 30
STACK = 8 << 20


def limit(plan: dict[str, Any], others: int) -> dict[str, bool]:
    """Set the caps of a plan and return which hold; `others` are the threads that the account may have running elsewhere.

    The address space is the fence behind the memory that DATA does not see.
    """
    if resource is None:
        return {}
    caps = {
        "core": (resource.RLIMIT_CORE, 0),
        "file_size": (resource.RLIMIT_FSIZE, plan["file_size"]),
        "open_files": (resource.RLIMIT_NOFILE, plan["open_files"]),
        "stack": (resource.RLIMIT_STACK, STACK),
        "locked_memory": (resource.RLIMIT_MEMLOCK, 0),
        "memory": (resource.RLIMIT_DATA, plan["memory"]),
        "address_space": (resource.RLIMIT_AS, plan["memory"] + LIBRARIES),
    }
    if sys.platform.startswith("linux"):
        caps["queued_signals"] = (resource.RLIMIT_SIGPENDING, 256)
        caps["message_queues"] = (resource.RLIMIT_MSGQUEUE, 0)
        caps["threads"] = (resource.RLIMIT_NPROC, others + plan["threads"])
    return {name: _cap(what, value) for name, (what, value) in caps.items()}


def tasks() -> int:
    """Return how many threads the machine runs: the kernel counts an account's threads, and these are at least as many."""
    try:
        with open("/proc/loadavg", encoding="ascii") as load:
            return int(load.read().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):  # not Linux, or a sandbox that hides it
        return 4_096


def _cap(what: int, value: int) -> bool:
    _, hard = resource.getrlimit(what)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        return False
    return sys.platform.startswith("linux") or what not in (resource.RLIMIT_DATA, resource.RLIMIT_AS)
