"""The vocabulary's data of runs, calls and documents: frozen values that every layer may use. Standard library only."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]


class Stop(StrEnum):
    """Why a call ended."""

    ANSWERED = "answered"
    ITERATIONS = "iterations"
    COST = "cost"
    TOKENS = "tokens"
    TIME = "time"
    SUBCALLS = "subcalls"
    ERRORS = "errors"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_limit(self) -> bool:
        """Whether a limit, and not the model, a person or a fault, ended the call."""
        return self not in {Stop.ANSWERED, Stop.CANCELLED, Stop.FAILED, Stop.INTERRUPTED}


class RunState(StrEnum):
    """Where a run stands, as a person sees it."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    CANCELLED = "cancelled"
    LIMIT = "limit reached"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_live(self) -> bool:
        """Whether a thread is at work on the run or about to be."""
        return self in {RunState.QUEUED, RunState.RUNNING, RunState.STOPPING}

    @classmethod
    def of(cls, stop: Stop) -> RunState:
        """Return the state a finished run is in, given why it ended."""
        named = {
            Stop.ANSWERED: cls.DONE,
            Stop.CANCELLED: cls.CANCELLED,
            Stop.FAILED: cls.FAILED,
            Stop.INTERRUPTED: cls.INTERRUPTED,
        }
        return named.get(stop, cls.LIMIT)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money (USD) of one call or of several; what nobody said is None, never 0.

    `input_tokens` are all that were sent: those read from the provider's cache (`cached_tokens`) and those written to it
    (`cache_write_tokens`) are among them.
    """

    calls: int = 1
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost: float | None = None
    estimated: bool = False
    unpriced: int = 0
    cache_write_tokens: int | None = None

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            _sum(self.input_tokens, other.input_tokens),
            _sum(self.output_tokens, other.output_tokens),
            _sum(self.cached_tokens, other.cached_tokens),
            _sum(self.reasoning_tokens, other.reasoning_tokens),
            _sum(self.cost, other.cost),
            self.estimated or other.estimated,
            self.unpriced_calls + other.unpriced_calls,
            _sum(self.cache_write_tokens, other.cache_write_tokens),
        )

    @property
    def unpriced_calls(self) -> int:
        """How many of the calls have no known price, so that `cost` is a lower bound when this is not 0."""
        return self.unpriced or (self.calls if self.cost is None else 0)

    @property
    def tokens(self) -> int:
        """Input and output tokens together, as far as they are known."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)


def _sum(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b


NO_USAGE = Usage(calls=0)


def total(usages: Iterable[Usage]) -> Usage:
    """Return what many calls used together: the same as adding them up, one by one."""
    every = list(usages)

    def known(values: Iterable[Any]) -> Any:
        told = [value for value in values if value is not None]
        return sum(told) if told else None

    return Usage(
        sum(each.calls for each in every),
        known(each.input_tokens for each in every),
        known(each.output_tokens for each in every),
        known(each.cached_tokens for each in every),
        known(each.reasoning_tokens for each in every),
        known(each.cost for each in every),
        any(each.estimated for each in every),
        sum(each.unpriced_calls for each in every),
        known(each.cache_write_tokens for each in every),
    )


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to a model: the whole prompt, and the parameters that belong to the call's identity."""

    messages: tuple[Message, ...]
    max_output_tokens: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply. `finish` is "stop", "length", "filter" or "refusal"; `seconds` is wall time."""

    text: str
    model: str
    usage: Usage
    finish: str = "stop"
    seconds: float = 0.0
    reasoning: str = ""
    replayed: bool = False
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may use; None is no limit. Seconds are wall time, cost is USD, output is characters of one cell."""

    iterations: int = 30
    seconds: float | None = None
    cell_seconds: float = 120.0
    tokens: int | None = None
    cost: float | None = None
    subcalls: int | None = None
    errors: int | None = None
    concurrency: int = 64
    output_chars: int = 8_000
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a document's text, [start, end), that a person can open: a page, a section, a sheet.

    `label` is what is printed beside it ("41", "3.2 Termination"); `kind` is "text", "scanned" (a picture without text), "ocr"
    (a picture whose text a program recognised), "broken" or "empty". `running` are lines of it, [start, end) in the text,
    that further pages have as running heads or feet too, where they are left out.
    """

    label: str
    start: int
    end: int
    kind: str = "text"
    running: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known of a document without its text.

    `sha256` is of the file's bytes and is its identity; `unit` names what `pages` are ("page", "section"); `notes` are
    sentences a person should read ("page 7 is damaged and was left out").
    """

    sha256: str
    name: str
    format: str
    size: int
    characters: int
    unit: str
    pages: tuple[Page, ...]
    notes: tuple[str, ...] = ()

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds the character at `offset`, or the last one before it; None without pages."""
        if not self.pages:
            return None
        index = bisect.bisect_right(self.pages, offset, key=lambda page: page.start) - 1
        return self.pages[max(index, 0)]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: what is known of it, and its text; page offsets count characters of `text`."""

    info: DocumentInfo
    text: str
