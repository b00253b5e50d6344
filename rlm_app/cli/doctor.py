"""`python -m rlm_app doctor`: what this machine has for running a model's code safely, what it lacks, and what to do."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from typing import Any

from rlm_app.assemble import make_environment, missing_for
from rlm_app.backends import BACKENDS
from rlm_app.cli import doctor_host
from rlm_app.environments.confinement.measure import Report, measure
from rlm_app.environments.confinement.words import describe, on_this_system
from rlm_app.errors import ConfigError
from rlm_app.settings import Settings

HEALTHY, ILL = 0, 1

_LAYERS = {
    "landlock": ("Landlock: files, TCP and signals", "use Linux 5.13 or later, started with landlock among its lsm="),
    "seccomp": ("seccomp: sockets, processes and what else a cell does not need", "use Linux on x86_64 or aarch64"),
    "jail": (
        "a file tree of its own, which takes Landlock's place",
        "allow user namespaces, or use a kernel with Landlock",
    ),
    "namespaces": (
        "namespaces: an empty network",
        "optional; allow user namespaces (sysctl kernel.unprivileged_userns_clone)",
    ),
    "scratch": ("a bounded scratch folder in memory", "optional; allow user namespaces"),
    "account": ("an account of its own for each worker", "optional; needs root and a Python that others can read"),
    "capabilities": ("no capabilities", "tell us: this should work on every Linux"),
    "privileges": ("no new privileges", "tell us: this should work on every Linux"),
    "dump": ("closed to other processes of the account", "tell us: this should work on every Linux"),
    "parent": ("ends with the app", "tell us: this should work on every Linux"),
}


def add_command(commands: Any) -> None:
    """Add `doctor` to the parser's commands."""
    doctor = commands.add_parser("doctor", help="say what this machine has, what it lacks, and what to do about it")
    doctor.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    report = measure()
    for line in (*_machine(), *_confinement(report), *_places(settings), *_host(settings), *_backends(settings)):
        print(line)
    well = report.level.is_confined and _writable(settings) and doctor_host.stands(settings)[0]
    return HEALTHY if well else ILL


def _machine() -> Iterator[str]:
    yield f"Python {platform.python_version()} at {sys.executable}, on {platform.system()} {platform.release()}"
    found = [name for name in ("numpy", "pandas", "matplotlib") if importlib.util.find_spec(name)]
    lacking = [name for name in ("numpy", "pandas", "matplotlib") if name not in found]
    yield _line(True, f"packages that cells may import: {', '.join(found) or 'none'}")
    if lacking:
        yield f"       not installed: {', '.join(lacking)}. To offer them: uv pip install {' '.join(lacking)}"


def _confinement(report: Report) -> Iterator[str]:
    words = describe(report.level)
    yield ""
    yield f"Code that a model writes, on this machine: {words.title}"
    yield f"       {words.sentence}"
    for name, state in report.layers.items():
        title, fix = _LAYERS.get(name, (name, on_this_system()))
        holds = state.startswith("on")
        wanted = not (name == "namespaces" and "not wanted" in state)
        if wanted:
            yield _line(holds, f"{title} ({state})" + ("" if holds else f". To do: {fix}"))
    lacking = [name for name, holds in report.caps.items() if not holds]
    yield _line(not lacking, "caps on memory, files and threads" + (f"; not {', '.join(lacking)}" if lacking else ""))
    yield f"       measured in {report.seconds * 1000:.0f} ms. {report.problem}".rstrip()
    if not report.level.is_confined:
        yield f"       {on_this_system()}"


def _places(settings: Settings) -> Iterator[str]:
    yield ""
    name = "RLM_APP_HOME" if settings.data_folder == settings.home else "RLM_APP_STORE"
    fix = "" if _writable(settings) else f". To do: set {name} to a folder you may write to"
    yield _line(_writable(settings), f"data folder {settings.data_folder}{fix}")
    try:
        missing = missing_for(make_environment("docker"))
    except ConfigError as error:
        missing = str(error)
    yield _line(not missing, f"Docker{': ' + missing if missing else ': the engine answers and has the image'}")


def _writable(settings: Settings) -> bool:
    place = settings.data_folder
    while not place.exists():
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK)


def _host(settings: Settings) -> Iterator[str]:
    yield ""
    for holds, text in doctor_host.lines(settings):
        yield _line(holds, text)


def _backends(settings: Settings) -> Iterator[str]:
    yield ""
    mode = "shared: a model's code is refused where it is not confined" if settings.shared else "one person's"
    yield f"This app is {mode}." + (" RLM_APP_ALLOW_UNCONFINED is set." if settings.allow_unconfined else "")
    for backend in BACKENDS:
        if backend.needs_key:
            present = backend.key_variable in settings.keys
            yield _line(
                present, f"key of {backend.title}" + ("" if present else f". To do: set {backend.key_variable}")
            )


def _line(holds: bool, text: str) -> str:
    return f"{'has  ' if holds else 'lacks'}  {text}"
