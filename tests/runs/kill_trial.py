"""One run that is killed and resumed until it is done, and what must hold of it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from rlm_app.build import open_app
from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import Event
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.runs.kill_child import ENDING, OWNER, digest, work
from tests.runs.kill_site import KillSite, Moment

PRELOAD = (
    "rlm_app.build",
    "rlm_app.store.duckdb_store",
    "rlm_app.clients.openai",
    "openai",
    "duckdb",
    "tests.runs.kill_child",
)
SPAWN = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Attempt:
    """What a process left: its requests, the replies it recorded, events seen and kept, the run's state; was it `killed`."""

    requests: int
    recorded: int
    killed: bool
    seen: dict[int, str]
    events: tuple[Event, ...]
    state: RunState | None

    @property
    def unrecorded(self) -> int:
        """Calls that were sent and whose reply is not on record: those in flight."""
        return self.requests - self.recorded

    @property
    def lost(self) -> list[int]:
        """Events that could be read before the kill and are not there, or say something else, after it."""
        kept = {event.seq: digest(event) for event in self.events}
        return [seq for seq, told in self.seen.items() if kept.get(seq) != told]


@dataclass(frozen=True)
class Trial:
    """All attempts at one run, and how it ended; `requests` are those of the last attempt."""

    attempts: Sequence[Attempt]
    requests: int
    state: RunState
    answer: str
    calls_told: int
    trajectory: Trajectory
    seqs: Sequence[int]

    @property
    def paid(self) -> int:
        """How many calls all attempts sent."""
        return self.requests + sum(attempt.requests for attempt in self.attempts)


def run_and_kill(site: KillSite, home: Path, moments: Sequence[Moment]) -> Trial:
    """Start a run, kill its process at each moment in turn, resuming it after each, and let the last attempt end."""
    attempts: list[Attempt] = []
    for moment in moments:
        attempts.append(_attempt(site, home, moment, sum(attempt.recorded for attempt in attempts)))
        if not attempts[-1].killed:
            break
    return _last(site, home, attempts)


def _attempt(site: KillSite, home: Path, moment: Moment, before: int) -> Attempt:
    process = _process(site, home)
    killed = threading.Event()

    def kill() -> None:
        process.kill()
        killed.set()

    site.arm(moment, kill)
    process.start()
    process.join(ENDING)
    assert not process.is_alive(), "the process neither ended nor was killed"
    assert process.exitcode in {0, -9}, process.exitcode
    requests = len(site.bodies)
    assert site.wait_for(lambda: site.in_flight == 0)
    return _left(home, requests, before, killed.is_set())


def _left(home: Path, requests: int, before: int, killed: bool) -> Attempt:
    app = open_app(Settings(home))
    record = app.store.runs(OWNER)[0]
    recorded, _ = app.store.journal(record.id).counts()
    events = tuple(app.store.events(record.id, OWNER))
    app.close()
    lines = (home / "seen").read_text().splitlines() if (home / "seen").exists() else []
    seen = {int(line.split()[0]): line.split()[1] for line in lines}
    return Attempt(requests, recorded - before, killed, seen, events, record.state)


def _last(site: KillSite, home: Path, attempts: Sequence[Attempt]) -> Trial:
    site.arm(None, list)
    app = open_app(Settings(home))
    record = app.store.runs(OWNER)[0]
    if record.state is not RunState.DONE:
        app.manager.resume(record.id, OWNER, {})
        record = app.manager.wait(record.id, ENDING)
    trajectory = app.manager.trajectory(record.id, OWNER)
    seqs = [event.seq for event in app.store.events(record.id, OWNER)]
    app.close()
    return Trial(attempts, len(site.bodies), record.state, record.answer, record.usage.calls, trajectory, seqs)


def _process(site: KillSite, home: Path) -> ForkServerProcess:
    SPAWN.set_forkserver_preload(list(PRELOAD))
    return SPAWN.Process(target=work, args=(home, site.url), daemon=True)
