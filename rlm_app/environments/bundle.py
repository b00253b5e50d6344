"""What is sent to a sandbox that holds nothing but Python, so that it becomes a worker."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rlm_app.environments import confinement

_HERE = Path(__file__).parent

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}
"""Variables for the worker's process: equal hashes in each run, one thread per number cruncher."""


def command(python: str) -> list[str]:
    """Return the command that makes a Python of 3.9 or later wait for a bundle on its stdin.

    Not `-I`, which would also ignore PYTHONHASHSEED, nor `-P`, which 3.9 does not know.
    """
    return [python, "-s", "-B", "-u", "-X", "utf8", "-c", _text("boot.py")]


def environment(scratch: str) -> dict[str, str | None]:
    """Return the variables of a worker's process whose scratch folder that is."""
    return {**ENVIRONMENT, "HOME": scratch, "TMPDIR": scratch, "MPLCONFIGDIR": scratch}


def pid_file(scratch: str) -> str:
    """Return where a worker leaves its process id, for a second process in its sandbox that interrupts it."""
    return scratch + ".pid"


def bundle(plan: Mapping[str, Any], scratch: str = "") -> bytes:
    """Return what such a Python has to read first: the worker, what confines it, and the plan by which it does.

    A `scratch` folder that is named is made and entered; otherwise the process stands in it already.
    """
    sent = {
        "modules": {"rlm_confinement": "", **dict(confinement.sources())},
        "worker": _text("worker.py"),
        "plan": dict(plan),
        "scratch": scratch,
        "pid_file": pid_file(scratch) if scratch else "",
    }
    body = json.dumps(sent).encode()
    return len(body).to_bytes(4, "big") + body


@functools.cache
def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
