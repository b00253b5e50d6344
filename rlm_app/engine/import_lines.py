"""The lines of a reference file, sorted into completions; what cannot be used is counted and named by its number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from rlm_app.errors import DocumentError

Line = dict[str, Any]
LONGEST = 20_000_000
"""Bytes of one JSON value: as objects in memory it takes up to twenty times the room."""
_FEW, _SIGNS = 100_000, 10
"""Brackets that a file may have in any case; of more, one in so many bytes at most. Empty lists are all brackets."""
_ITEM, _MOST = 90, 160_000_000
"""Bytes that an item takes in memory beside those it is written with, as measured, and that one value may take so."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that could not be used: its number in the file, from 1, and the reason."""

    line: int
    reason: str


@dataclass
class Completion:
    """The lines of one completion. `others` are lines of other kinds, each with the number of turns it stood behind.

    `fresh` says that the metadata line is this completion's own and not one it shares with an earlier one.
    """

    metadata: Line = field(default_factory=dict)
    turns: list[Line] = field(default_factory=list)
    others: list[tuple[int, Line]] = field(default_factory=list)
    fresh: bool = True

    def number(self, index: int) -> int:
        """Return the number of the turn at `index`: from 1, also where a file counts on, and with a gap for a lost line."""
        given, first = self.turns[index].get("iteration"), self.turns[0].get("iteration")
        if not isinstance(given, int) or not isinstance(first, int):
            return index + 1
        return max(given - first, index) + 1


