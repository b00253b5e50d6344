"""What holds on this machine, measured by confining a process as a worker is and looking at it from inside and outside."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rlm_app.environments.confinement import Plan, packages
from rlm_app.environments.confinement.words import Kind, Level

SECONDS = 60.0
KERNEL_SAYS = {"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0000000000000000"}
GROUPS = ("files", "network", "processes")


@dataclass(frozen=True, slots=True)
class Report:
    """What one process said of itself, what the kernel says of it, and how long it took until then.

    `layers` is name to "on…" or "off: why", `caps` and `probes` name to whether it holds, `kernel` the lines of
    /proc/<pid>/status that matter.
    """

    level: Level
    layers: Mapping[str, str] = field(default_factory=dict)
    caps: Mapping[str, bool] = field(default_factory=dict)
    probes: Mapping[str, bool] = field(default_factory=dict)
    kernel: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    problem: str = ""


@functools.cache
def level() -> Level:
    """Return how confined cells are on this machine; measured once in this process's life, within about 0.1 s."""
    return measure().level


def measure(plan: Plan | None = None) -> Report:
    """Confine a process by the plan, or as every worker is, and return what held; it ends before this returns."""
    if os.name != "posix":
        return Report(Level(Kind.UNCONFINED, GROUPS), problem="This system cannot run cells in a process of the app.")
    wanted = plan or Plan(confined=True, packages=packages.folders(), read=packages.entries())
    scratch = tempfile.mkdtemp(prefix="rlm-measure-")
    began = time.perf_counter()
    try:
        process = subprocess.Popen(
            [sys.executable, *replace(wanted, required=False).arguments(None)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env={"LANG": "C.UTF-8", "HOME": scratch, "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"},
        )
        with process:
            return _read(process, began)
    except (OSError, ValueError) as error:
        return Report(Level(Kind.UNCONFINED, GROUPS), problem=f"The measuring process did not come up: {error}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _read(process: subprocess.Popen[bytes], began: float) -> Report:
    assert process.stdout is not None  # noqa: S101 - asked for above
    line = process.stdout.readline()
    seconds = time.perf_counter() - began
    kernel = kernel_says(process.pid)
    _, errors = process.communicate(timeout=SECONDS)
    if not line:
        raise ValueError(errors.decode("utf-8", "replace").strip()[-500:])
    said: dict[str, Any] = json.loads(line)
    return Report(
        level_of(said, kernel),
        said["layers"],
        said["caps"],
        said["probes"],
        kernel,
        seconds,
        _weak_points(said, kernel),
    )


def kernel_says(pid: int) -> dict[str, str]:
    """Return what the kernel says of a process's confinement, which the process cannot change; empty where it says nothing."""
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for row in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = row.partition(":")
            if name in KERNEL_SAYS:
                found[name] = value.strip()
    return found


def level_of(said: Mapping[str, Any], kernel: Mapping[str, str]) -> Level:
    """Return the level for what a worker says in its `ready` frame and what the kernel says of it."""
    missing = tuple(name for name in GROUPS if name in said.get("missing", GROUPS))
    if not missing and dict(kernel) == KERNEL_SAYS:
        return Level(Kind.NO_FILES if said.get("files") == "none" else Kind.CONFINED)
    if missing and len(missing) < len(GROUPS):
        return Level(Kind.PARTLY, missing)
    return Level(Kind.UNCONFINED, missing or GROUPS)


def _weak_points(said: Mapping[str, Any], kernel: Mapping[str, str]) -> str:
    open_to = [name for name, refused in said["probes"].items() if not refused and name != "scratch"]
    differs = [name for name, value in KERNEL_SAYS.items() if kernel.get(name) != value]
    parts = [f"A confined process could still: {', '.join(open_to)}." if open_to else ""]
    parts.append(f"The kernel says otherwise of: {', '.join(differs)}." if differs else "")
    return " ".join(filter(None, parts))
