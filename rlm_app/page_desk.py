"""Where the pages of one document are drawn: a reading process of its own that is sent the file once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app import reading

if TYPE_CHECKING:
    from rlm_app.documents.isolated import ReadingProcess
    from rlm_app.documents.page_images import Drawn, Span

SECONDS = 20.0
"""What drawing one page may take."""
IDLE = 120.0
"""Seconds after the last page in which a process waits for the next."""


class Desk:
    """Draws pages of one file, in the order they are asked for; `idle` is told when none was asked for in two minutes.

    A thread of its own starts the process and talks to it: a confined process ends with the thread that started it, and a
    page's thread is gone when it is drawn. Calls come from under a lock; what they return is waited for without.
    """

    def __init__(self, idle: Callable[[], None]) -> None:
        self._idle = idle
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page-views")
        self._process: ReadingProcess | None = None
        self._clock: threading.Timer | None = None

    def page(
        self, path: Path, name: str, number: int, text: str, spans: Sequence[Span], password: str | None, width: int
    ) -> Future[Drawn]:
        """Have a page drawn, counted from 1."""
        self._rest()

        def draw() -> Drawn:
            from rlm_app.documents.isolated import ReadingProcess

            process = self._process = self._process or ReadingProcess(reading.launch())
            return process.page(path, name, number, text, spans, password, width=width, seconds=SECONDS)

        return self._thread.submit(draw)

    def close(self) -> None:
        """End the process when the pages asked for so far are drawn."""
        if self._clock is not None:
            self._clock.cancel()
        try:
            self._thread.submit(self._end)
        except RuntimeError:  # the app itself is ending: its threads have been waited for and take nothing more
            self._end()
        self._thread.shutdown(wait=False)

    def wait(self) -> None:
        """Return when a closed desk's process has ended."""
        self._thread.shutdown(wait=True)

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()

    def _rest(self) -> None:
        """Begin to wait anew."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = threading.Timer(IDLE, self._idle)
        self._clock.daemon = True
        self._clock.start()
