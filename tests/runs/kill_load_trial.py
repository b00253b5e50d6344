"""An app with several runs at work is killed at random moments, and started again on what it left; what must hold of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rlm_app.build import App, open_app
from rlm_app.records import RunRecord
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.runs import kill_load_child
from tests.runs.kill_child import digest
from tests.runs.kill_load_child import PEOPLE
from tests.runs.kill_trial import PRELOAD, SPAWN
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Asked, Say

LATENCY = 0.05
STARTING = 1.5
"""Seconds after its start up to which a process is killed that is killed while it starts, as one in five is."""
REQUESTS = 60
"""By how many calls at the most the others are killed: time alone would find a busy machine's process still starting."""
DELAY = 0.3
PATIENCE = 120.0
TURNS = (
    "parts = llm_query_batched(['r{run} part %d' % n for n in range(8)])\nprint(len(parts))",
    "steps = [llm_query('r{run} step %d' % n) for n in range(3)]\nprint(steps)",
    "more = llm_query_batched(['r{run} more %d of %s' % (n, steps[0]) for n in range(4)])\nprint(more[0])",
    "FINAL('|'.join([*parts, *steps, *more]))  # r{run}",
)
CALLS = len(TURNS) + 8 + 3 + 4
WIDTH = 8
WHOLE = 10
"""After every so many kills, and at last, all runs are looked at; else those that had not ended at the look before."""
_RUN = re.compile(r"run (\d+) of many")


@dataclass
class Tally:
    """What was found over all kills. `asked` counts each call by the run and the reply that is due to it."""

    kills: int = 0
    looks: int = 0
    runs: int = 0
    events: int = 0
    in_flight: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Left:
    """What a look at the data found, by run: its events by number, its state, the texts of its recorded replies."""

    events: dict[str, dict[int, str]] = field(default_factory=dict)
    states: dict[str, RunState] = field(default_factory=dict)
    replies: dict[str, frozenset[str]] = field(default_factory=dict)
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def recorded(self) -> frozenset[str]:
        return frozenset[str]().union(*self.replies.values())


class LoadSite(OpenAIServer):
    """Answers each call by what it is asked alone, and no two calls of a run alike."""

    def __init__(self) -> None:
        super().__init__(reply)

    def take_counts(self) -> Counter[str]:
        """Return how often each reply was asked for since the last time."""
        found = Counter(_text(asked) for asked in list(self.asked))
        self.asked.clear()
        return found


def reply(asked: Asked) -> Say:
    """Answer by content."""
    return Say(_text(asked), latency=LATENCY)


def _text(asked: Asked) -> str:
    messages = asked.body["messages"]
    if messages[0]["role"] != "system":
        return f"<{messages[-1]['content'].strip()}>"
    found = _RUN.search("\n".join(message["content"] for message in messages))
    assert found is not None
    turn = sum(1 for message in messages if message["role"] == "assistant")
    return f"```repl\n{TURNS[turn].replace('{run}', found[1])}\n```"


def expected(number: str) -> str:
    """Return the answer of the run of that number."""
    parts = [f"<r{number} part {n}>" for n in range(8)]
    steps = [f"<r{number} step {n}>" for n in range(3)]
    return "|".join([*parts, *steps, *(f"<r{number} more {n} of {steps[0]}>" for n in range(4))])


def kill_often(home: Path, kills: int, seed: int) -> Iterator[Tally]:
    """Kill so often, look at a copy of what is left each time, and at last let all runs end; yield the tally after each."""
    tally, random = Tally(), Random(seed)
    with LoadSite() as site:
        left = Left()
        for _ in range(kills):
            _attempt(site, home, random)
            tally.kills += 1
            left = _judge(tally, site.take_counts(), left, _copied(home, left if tally.kills % WHOLE else Left()), home)
            yield tally
        _last(site, home)
        before, left = left, _look(home, Left())
        _judge_calls(tally, site.take_counts(), before.recorded, left)
        _judge_left(tally, left, home)
        tally.broken += [
            f"run {run} ended as {state}" for run, state in left.states.items() if state is not RunState.DONE
        ]
        tally.broken += [f"run {run} says {told}" for run, (told, wanted) in left.answers.items() if told != wanted]
        tally.runs = len(left.states)
        yield tally


