"""The calls that cells make of functions on the host: bounded, answered by a pool of threads, counted out of a cell's time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rlm_app.engine.frames import Frame, encode, malformed, pack, unpack
from rlm_app.engine.stopwatch import Stopwatch
from rlm_app.errors import REPLLost
from rlm_app.protocols import HostFunction, Tools

CALLS_MAX = 4_096
CALLS_CHARS_MAX = 512 << 20
THREADS = 64


class Calls:
    """The functions a REPL offers and the calls of them that are under way; `write` sends a reply."""

    def __init__(self, tools: Tools, write: Callable[[bytes], None]) -> None:
        self._tools = tools
        self._write = write
        self._lock = threading.Lock()
        self._in_flight: dict[int, int] = {}
        self._carried = 0
        self._pool = ThreadPoolExecutor(THREADS, "repl-tool")

    def begin(self, clock: Stopwatch, frame: Frame) -> None:
        """Carry out a call in a thread, with the cell's clock standing still; raise `REPLLost` when it is malformed."""
        number, name, kwargs = (frame.head.get(key) for key in ("id", "tool", "kwargs"))
        args = frame.head.get("args")
        if type(number) is not int or not isinstance(args, list) or not isinstance(kwargs, dict):
            malformed("a call without its parts")
        if not isinstance(name, str) or name not in self._tools:
            malformed(f"a call of {name!r:.60}, which is not offered")
        values = unpack([*args, *kwargs.values()], frame.texts)
        self._admit(number, sum(map(len, frame.texts)))
        clock.pause()
        named = dict(zip(kwargs, values[len(args) :], strict=True))
        try:
            self._pool.submit(self._answer, clock, number, self._tools[name], values[: len(args)], named)
        except RuntimeError as error:
            raise REPLLost("the REPL is closed") from error

    def close(self, seconds: float) -> None:
        """Take no more calls, and wait at most `seconds` for functions that are still at work."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        end = time.monotonic() + seconds
        for thread in list(self._pool._threads):
            thread.join(max(end - time.monotonic(), 0))

    def _admit(self, number: int, size: int) -> None:
        with self._lock:
            if number in self._in_flight or len(self._in_flight) >= CALLS_MAX or self._carried + size > CALLS_CHARS_MAX:
                malformed(f"too many calls at once: {len(self._in_flight):,} with {self._carried:,} characters")
            self._in_flight[number] = size
            self._carried += size

    def _answer(
        self, clock: Stopwatch, number: int, tool: HostFunction, args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        try:
            kind, texts = pack(tool(*args, **kwargs))
            data = encode({"op": "reply", "id": number, "kind": kind}, texts)
        except Exception as error:  # noqa: BLE001 - whatever a tool raises is the cell's to handle
            data = encode({"op": "reply", "id": number, "error": f"{type(error).__name__}: {error}"[:4_000]})
        with self._lock:
            self._carried -= self._in_flight.pop(number)
        clock.resume()
        self._write(data)
