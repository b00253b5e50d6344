"""The first program in a local worker's process: it confines itself, then becomes the worker. Imported by nobody."""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PR_SET_CHILD_SUBREAPER = 36


def confine(plan: dict[str, Any]) -> dict[str, bool]:
    """Apply the plan as far as the system allows; return which measures hold."""
    os.umask(0o077)
    sys.path += plan["packages"]
    return {**limit_resources(plan), "reaper": keep_orphans()}


def limit_resources(plan: dict[str, Any]) -> dict[str, bool]:
    """Cap memory, files and core dumps; the address space is the fence behind the memory that DATA does not see."""
    try:
        import resource
    except ImportError:
        return {}
    caps = {
        "core": (resource.RLIMIT_CORE, 0),
        "file_size": (resource.RLIMIT_FSIZE, plan["file_size"]),
        "open_files": (resource.RLIMIT_NOFILE, plan["open_files"]),
        "memory": (resource.RLIMIT_DATA, plan["memory"]),
        "address_space": (resource.RLIMIT_AS, plan["memory"] + (2 << 30)),
    }
    return {name: _cap(resource, what, value) for name, (what, value) in caps.items()}


def _cap(resource: Any, what: int, value: int) -> bool:
    _, hard = resource.getrlimit(what)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(what, (most, most))
    except (OSError, ValueError):
        return False
    return sys.platform.startswith("linux") or what not in (resource.RLIMIT_DATA, resource.RLIMIT_AS)


def keep_orphans() -> bool:
    """Become the parent of what the cells' processes leave behind, so that the host finds it under this process."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def main(worker: str, plan: str) -> None:
    """Confine this process and run the worker in it."""
    confined = confine(json.loads(plan))
    code = importlib.machinery.SourceFileLoader("__main__", worker).get_code("__main__")
    assert code is not None  # noqa: S101
    sys.argv = [""]
    exec(code, {"__name__": "__main__", "__builtins__": __builtins__, "CONFINED": confined})  # noqa: S102


main(*sys.argv[1:])
