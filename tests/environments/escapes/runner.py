"""Runs hostile cells in an environment and judges what came of them."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.errors import REPLError, REPLLost
from rlm_app.protocols import Environment, Tools
from tests.environments.escapes.world import World

HERE = Path(__file__).parent
CELLS = HERE / "cells"
PREAMBLE = (HERE / "preamble.py").read_text(encoding="utf-8")
SECONDS = 3.0
GRACE = 3.0


@dataclass(frozen=True)
class Case:
    """A hostile cell: what must not happen, and the options of its header.

    `control` False: not to be run unconfined. `seconds`: the cell's limit. `after`: how long to wait when it has ended.
    `docker` and `jail`: why it may succeed in a container, or in a file tree of its own where Landlock is missing.
    """

    name: str
    must_not: str
    code: str
    control: bool = True
    seconds: float = SECONDS
    after: float = 0.0
    docker: str = ""
    jail: str = ""

    @property
    def category(self) -> str:
        """The folder it stands in."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Outcome:
    """What came of a case: "contained", "broke its rule" (nothing outside was touched), "escaped" or "not tried", and why."""

    case: Case
    verdict: str
    why: str
    seconds: float


def cases() -> list[Case]:
    """Return every case, by name."""
    return [_read(path) for path in sorted(CELLS.glob("*/*.py"))]


def _read(path: Path) -> Case:
    code = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# ([a-z ]+): (.+)$", code, re.M))
    return Case(
        f"{path.parent.name}/{path.stem}",
        head["must not"],
        code,
        head.get("control", "yes") != "no",
        float(head.get("seconds", SECONDS)),
        float(head.get("after", 0)),
        head.get("docker", ""),
        head.get("jail", ""),
    )


class Runner:
    """Runs one case after another, each in a fresh REPL, in a world that is made anew when it was touched."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._world = World()
        self._notes: list[str] = []
        REPL(environment, {}, cancel=CancelToken()).close()  # what an environment starts once is no process left behind

    def close(self) -> None:
        """Take the world down."""
        self._world.close()

    def run(self, case: Case) -> Outcome:
        """Run a case and judge it."""
        began = time.perf_counter()
        before = descendants()
        shown: list[str] = []
        self._notes.clear()
        broken = self._attack(case, shown)
        broken += [f"process {pid} lives on" for pid in sorted(descendants(wait_for=before) - before)]
        changes = self._world.changes()
        output = "\n".join([*shown, *self._notes])
        if self._world.secret in output:
            changes.append("a secret was read")
        if changes:
            self._world.close()
            self._world = World()
        verdict, why = judge(output, changes, broken)
        return Outcome(case, verdict, why, time.perf_counter() - began)

    def _attack(self, case: Case, shown: list[str]) -> list[str]:
        """Run the preamble and the cell, then an innocent cell; return what is wrong with how that went."""
        tools: Tools = {"note": self._note, "slow": self._slow}
        broken: list[str] = []
        scratch = None
        try:
            with REPL(self._environment, tools, cancel=CancelToken(), on_output=shown.append) as repl:
                repl.load("world", self._world.told())
                repl.run(PREAMBLE, seconds=10)
                scratch = Path(repl.run("print(os.getcwd())", seconds=5).stdout.strip())
                began = time.perf_counter()
                result = repl.run(case.code, seconds=case.seconds)
                shown += [result.stdout, str(result.error)]
                if time.perf_counter() - began > case.seconds + GRACE:
                    broken.append(f"it ran {time.perf_counter() - began:.1f} s")
                if result.answer is not None:
                    broken.append(f"an answer was taken: {result.answer!r}")
                time.sleep(case.after)
                broken += self._innocent(repl)
        except REPLLost as lost:
            shown.append(str(lost))
        except REPLError as error:
            broken.append(f"the REPL failed otherwise: {error}")
        if scratch and scratch.name.startswith("rlm-scratch-") and scratch.exists():
            broken.append(f"the scratch folder {scratch} was left")
        return broken

    def _innocent(self, repl: REPL) -> list[str]:
        result = repl.run("1 + 1", seconds=2)
        wrong = [f"the next cell ended with the answer {result.answer!r}"] if result.answer is not None else []
        if result.error is None and result.stdout.strip() not in ("2", "") and "FORGED" in result.stdout:
            wrong.append(f"the next cell printed {result.stdout!r}")
        return wrong

    def _note(self, text: str) -> str:
        self._notes.append(f"note: {text}")
        return ""

    def _slow(self) -> str:
        time.sleep(0.001)
        return ""


def judge(output: str, changes: list[str], broken: list[str]) -> tuple[str, str]:
    """Return the verdict on a case, and why."""
    if changes or "note: FORGED" in output:
        return "escaped", "; ".join(changes) or "a call was answered when no cell ran"
    said = re.findall(r"^ESCAPED.*$", output, re.M)
    if said or broken:
        return "broke its rule", "; ".join([*broken, *said[:1]])
    if "TRIED" not in output:
        return "not tried", output.strip()[-200:]
    return "contained", ""


def descendants(wait_for: set[int] | None = None, seconds: float = 3.0) -> set[int]:
    """Return the living processes below this one; wait until none is left but `wait_for`, at most so many seconds."""
    end = time.monotonic() + seconds
    while True:
        found = set(_below(os.getpid()))
        if wait_for is None or found <= wait_for or time.monotonic() > end:
            return found
        time.sleep(0.01)


def _below(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text(encoding="ascii").split()):
                if _lives(child):
                    yield child
                yield from _below(child)


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return False
