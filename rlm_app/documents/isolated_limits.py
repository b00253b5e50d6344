"""The time a reading process has, and the person who may stop it."""

from __future__ import annotations

import subprocess
import threading

from rlm_app.cancel import CancelToken


def allowed_seconds(size: int) -> float:
    """Return how long reading a file of that many bytes may take: five minutes, and a second more for each megabyte."""
    return 300 + size / 1e6


class Limits:
    """Ends a child when its time is up or a person has stopped it; a context manager around what the child does."""

    def __init__(self, name: str, size: int, seconds: float | None, cancel: CancelToken | None) -> None:
        self.name = name
        self.cancel = cancel or CancelToken()
        self.late = False
        self._seconds = allowed_seconds(size) if seconds is None else seconds

    def watching(self, child: subprocess.Popen[bytes]) -> _Watch:
        """Return a context manager that kills the child when it has to end."""
        return _Watch(self, child, self._seconds)

    def reason(self) -> str:
        """Return why a child that said nothing more has ended."""
        if self.late:
            return f"took longer than {self._seconds:g} seconds to read; split it, or save it anew and try again"
        return "made the reader crash or run out of memory; save it anew, or split it, and try again"


class _Watch:
    def __init__(self, limits: Limits, child: subprocess.Popen[bytes], seconds: float) -> None:
        self._limits, self._child = limits, child
        self._clock = threading.Timer(seconds, self._stop_late)
        self._clock.daemon = True

    def __enter__(self) -> None:
        self._clock.start()
        self._forget = self._limits.cancel.on_cancel(self._child.kill)

    def __exit__(self, *_: object) -> None:
        self._forget()
        self._clock.cancel()

    def _stop_late(self) -> None:
        self._limits.late = True
        self._child.kill()
