"""Compiling the packages that cells may import: a worker may write nothing, and would compile them anew in every run."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterable

from rlm_app.environments.confinement import packages

LOWEST_PRIORITY = 19
TESTS = r"[/\\]tests?[/\\]"


def compile_packages(places: Iterable[str] | None = None) -> bool:
    """Compile what is not yet, in a process of the lowest priority, and wait for it; return whether there was anything.

    `places` are files and folders, by default those of the packages that cells may import. What this account may not write
    is passed over, and so is everything where Python was told to write no bytecode.
    """
    missing = [place for place in (packages.entries() if places is None else places) if _is_missing(place)]
    if not missing or sys.dont_write_bytecode or os.name != "posix":
        return False
    command = [sys.executable, "-s", "-S", "-m", "compileall", "-q", "-x", TESTS, *missing]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:  # no room for a process: workers are slower, and nothing else is lost
        return False
    atexit.register(process.kill)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
    process.wait()
    atexit.unregister(process.kill)
    return True


def _is_missing(place: str) -> bool:
    """Whether a module or package could have bytecode beside it, and has none."""
    source = os.path.join(place, "__init__.py") if os.path.isdir(place) else place
    if not source.endswith(".py") or not os.path.isfile(source):
        return False
    return os.access(os.path.dirname(source), os.W_OK) and not os.path.exists(importlib.util.cache_from_source(source))
