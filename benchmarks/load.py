"""Fifty visitors of one shared server, twenty runs at work at once: `python -m benchmarks.load [--minutes 15]`.

Each visitor has a workspace and a cookie of their own and a tab that follows a run of theirs over Streamlit's own socket, as
`benchmarks.visitors` says: a run is gone on with, watched to its end, its answer and the list of runs are looked at, and then
the next one. Twenty runs are at work, the rest wait in line with their pages open. Models are a provider on loopback that
takes 2.5 s for each reply; cells run confined. Printed every half minute: what was seen, and memory and processor time of the
app's process. At the end: errors (none is allowed), seconds from an event to the page that shows it, and whether memory stays
bounded. Wall-clock figures say something only with the machine's load beside them, which is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from benchmarks.browsing import load, memory, processor
from benchmarks.scenarios import QUESTION
from benchmarks.visitors import Seen, Visitor
from rlm_app.build import open_app
from rlm_app.events import ModelReplied, SubcallFinished
from rlm_app.owners import new_token, signed, visitor
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Document, DocumentInfo, Limits, RunState
from tests.e2e.server import Server

SECRET = "load " * 10
BAR, GROWTH = 2.0, 0.15
"""Seconds from an event to the page, as a median; and by what share memory may be higher in the last third than before."""
RUN_SECONDS = 240.0
EVERY = 30.0
_TEXT = "Either party may end this agreement by giving ninety days written notice to the other.\n" * 400
_INFO = DocumentInfo("d" * 64, "agreement.txt", "text", len(_TEXT), 1, "page", ())


@dataclass(frozen=True)
class Person:
    """Somebody who visits: who they are, the cookie that says so, and the runs they will watch."""

    owner: str
    cookie: str
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """A moment of the test: seconds since its begin, megabytes, seconds of processor time of the app and of the visitors."""

    at: float
    megabytes: float
    processor: float
    visitors: float


def furnish(home: Path, url: str, people: int, runs: int) -> list[Person]:
    """Keep a document and so many runs that have yet to be gone on with for each of so many people."""
    app = open_app(Settings(home))
    limits = Limits(iterations=30, concurrency=4, cost=None)
    spec = RunSpec(
        QUESTION, (_INFO.sha256,), "vllm", "big", "small", limits=limits, options={"base_url": f"{url}/load/v1"}
    )
    found = []
    for _ in range(people):
        token = new_token()
        owner, ids = visitor(token), tuple(uuid.uuid4().hex for _ in range(runs))
        app.store.add_document(Document(_INFO, _TEXT), owner)
        for run_id in ids:
            record = RunRecord(run_id, owner, spec, RunState.CANCELLED, app.boot, time.time(), (_INFO.name,))
            app.store.add_run(record)
        found.append(Person(owner, signed(token, SECRET.encode()), ids))
    app.close()
    return found


@contextmanager
def provider() -> Iterator[str]:
    """Start the provider and give its address."""
    command = [sys.executable, "-m", "benchmarks.provider"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


async def visit(http: aiohttp.ClientSession, address: str, person: Person, seen: Seen, end: float) -> None:
    """Watch one run of the person's after the other until the time is over."""
    async with Visitor(http, address, person.cookie, seen) as tab:
        for run_id in person.runs:
            await tab.open("run", run_id)
            await tab.press("Resume", then="Stop")
            while not await tab.wait_for("Ask again", min(RUN_SECONDS, max(0.1, end - time.monotonic()))):
                if time.monotonic() >= end:
                    return
            await asyncio.sleep(3)
            await tab.open("history")
            await asyncio.sleep(3)
            await tab.open("")


async def _visit(http: aiohttp.ClientSession, address: str, person: Person, seen: Seen, end: float) -> None:
    try:
        await visit(http, address, person, seen, end)
    except (aiohttp.ClientError, OSError) as error:
        seen.errors.append(f"a visitor could not go on: {error}")


async def watch(address: str, pid: int, people: Sequence[Person], seen: Seen, seconds: float) -> list[Sample]:
    """Let the people visit for so many seconds, and print how it stands every half minute."""
    began = time.monotonic()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(_visit(http, address, person, seen, began + seconds))
            await asyncio.sleep(1.0)
        found = [_sample(began, pid, seen)]
        while (left := began + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(EVERY, left))
            found.append(_sample(began, pid, seen))
    return found