class Reading:
    """Reads the JSON objects of one file, and refuses those that would take far more room in memory than in the file."""

    def __init__(self) -> None:
        self._bytes = 0
        self._brackets = 0

    def value(self, raw: bytes) -> Line:
        """Return the object that these bytes are; raise `ValueError` with the reason where they are none, or too much."""
        if len(raw) > LONGEST:
            raise ValueError(f"it has more than {LONGEST:,} bytes")
        self.weigh(raw)
        return json_object(raw)

    def weigh(self, raw: bytes) -> None:
        """Count these bytes of JSON; raise `ValueError` where they would be too much in memory."""
        self._bytes += len(raw)
        brackets = raw.count(b"[") + raw.count(b"{")
        if self._brackets + brackets > max(_FEW, self._bytes // _SIGNS):
            raise ValueError("it is made of brackets more than of words, and would take up too much memory")
        if len(raw) + _ITEM * (brackets + raw.count(b",")) > _MOST:
            raise ValueError(
                f"it has so many small parts that it would take up more than {_MOST // 1_000_000} MB of memory"
            )
        self._brackets += brackets


def read_objects(path: Path, damaged: list[Damaged]) -> Iterator[tuple[int, Line]]:
    """Yield the JSON objects of the file with their line numbers; add every other line to `damaged`."""
    reading = Reading()
    with path.open("rb") as file:
        for number, raw in enumerate(_lines(file), 1):
            if not raw.strip():
                continue
            try:
                yield number, reading.value(raw)
            except (ValueError, RecursionError) as error:
                damaged.append(Damaged(number, str(error)))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Give the lines; of one that is too long as much as shows it, and the rest of it is passed over."""
    while raw := file.readline(LONGEST + 1):
        yield raw
        while len(raw) > LONGEST and not raw.endswith(b"\n"):
            raw = file.readline(LONGEST + 1)


def json_object(raw: bytes) -> Line:
    """Return the JSON object that these bytes are; raise `ValueError` with the reason where they are none."""
    try:
        # NaN and Infinity are no JSON; as words they can be kept, shown and written into a file that others can read. Halves
        # of surrogate pairs are no UTF-8 either, and stand so in a backup of a run whose model wrote them.
        value = json.loads(raw.decode("utf-8-sig", "surrogatepass"), parse_constant=str)
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at character {error.pos + 1})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"it holds a JSON {type(value).__name__} and not an object")
    return value


class Sorter:
    """Sorts lines into completions: a new one begins with a metadata line, a final answer before, or a lower number."""

    def __init__(self) -> None:
        self.completions: list[Completion] = []
        self._metadata: Line = {}
        self._last = 0
        self._others: list[Line] = []
        self._open = False

    def add(self, line: Line) -> None:
        """Take the next line; raise `ValueError` with the reason when it is an iteration that cannot be read."""
        kind = line.get("type")
        if kind == "metadata":
            self._metadata, self._open, self._others = line, False, []
        elif kind == "iteration" or (kind is None and "response" in line and "code_blocks" in line):
            check_iteration(line)
            self._add_turn(line)
        elif self._open and kind != "run_context":
            self.completions[-1].others.append((len(self.completions[-1].turns), line))
        else:
            self._open = False
            self._others.append(line)

    def _add_turn(self, line: Line) -> None:
        number = line.get("iteration")
        number = number if isinstance(number, int) else self._last + 1
        if not self._open or number <= self._last:
            others = [(0, other) for other in self._others]
            fresh = not self.completions or self.completions[-1].metadata is not self._metadata
            self.completions.append(Completion(self._metadata, others=others, fresh=fresh))
            self._others = []
        self.completions[-1].turns.append(line)
        self._last = number
        self._open = line.get("final_answer") in (None, "")


def check_iteration(line: Mapping[str, Any]) -> None:
    """Raise `ValueError` with the reason when the line does not have the shape of an iteration."""
    if not isinstance(line.get("response"), str | None) or "response" not in line:
        raise ValueError("its response is missing or no text")
    if not isinstance(line.get("prompt", ""), str | list | dict | None):
        raise ValueError("its prompt is neither text nor messages")
    for block in _listed(line, "code_blocks"):
        if not isinstance(block.get("code"), str) or not isinstance(block.get("result"), dict | None):
            raise ValueError("one of its code_blocks has no code or no result")
        _listed(block.get("result") or {}, "rlm_calls")


def _listed(line: Mapping[str, Any], key: str) -> list[Line]:
    values = line.get(key)
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValueError(f"its {key} is no list of objects")
    return values


def expand(line: Line) -> list[Line]:
    """Return a trajectory kept as one object ({"run_metadata", "iterations"}) as lines; any other line as it is."""
    if not isinstance(line.get("iterations"), list) or not isinstance(line.get("run_metadata"), dict):
        return [line]
    iterations = [turn for turn in line["iterations"] if isinstance(turn, dict)]
    return [{"type": "metadata", **line["run_metadata"]}, *({"type": "iteration", **turn} for turn in iterations)]


def refusal(name: str, first: Line | None, damaged: list[Damaged]) -> DocumentError:
    """Return the error that says what the file is instead of a trajectory."""
    if first is None:
        why = f"line {damaged[0].line}: {damaged[0].reason}" if damaged else "it is empty"
        return DocumentError(name, f"no line of it could be read ({why}). {_WANTED}")
    for keys, what in _KNOWN:
        if keys <= set(first):
            return DocumentError(name, f"it looks like {what}. {_WANTED}")
    return DocumentError(name, f"its first line has the keys {', '.join([*first][:8])}. {_WANTED}")


_WANTED = (
    'What can be imported is a JSONL log of the reference RLM (lines of the type "metadata" and "iteration") or a run '
    "exported from this app."
)
_KNOWN = (
    ({"messages"}, "a chat transcript or a fine-tuning file, which has no cells"),
    ({"sessionId", "message"}, "the session log of a coding assistant"),
    ({"traceId", "spanId"}, "a trace of OpenTelemetry"),
    ({"level", "msg"}, "a program's log"),
    ({"type", "metadata"}, "a stream of events of another program"),
    ({"response", "expected_code_blocks"}, "a list of single replies, without the runs they come from"),
    ({"type"}, "a file of another project, since no line is a metadata or an iteration line"),
)
