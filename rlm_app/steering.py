"""Steering a run under way: a person pauses it between its steps, adds a note to the model, changes the next cells."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from rlm_app.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Halt:
    """Where a paused run stands: before the model is asked for that turn, or before these cells of its reply run."""

    turn: int
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """What a person left while a run stood still; `cells` are the cells to run, `seconds` how long it stood."""

    cells: tuple[str, ...] = ()
    seconds: float = 0.0


class Steering:
    """What a person asks of a run while it is at work; safe to use from any thread.

    A pause takes hold at the next halt: before the root model is asked, or before the cells of its reply run.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._paused = False
        self._halt: Halt | None = None
        self._notes: list[str] = []
        self._cells: tuple[str, ...] | None = None
        self._released = False
        self._stood = self._halted_at = 0.0

    @property
    def paused(self) -> bool:
        """Whether the run stands still or will at its next halt."""
        with self._changed:
            return self._paused

    @property
    def halted(self) -> Halt | None:
        """Where the run stands still now, None while it is at work."""
        with self._changed:
            return self._halt

    @property
    def stood(self) -> float:
        """Seconds the run has stood still so far, the present halt included."""
        with self._changed:
            return self._stood + (self._clock() - self._halted_at if self._halt else 0.0)

    def pause(self) -> None:
        """Let the run stand still at its next halt."""
        with self._changed:
            self._paused = True

    def go_on(self, note: str = "", cells: tuple[str, ...] | None = None, *, one_step: bool = False) -> None:
        """Let the run go on, with a note for the model's next prompt and other cells than the waiting ones.

        With `one_step` it stands still again at its next halt. `cells` that are not as many as those that wait change nothing.
        """
        with self._changed:
            if note.strip():
                self._notes.append(note.strip())
            if self._halt and cells is not None and len(cells) == len(self._halt.cells):
                self._cells = cells
            self._paused, self._released = one_step, self._halt is not None
            self._changed.notify_all()

    def take_notes(self) -> tuple[str, ...]:
        """Return the notes for the model's next prompt, each once."""
        with self._changed:
            notes, self._notes = tuple(self._notes), []
            return notes

    def halt(self, halt: Halt, cancel: CancelToken) -> Orders:
        """Stand still here if a person asked for it, until they say to go on or stop the run; return what they left."""
        with self._changed:
            if not self._paused:
                return Orders(halt.cells)
            self._halt, self._released, self._cells = halt, False, None
            self._halted_at = began = self._clock()
        forget = cancel.on_cancel(self._wake)
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._released or cancel.cancelled)
                return Orders(self._cells or halt.cells, self._clock() - began)
        finally:
            forget()
            with self._changed:
                self._halt = None
                self._stood += self._clock() - began

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