def _sample(began: float, pid: int, seen: Seen) -> Sample:
    sample = Sample(time.monotonic() - began, memory(pid), processor(pid), time.process_time())
    drawn = f"{seen.pace:.1f} | {seen.pages} | {seen.looks} | {seen.drawn}"
    shown = f"{drawn} | {len(seen.calls)} | {seen.bytes / 1e6:.0f} | {len(seen.errors)}"
    print(f"| {sample.at:.0f} | {sample.megabytes:.0f} | {sample.processor:.0f} | {shown} |", flush=True)
    return sample


def waits(home: Path, people: Sequence[Person], seen: Seen) -> tuple[list[float], list[str]]:
    """Return the seconds from each reply's event to the page that showed it, and what is wrong with the runs."""
    app = open_app(Settings(home))
    found, wrong = list[float](), list[str]()
    for person in people:
        for record in app.store.runs(person.owner):
            events = app.store.events(record.id, person.owner)
            if events and [event.seq for event in events] != list(range(1, len(events) + 1)):
                wrong.append(f"run {record.id} has a gap in its numbers")
            if record.state not in {RunState.DONE, RunState.CANCELLED, RunState.INTERRUPTED}:
                wrong.append(f"run {record.id} is {record.state}: {record.error}")
            replies = [event for event in events if isinstance(event, ModelReplied | SubcallFinished)]
            found += _shown(record.id, [event.at for event in replies], seen)
            turns = [event for event in replies if isinstance(event, ModelReplied)]
            found += [
                at - event.at for event in turns if (at := seen.turns.get((record.id, event.iteration))) is not None
            ]
    app.close()
    return found, wrong


def _shown(run_id: str, moments: Sequence[float], seen: Seen) -> list[float]:
    """Return for each reply, counted as they came, how long after it a page first said so many calls or more."""
    counts = sorted((number, at) for (run, number), at in seen.calls.items() if run == run_id)
    found = []
    for number, moment in enumerate(moments, start=1):
        shown = min((at for count, at in counts if count >= number), default=None)
        if shown is not None:
            found.append(shown - moment)
    return found


def verdict(samples: Sequence[Sample], found: Sequence[float], errors: Sequence[str]) -> tuple[str, bool]:
    """Return what is to be said at the end, and whether all bars hold."""
    middle, tail = median(found), quantiles(found, n=20)[-1]
    third = max(1, len(samples) // 3)
    before = max(sample.megabytes for sample in samples[third : 2 * third] or samples[:1])
    after = max(sample.megabytes for sample in samples[2 * third :])
    first, last = samples[0], samples[-1]
    seconds, busy, beside = last.at - first.at, last.processor - first.processor, last.visitors - first.visitors
    flat, quick = after <= before * (1 + GROWTH), middle <= BAR
    said = [
        f"Errors: {len(errors)} (bar 0).",
        f"From an event to the page: median {middle:.2f} s (bar {BAR:g} s), p95 {tail:.2f} s, {len(found)} events.",
        f"Memory of the app's process: {before:.0f} MB in the middle third, {after:.0f} MB at the end (bar +{GROWTH:.0%}).",
        f"Processor: {busy / seconds:.0%} of one, and {beside / seconds:.0%} for the visitors. {load().capitalize()}.",
        *(f"  {error}" for error in errors[:60]),
    ]
    return "\n".join(said), flat and quick and not errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--runs", type=int, default=20, help="how many are at work at once")
    options = parser.parse_args(arguments)
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder, provider() as url:
        home = Path(folder)
        people = furnish(home, url, options.visitors, 2 + int(options.minutes))
        environ = {"MODE": "shared", "COOKIE_SECRET": SECRET, "ALLOW_ADDRESSES": "127.0.0.1"}
        environ["PARALLEL_RUNS"] = str(options.runs)
        server = Server(home, None, own=True, **{f"RLM_APP_{name}": value for name, value in environ.items()})
        server.start()
        print(f"{load()}\n\n| s | MB | CPU s | pace s | pages | looks | drawn | counts seen | MB sent | errors |")
        print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
        try:
            samples = asyncio.run(watch(server.address, server.pid, people, seen, 60 * options.minutes))
        finally:
            server.stop()
        found, wrong = waits(home, people, seen)
        logged = server.log.splitlines() if "Traceback" in server.log or "ERROR" in server.log else []
    said, holds = verdict(samples, found, [*seen.errors, *wrong, *logged])
    print(f"\n{said}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
