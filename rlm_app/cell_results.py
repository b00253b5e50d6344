"""What running a cell gave: what it printed, how it ended, what it handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CellError:
    """An exception that ended a cell: `traceback` shows the cell's own lines with their numbers."""

    type: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a cell has drawn: its size in pixels, and the PNG as base64 text."""

    width: int
    height: int
    png: str


@dataclass(frozen=True, slots=True)
class CellResult:
    """What running one cell gave.

    `stdout` is capped by the worker, head and tail; `output_chars` is how much the cell printed in all.
    `answer` is the text handed in by the cell, None if it handed in nothing; `draft` is `answer["content"]` as it stands.
    `seconds` leaves out the time spent waiting for host functions. `interrupted` means the time limit ended the cell and
    the variables are kept; a worker that had to be killed is a `REPLLost` instead. `pictures` are what it has drawn.
    """

    stdout: str = ""
    error: CellError | None = None
    answer: str | None = None
    draft: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    output_chars: int = 0
    interrupted: bool = False
    pictures: tuple[Picture, ...] = ()
