"""How loaders say how far they are, and what all of them are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rlm_app.documents.pages import Part, Span

OnProgress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Take pages done and pages in all, and do nothing with them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader gives: the parts in order, what they are called, and sentences a person should read.

    `running` are, for each part, the lines of its text that further parts had as running heads or feet; () for none at all.
    """

    format: str
    unit: str
    parts: list[Part]
    notes: tuple[str, ...] = ()
    running: tuple[tuple[Span, ...], ...] = ()


class Load(Protocol):
    """Reads one kind of file; the library makes a document of what it gives."""

    def __call__(self, path: Path, name: str, password: str | None, on_progress: OnProgress, /) -> Loaded:
        """Read the file at `path`, called `name` by people; raise `DocumentError` with a reason they can act on."""
