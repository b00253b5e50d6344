"""Reads a run's file from elsewhere: a log of the reference RLM, new or old, or a file this app exported."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rlm_app.engine.import_events import Teller
from rlm_app.engine.import_extras import with_extras
from rlm_app.engine.import_facts import began
from rlm_app.engine.import_lines import (
    LONGEST,
    Completion,
    Damaged,
    Line,
    Reading,
    Sorter,
    expand,
    read_objects,
    refusal,
)
from rlm_app.engine.run_files import NO_EVENT, Gathering, record_from
from rlm_app.errors import DocumentError
from rlm_app.events import Event, RunFinished, RunStarted
from rlm_app.foreign import without_addresses
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import RunState, Stop

IMPORTED = "imported"
"""The backend of a run that was read from a log of the reference."""

NO_QUESTION = "(The file states no question.)"
MOST_EVENTS = 400_000
"""Events of one run: as objects in memory each takes a kilobyte and more."""


@dataclass(frozen=True)
class ImportedRun:
    """A run that a file holds, ready to be kept."""

    record: RunRecord
    events: tuple[Event, ...]


@dataclass(frozen=True)
class ImportReport:
    """What came of reading a file: how many completions, how many lines, and which lines could not be used and why.

    `run_ids` are the runs that are now kept, in the order of the file; `known` are those of them that were there before.
    """

    name: str
    completions: int
    lines: int
    damaged: tuple[Damaged, ...] = ()
    run_ids: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return the report in words, for a person."""
        told = f"{self.name}: {_count(self.completions, 'run')} from {_count(self.lines, 'line')}"
        told += f", {len(self.known)} of them already here" if self.known else ""
        if not self.damaged:
            return told + "."
        shown = "; ".join(f"line {each.line}: {each.reason}" for each in self.damaged[:5])
        more = f"; and {len(self.damaged) - 5} more" if len(self.damaged) > 5 else ""
        return f"{told}; {_count(len(self.damaged), 'line')} could not be used ({shown}{more})."


class RunReader:
    """Reads the file at `path`, which people know as `name`, run by run; `now` stands where it has no time (since 1970).

    So no more of a log is in memory than the run that is read, and of a file of ours no more than its events.
    """

    def __init__(self, path: Path, name: str, owner: str, now: float) -> None:
        self._path, self._name, self._owner, self._now = path, name, owner, now
        self._illegible: list[Damaged] = []
        self._damaged: list[Damaged] = []
        self._objects = 0
        self._completions = 0
        self._first: Line | None = None

    def runs(self) -> Iterator[ImportedRun]:
        """Give each run; raise `DocumentError` with the reason when the file cannot be opened or holds none."""
        try:
            for run in self._read():
                self._completions += 1
                yield run
        except OSError as error:
            raise DocumentError(self._name, f"it cannot be opened ({error.strerror})") from error
        if not self._completions:
            raise refusal(self._name, self._first, self._illegible + self._damaged)

    def report(self) -> ImportReport:
        """Return what came of the file, once all runs were given."""
        damaged = sorted(self._illegible + self._damaged, key=lambda each: each.line)
        return ImportReport(self._name, self._completions, self._objects + len(self._illegible), tuple(damaged))

    def _read(self) -> Iterator[ImportedRun]:
        lines = self._lines()
        one = next(lines, None)
        if one is None:
            return
        self._first = one[1]
        if "spec" in one[1] and "id" in one[1]:
            yield _own(self._name, one, lines, self._owner, self._damaged)
        else:
            yield from _reference(itertools.chain([one], lines), self._owner, self._now, self._damaged)

    def _lines(self) -> Iterator[tuple[int, Line]]:
        for line in _whole(self._path) or read_objects(self._path, self._illegible):
            self._objects += 1
            yield line


def read_runs(path: Path, name: str, owner: str, now: float) -> tuple[list[ImportedRun], ImportReport]:
    """Read all runs of a file as `RunReader` does."""
    reader = RunReader(path, name, owner, now)
    return list(reader.runs()), reader.report()