def _attempt(site: LoadSite, home: Path, random: Random) -> None:
    SPAWN.set_forkserver_preload([*PRELOAD, "tests.runs.kill_load_child"])
    process = SPAWN.Process(target=kill_load_child.work, args=(home, site.url, False), daemon=True)
    process.start()
    if random.random() < 0.2:
        process.join(random.uniform(0.0, STARTING))
    else:
        number = random.randint(1, REQUESTS)
        assert site.wait_for(lambda: len(site.asked) >= number, PATIENCE), f"no calls were made: {_trouble(home)}"
        process.join(random.uniform(0.0, DELAY))
    process.kill()
    process.join(PATIENCE)
    assert process.exitcode == -9, f"the process ended by itself ({process.exitcode}): {_trouble(home)}"
    assert site.wait_for(lambda: site.in_flight == 0)


def _last(site: LoadSite, home: Path) -> None:
    process = SPAWN.Process(target=kill_load_child.work, args=(home, site.url, True), daemon=True)
    process.start()
    process.join(PATIENCE)
    stuck = process.is_alive()
    process.kill()
    process.join(PATIENCE)
    assert not stuck, "the runs did not come to their end"
    assert not _trouble(home), _trouble(home)


def _trouble(home: Path) -> str:
    path = home / "trouble"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _judge(tally: Tally, asked: Counter[str], before: Left, left: Left, home: Path) -> Left:
    _judge_calls(tally, asked, before.recorded, left)
    _judge_left(tally, left, home)
    return left


def _judge_calls(tally: Tally, asked: Counter[str], before: frozenset[str], left: Left) -> None:
    """What was on record before an attempt is not asked in it, what it asked once is asked once, and little is in flight."""
    tally.asked += asked
    tally.broken += [f"paid again for {text!r}" for text in asked if text in before]
    tally.broken += [f"asked {times} times at once for {text!r}" for text, times in asked.items() if times > 1]
    tally.broken += [f"{text!r} was on record and is not" for text in before - left.recorded]
    in_flight = sum(1 for text in asked if text not in left.recorded)
    tally.in_flight += in_flight
    if in_flight > WIDTH * kill_load_child.AT_ONCE:
        tally.broken.append(f"{in_flight} calls in flight")


def _judge_left(tally: Tally, left: Left, home: Path) -> None:
    """No event that was read is gone or says something else, numbers have no gaps, and nothing is live."""
    tally.looks += 1
    for run, events in left.events.items():
        if sorted(events) != list(range(1, len(events) + 1)):
            tally.broken.append(f"run {run} has gaps in its numbers")
    tally.broken += [f"run {run} is {state}" for run, state in left.states.items() if state.is_live]
    tally.events = 0
    path = home / "seen"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        _, run, number, told = line.split()
        if not number.isdigit():
            if left.states.get(run) != number:
                tally.broken.append(f"run {run} was {number} and is {left.states.get(run)}")
            continue
        tally.events += 1
        if left.events.get(run, {}).get(int(number)) != told:
            tally.broken.append(f"event {number} of run {run} was read and is gone or another")


def _copied(home: Path, known: Left) -> Left:
    """Look at a copy: the next process finds what the killed one left, untouched."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home, copy)
        return _look(copy, known)


def _look(home: Path, known: Left) -> Left:
    """Read what there is; of runs that are known to have ended only what their records say."""
    app = open_app(Settings(home))
    left = Left()
    try:
        for record in [record for owner in PEOPLE for record in app.store.runs(owner, 100_000)]:
            left.states[record.id] = record.state
            if known.states.get(record.id) is RunState.DONE:
                left.events[record.id], left.replies[record.id] = known.events[record.id], known.replies[record.id]
            else:
                left.events[record.id], left.replies[record.id] = _read(app, record)
            found = _RUN.search(record.spec.question)
            left.answers[record.id] = record.answer, expected(found[1] if found else "")
        return left
    finally:
        app.close()


def _read(app: App, record: RunRecord) -> tuple[dict[int, str], frozenset[str]]:
    """Return the digests of a run's events by number, and the texts of its recorded replies."""
    events = {event.seq: digest(event) for event in app.store.events(record.id, record.owner)}
    rows = app.store.journal_rows(record.id, record.owner)
    return events, frozenset(row.value["text"] for row in rows if row.state == "finished")
