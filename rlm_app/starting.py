"""How long an environment takes from nothing to its first cell, found by starting it: on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from rlm_app.cancel import CancelToken
from rlm_app.engine.repl import REPL
from rlm_app.errors import RLMError
from rlm_app.logs import tell_fault
from rlm_app.protocols import Environment

_log = logging.getLogger(__name__)
CELL = "print(6 * 7)"
CELL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Start:
    """How a start went: the seconds until the first cell was done, or `problem`, a sentence that says why there was none."""

    seconds: float
    problem: str = ""


class Measurement:
    """One start of an environment; `outcome` may be asked for from any thread. The sandbox is removed afterwards."""

    def __init__(self, make: Callable[[], Environment]) -> None:
        self._make = make
        self._done = threading.Event()
        self._outcome: Start | None = None
        threading.Thread(target=self._run, name="measurement", daemon=True).start()

    @property
    def outcome(self) -> Start | None:
        """How it went, None while it goes on."""
        return self._outcome

    def wait(self, seconds: float) -> Start | None:
        """Wait at most so long for the outcome, and return it."""
        self._done.wait(seconds)
        return self._outcome

    def _run(self) -> None:
        began = time.perf_counter()
        try:
            self._outcome = Start(first_cell(self._make()))
        except RLMError as error:
            self._outcome = Start(time.perf_counter() - began, str(error))
        except Exception as error:  # noqa: BLE001 - whoever waits is told of a fault of ours too, and not by silence
            self._outcome = Start(time.perf_counter() - began, _fault(error))
        finally:
            self._done.set()


def _fault(error: Exception) -> str:
    tell_fault(_log, "the start of an environment", error)
    return (
        f"The start broke off with a fault of this app ({type(error).__name__}); its log says where. "
        "Start it again, or pick another environment."
    )


def first_cell(environment: Environment) -> float:
    """Start a REPL, run a cell in it, and return the seconds until its result; raise what a start raises."""
    began = time.perf_counter()
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        repl.run(CELL, seconds=CELL_SECONDS)
        return time.perf_counter() - began