def _whole(path: Path) -> list[tuple[int, Line]]:
    """Return the lines of a trajectory that was saved as one indented JSON object, or nothing."""
    with path.open("rb") as file:
        if file.readline(100).strip() != b"{" or path.stat().st_size > LONGEST:
            return []
    try:
        return [(1, Reading().value(path.read_bytes()))]
    except (ValueError, RecursionError):
        return []


def _reference(
    lines: Iterable[tuple[int, Line]], owner: str, now: float, damaged: list[Damaged]
) -> Iterator[ImportedRun]:
    sorter = Sorter()
    for number, line in lines:
        for part in expand(line):
            try:
                sorter.add(part)
            except ValueError as error:
                damaged.append(Damaged(number, str(error)))
            while len(sorter.completions) > 1:  # the last one may go on
                yield _reference_run(sorter.completions.pop(0), owner, now)
    for completion in sorter.completions:
        yield _reference_run(completion, owner, now)


def _reference_run(completion: Completion, owner: str, now: float) -> ImportedRun:
    run_id = _id(owner, _written(completion))
    teller = Teller(run_id, began(completion, now))
    teller.tell(completion)
    events = with_extras(teller.events, completion)
    return ImportedRun(_record(run_id, owner, events), tuple(events))


def _record(run_id: str, owner: str, events: Sequence[Event]) -> RunRecord:
    started, finished = events[0], events[-1]
    assert isinstance(started, RunStarted)  # noqa: S101 - the teller begins and ends so
    assert isinstance(finished, RunFinished)  # noqa: S101
    spec = RunSpec(
        question=started.question or NO_QUESTION,
        documents=(),
        backend=IMPORTED,
        root_model=started.root_model,
        sub_model=started.sub_model,
        environment=started.environment,
        limits=started.limits,
    )
    return RunRecord(
        id=run_id,
        owner=owner,
        spec=spec,
        state=RunState.of(finished.stop),
        boot=IMPORTED,
        created=started.at,
        finished=finished.at,
        seconds=finished.seconds,
        stop=finished.stop,
        answer=finished.answer,
        error=finished.error or "",
        usage=finished.usage,
    )


def _own(
    name: str, head: tuple[int, Line], lines: Iterable[tuple[int, Line]], owner: str, damaged: list[Damaged]
) -> ImportedRun:
    try:
        record = record_from(head[1], owner)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(name, f"its first line is not the record of a run ({error!r})") from error
    run_id = _id(owner, [record.id])
    gathering = Gathering(run_id)
    for number, line in lines:
        if len(gathering.events) >= MOST_EVENTS:
            raise DocumentError(name, f"holds a run of more than {MOST_EVENTS:,} events; it is not read for safety")
        try:
            gathering.take(line)
        except NO_EVENT as error:
            damaged.append(Damaged(number, f"it is no event, or belongs to one that is missing ({error!r})"))
    if record.state.is_live:
        record = dataclasses.replace(record, state=RunState.INTERRUPTED, stop=Stop.INTERRUPTED)
    addresses: list[str] = []
    spec = dataclasses.replace(record.spec, options=without_addresses(record.spec.options, addresses))
    damaged += [Damaged(1, f"the address {address} was left out: a key would be sent there") for address in addresses]
    return ImportedRun(
        dataclasses.replace(record, id=run_id, spec=spec, boot=IMPORTED, sample=False), tuple(gathering.events)
    )


def _id(owner: str, content: Iterable[str]) -> str:
    """Return the same id for the same content and owner, so that a file imported twice is there once."""
    digest = hashlib.sha256(f"{owner}\0".encode(errors="surrogatepass"))
    for part in content:
        digest.update(part.encode(errors="surrogatepass"))
    return digest.hexdigest()[:32]


def _written(completion: Completion) -> Iterator[str]:
    """Give a completion as one JSON object with sorted names, a piece at a time: of a long run there is no second copy."""
    written = partial(json.dumps, sort_keys=True)
    yield f'{{"fresh": {written(completion.fresh)}, "metadata": {written(completion.metadata)}, "others": ['
    yield from _listed(map(written, completion.others))
    yield '], "turns": ['
    yield from _listed(map(written, completion.turns))
    yield "]}"


def _listed(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        yield f", {piece}" if number else piece


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
