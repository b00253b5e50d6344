"""The live session in an environment, as the host sees it: load values, run cells, answer the calls they make."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable
from types import TracebackType

from rlm_app.cancel import CancelToken
from rlm_app.cell_results import CellResult
from rlm_app.engine.calls import Calls
from rlm_app.engine.frames import CALL_BYTES, Frame, as_bytes, encode, malformed
from rlm_app.engine.link import Link
from rlm_app.engine.loading import load_frames
from rlm_app.engine.pictures import PICTURE_BYTES, PICTURE_SIDE, PICTURES_MAX
from rlm_app.engine.results import ANSWER_CHARS, cell_result
from rlm_app.engine.stopwatch import Stopwatch
from rlm_app.errors import Cancelled, REPLError, REPLLost, REPLStartError
from rlm_app.protocols import Environment, Tools, ignore_text

START_SECONDS = 20.0
LOAD_SECONDS = 60.0
LOAD_WINDOW = 2
NUDGES = (0.2, 0.5, 1.0)
DROPPED_MAX = 10_000


class _Cell:
    """A cell that runs: its secret, its clock, and what it has shown so far."""

    def __init__(self) -> None:
        self.nonce = secrets.token_hex(16)
        self.clock = Stopwatch()
        self.shown = 0


class REPL:
    """A worker that is up, and the functions on the host that its cells may call; one cell runs at a time.

    `tools` run in threads of this object; they must come back once `cancel` is set. `on_output` hears what a cell prints
    while it runs, up to `output_chars` a cell. Raises `REPLStartError`, or `Cancelled`, when it does not come up.
    """

    def __init__(
        self,
        environment: Environment,
        tools: Tools,
        *,
        output_chars: int = 200_000,
        cancel: CancelToken,
        on_output: Callable[[str], None] = ignore_text,
    ) -> None:
        self._tools = tools
        self._output_chars = output_chars
        self._cancel = cancel
        self._on_output = on_output
        self._inbox: queue.SimpleQueue[Frame | REPLLost | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cell: _Cell | None = None
        self._expected: list[str] = []
        self._lost: REPLLost | None = None
        self.dropped = 0
        self._link = Link(environment.connect(), self._take, self._inbox.put)
        self._calls = Calls(tools, self._link.write)
        self._link.start()
        self._forget_cancel = cancel.on_cancel(lambda: self._inbox.put(None))
        self._say_hello(environment.restricted_builtins)

    def __enter__(self) -> REPL:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether cells can still be run."""
        return self._lost is None

    def load(self, name: str, value: object) -> None:
        """Bind a value in the REPL; raise `REPLError` when it cannot be loaded, `REPLLost` or `Cancelled`."""
        self._check()
        waiting, error = 0, None
        for data in load_frames(name, value):
            self._expect("loaded")
            self._link.send(data)
            waiting += 1
            if waiting > LOAD_WINDOW:
                self._await(LOAD_SECONDS)
                waiting -= 1
        for _ in range(waiting):
            error = self._await(LOAD_SECONDS).head.get("error")
        if error is not None:
            raise REPLError(f"{str(error)[:500]}. Load less, or allow the environment more memory.")

    def run(self, code: str, *, seconds: float) -> CellResult:
        """Run a cell for at most `seconds` of its own time, then interrupt it; it keeps its variables.

        Time with a host call outstanding is not the cell's. A cell that does not react within a second is killed with its
        worker: `REPLLost`. `Cancelled` is raised, after the same steps, when the run is stopped.
        """
        self._check()
        cell = self._cell = _Cell()
        try:
            self._link.send(encode({"op": "exec", "nonce": cell.nonce}, [as_bytes(code)]))
            frame = self._watch(cell, seconds)
            return cell_result(frame, self._output_chars, cell.clock.seconds)
        except REPLLost as lost:
            raise self._die(lost) from lost
        finally:
            self._cell = None

    def close(self) -> None:
        """End the worker and every thread of this object; waits up to 5 s for host functions that are still at work."""
        self._lost = self._lost or REPLLost("the REPL is closed")
        self._forget_cancel()
        self._link.close()
        self._calls.close(5.0)

    def _say_hello(self, restricted_builtins: bool) -> None:
        self._expect("ready")
        limits = {"output_chars": self._output_chars, "call_bytes": CALL_BYTES, "answer_chars": ANSWER_CHARS}
        pictures = {"count": PICTURES_MAX, "bytes": PICTURE_BYTES, "side": PICTURE_SIDE}
        cells = {"restricted_builtins": restricted_builtins, "pictures": pictures, **limits}
        self._link.send(encode({"op": "hello", "tools": sorted(self._tools), **cells}))
        try:
            self._await(START_SECONDS)
        except REPLLost as lost:
            stderr = self._link.channel.stderr()
            self.close()
            why = f"The REPL did not start: {lost.__cause__ or lost}. {stderr[-500:]}"
            raise REPLStartError(why.strip(), stderr=stderr) from lost
        except Cancelled:
            self.close()
            raise

    def _expect(self, op: str) -> None:
        with self._lock:
            self._expected.append(op)

    def _check(self) -> None:
        if self._lost is not None:
            raise self._lost
        if self._cancel.cancelled:
            raise Cancelled("the run was stopped")

    def _await(self, seconds: float) -> Frame:
        """Return the expected frame; a worker that does not send it in time is given up."""
        end = time.monotonic() + seconds
        try:
            while True:
                if self._cancel.cancelled:
                    raise Cancelled("the run was stopped")
                found = self._next(end - time.monotonic())
                if found is not None:
                    return found
                if time.monotonic() > end:
                    raise REPLLost(f"the worker did not answer within {seconds:g} seconds")
        except REPLLost as lost:
            raise self._die(lost) from lost

    def _next(self, seconds: float) -> Frame | None:
        """Return the next frame, or None after `seconds` or a cancel; raise the loss of the worker."""
        try:
            found = self._inbox.get(timeout=max(seconds, 0.0))
        except queue.Empty:
            return None
        if isinstance(found, REPLLost):
            raise found
        return found

    def _watch(self, cell: _Cell, seconds: float) -> Frame:
        """Return the cell's result; stop the cell when its time is up or the run is stopped."""
        while not self._cancel.cancelled and (left := seconds - cell.clock.seconds) > 0:
            frame = self._next(max(left, 0.05) if cell.clock.waiting else left)
            if frame is not None:
                return frame
        cancelled = self._cancel.cancelled
        try:
            frame = self._stop(cell, f"the cell ran longer than {seconds:g} seconds and did not react to being stopped")
        except REPLLost as lost:
            if self._cancel.cancelled:
                self._die(lost)
                raise Cancelled("the run was stopped") from lost
            raise
        if cancelled or self._cancel.cancelled:
            raise Cancelled("the run was stopped")
        return frame

    def _stop(self, cell: _Cell, reason: str) -> Frame:
        """Interrupt the cell, again while it goes on, and return its result; raise `REPLLost` after a second of that."""
        began = time.monotonic()
        self._link.send(encode({"op": "interrupt", "nonce": cell.nonce}))
        for until in NUDGES:
            if until != NUDGES[0]:
                self._link.channel.interrupt()
            while (left := began + until - time.monotonic()) > 0:
                frame = self._next(left)
                if frame is not None:
                    return frame
        raise REPLLost(reason)

    def _die(self, lost: REPLLost) -> REPLLost:
        """Kill the worker and return what to raise."""
        if self._lost is None:
            stderr = self._link.channel.stderr().strip()
            said = f" It last wrote: {stderr[-500:]}" if stderr else ""
            self._lost = REPLLost(f"{lost}; its variables are lost.{said}")
            self._link.channel.kill()
        return self._lost

    # What the reading thread does.

    def _take(self, frame: Frame) -> None:
        if frame.op in ("ready", "loaded"):
            with self._lock:
                if frame.op not in self._expected:
                    malformed(f"{frame.op!r} unasked")
                self._expected.remove(frame.op)
            self._inbox.put(frame)
            return
        cell = self._cell
        if cell is None or frame.head.get("nonce") != cell.nonce:
            self._drop()
        elif frame.op == "call":
            self._calls.begin(cell.clock, frame)
        elif frame.op == "output":
            self._show(cell, "".join(frame.texts))
        elif frame.op == "result":
            self._cell = None
            self._inbox.put(frame)
        else:
            malformed(f"the unknown operation {frame.op[:40]!r}")

    def _drop(self) -> None:
        """Pass over a frame that belongs to no cell: a thread of an earlier one may still write, but not for ever."""
        self.dropped += 1
        if self.dropped > DROPPED_MAX:
            malformed(f"{self.dropped:,} messages that belong to no cell that runs")

    def _show(self, cell: _Cell, text: str) -> None:
        text = text[: self._output_chars - cell.shown]
        cell.shown += len(text)
        if text:
            self._on_output(text)
