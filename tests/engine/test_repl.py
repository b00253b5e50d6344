"""The host's side of a REPL, against workers that keep the protocol and workers that do not."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.engine.frames import Frame, encode, read_frame
from rlm_app.engine.repl import REPL
from rlm_app.environments.local import LocalREPL
from rlm_app.errors import Cancelled, REPLError, REPLLost, REPLStartError
from rlm_app.protocols import Channel

RESULT: dict[str, Any] = {
    "op": "result",
    "error": None,
    "interrupted": False,
    "output_chars": 0,
    "answered": False,
    "variables": {},
}
Reaction = Callable[["FakeWorker", Frame], None]


class FakeWorker:
    """A channel whose other end is a function of the test: it sees each frame of the host and sends what it likes."""

    def __init__(self, react: Reaction) -> None:
        self._react = react
        self._bytes: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._left = b""
        self.killed = False
        self.interrupts = 0

    def send(self, head: Mapping[str, Any], *texts: str) -> None:
        self._bytes.put(encode(head, [text.encode() for text in texts]))

    def send_bytes(self, data: bytes) -> None:
        self._bytes.put(data)

    def read(self, count: int) -> bytes:
        while len(self._left) < count:
            found = self._bytes.get()
            if not found:
                self._bytes.put(b"")
                raise REPLLost("the worker was killed")
            self._left += found
        data, self._left = self._left[:count], self._left[count:]
        return data

    def write(self, data: bytes) -> None:
        at = 0

        def read(count: int) -> bytes:
            nonlocal at
            at += count
            return data[at - count : at]

        self._react(self, read_frame(read))

    def interrupt(self) -> None:
        self.interrupts += 1

    def kill(self) -> None:
        self.killed = True
        self._bytes.put(b"")

    def stderr(self) -> str:
        return "last words"


@dataclass(frozen=True)
class FakeEnvironment:
    on_exec: Reaction
    workers: list[FakeWorker] = field(default_factory=list)
    name: str = "fake"
    covers: str = ""
    misses: str = ""
    restricted_builtins: bool = True

    def connect(self) -> Channel:
        def react(worker: FakeWorker, frame: Frame) -> None:
            if frame.op == "hello":
                worker.send({"op": "ready", "python": "3", "pid": 1})
            else:
                self.on_exec(worker, frame)

        self.workers.append(FakeWorker(react))
        return self.workers[-1]


def only_exec(react: Reaction) -> Reaction:
    return lambda worker, frame: react(worker, frame) if frame.op == "exec" else None


def finish(worker: FakeWorker, frame: Frame, *texts: str, **changes: Any) -> None:
    worker.send({**RESULT, "nonce": frame.head["nonce"], **changes}, *(texts or ("", "", "")))


def call(frame: Frame, **changes: Any) -> dict[str, Any]:
    return {
        "op": "call",
        "nonce": frame.head["nonce"],
        "id": 1,
        "tool": "ask",
        "args": ["text"],
        "kwargs": {},
        **changes,
    }


def nonce(frame: Frame) -> str:
    return str(frame.head["nonce"])


HOSTILE: dict[str, Reaction] = {
    "random bytes": lambda w, f: w.send_bytes(b"\x00\x00\x00\x09whatever!"),
    "a huge header": lambda w, f: w.send_bytes(b"\xff\xff\xff\xff"),
    "an unknown operation": lambda w, f: w.send({"op": "format", "nonce": nonce(f)}),
    "a second ready": lambda w, f: w.send({"op": "ready"}),
    "loaded unasked": lambda w, f: w.send({"op": "loaded"}),
    "a tool that is not offered": lambda w, f: w.send(call(f, tool="open"), "x"),
    "a tool that is no name": lambda w, f: w.send(call(f, tool=["ask"]), "x"),
    "a call without an id": lambda w, f: w.send(call(f, id=None), "x"),
    "a call with odd arguments": lambda w, f: w.send(call(f, args={"a": 1}), "x"),
    "a call with odd keywords": lambda w, f: w.send(call(f, kwargs=[1]), "x"),
    "a call with too few texts": lambda w, f: w.send(call(f)),
    "a call with too many texts": lambda w, f: w.send(call(f), "x", "y"),
    "a result without texts": lambda w, f: w.send({**RESULT, "nonce": nonce(f)}),
    "a result with an odd error": lambda w, f: finish(w, f, error="oh"),
    "a result with an odd traceback": lambda w, f: finish(w, f, error={"type": "E", "message": "m", "traceback": [1]}),
    "a result with odd variables": lambda w, f: finish(w, f, variables={"x": 1}),
    "a result with too many variables": lambda w, f: finish(w, f, variables={str(i): "" for i in range(201)}),
    "a result with an odd count": lambda w, f: finish(w, f, output_chars=-5),
    "bytes that are not there": lambda w, f: w.send({**RESULT, "nonce": nonce(f), "raw": 9}, "", "", ""),
    "bytes that are no number": lambda w, f: w.send({**RESULT, "nonce": nonce(f), "raw": "1"}, "", "", ""),
    "a result with too few texts": lambda w, f: w.send({**RESULT, "nonce": nonce(f), "raw": 1}, "", "", ""),
    "a result with an odd flag": lambda w, f: finish(w, f, answered="yes"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_worker_that_breaks_the_protocol_is_lost_and_killed(name: str) -> None:
    environment = FakeEnvironment(only_exec(HOSTILE[name]))
    with REPL(environment, {"ask": str}, cancel=CancelToken()) as repl:
        with pytest.raises(REPLLost, match=r"broke the protocol.*variables are lost"):
            repl.run("pass", seconds=5)
        assert environment.workers[0].killed
        assert not repl.alive


def test_a_call_whose_id_is_in_use_is_a_lost_worker() -> None:
    go = threading.Event()

    def react(worker: FakeWorker, frame: Frame) -> None:
        worker.send(call(frame), "x")
        worker.send(call(frame), "x")

    with REPL(FakeEnvironment(only_exec(react)), {"ask": lambda text: go.wait(5)}, cancel=CancelToken()) as repl:
        with pytest.raises(REPLLost, match="too many calls"):
            repl.run("pass", seconds=5)
        go.set()


def test_too_many_calls_at_once_are_a_lost_worker() -> None:
    go = threading.Event()

    def react(worker: FakeWorker, frame: Frame) -> None:
        for number in range(4_097):
            worker.send(call(frame, id=number), "x")

    with REPL(FakeEnvironment(only_exec(react)), {"ask": lambda text: go.wait(10)}, cancel=CancelToken()) as repl:
        with pytest.raises(REPLLost, match="too many calls"):
            repl.run("pass", seconds=10)
        go.set()


def test_frames_with_another_nonce_are_dropped_and_counted() -> None:
    asked: list[str] = []

    def react(worker: FakeWorker, frame: Frame) -> None:
        worker.send({**RESULT, "nonce": "guess"}, "forged", "", "")
        worker.send(call(frame, nonce="guess"), "x")
        worker.send({"op": "output"}, "forged")
        finish(worker, frame, "true", "", "")

    with REPL(FakeEnvironment(only_exec(react)), {"ask": asked.append}, cancel=CancelToken()) as repl:
        assert repl.run("pass", seconds=5).stdout == "true"
        assert repl.dropped == 3
    assert asked == []


def test_a_result_with_another_nonce_is_none_and_the_cell_is_given_up_at_its_limit() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        worker.send({**RESULT, "nonce": "0" * 32, "answered": True}, "", "", "forged")

    with (
        REPL(FakeEnvironment(only_exec(react)), {}, cancel=CancelToken()) as repl,
        pytest.raises(REPLLost, match="did not react"),
    ):
        repl.run("pass", seconds=0.1)


def test_a_result_that_comes_before_any_cell_is_none() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        if frame.op == "load":
            worker.send({**RESULT, "nonce": "", "answered": True}, "", "", "forged")
            worker.send({**RESULT, "nonce": None, "answered": True}, "", "", "forged")
            worker.send({"op": "loaded", "error": None})
        else:
            finish(worker, frame, "true", "", "")

    with REPL(FakeEnvironment(react), {}, cancel=CancelToken()) as repl:
        repl.load("context", "text")
        assert repl.run("pass", seconds=5).answer is None
        assert repl.dropped == 2


def test_a_worker_that_writes_for_no_cell_without_end_is_given_up() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        for _ in range(10_001):
            worker.send({"op": "output", "nonce": "x"}, "")

    with (
        REPL(FakeEnvironment(only_exec(react)), {}, cancel=CancelToken()) as repl,
        pytest.raises(REPLLost, match="belong to no cell"),
    ):
        repl.run("pass", seconds=30)


def test_a_result_is_taken_once_and_never_between_cells() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        finish(worker, frame, "first", "", "")
        finish(worker, frame, "second", "", "")

    with REPL(FakeEnvironment(only_exec(react)), {}, cancel=CancelToken()) as repl:
        assert [repl.run("pass", seconds=5).stdout for _ in range(3)] == ["first"] * 3


def test_what_a_worker_says_is_capped() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        for _ in range(5):
            worker.send({"op": "output", "nonce": nonce(frame)}, "o" * 60)
        error = {"type": "T" * 900, "message": "m" * 9_000, "traceback": "t" * 90_000}
        finish(worker, frame, "s" * 5_000, "d", "", error=error, variables={"n" * 500: "w" * 500})

    heard: list[str] = []
    with REPL(
        FakeEnvironment(only_exec(react)), {}, output_chars=100, cancel=CancelToken(), on_output=heard.append
    ) as repl:
        result = repl.run("pass", seconds=5)
    assert len("".join(heard)) == 100
    assert len(result.stdout) <= 160
    assert result.error is not None
    assert (len(result.error.type), len(result.error.message)) == (200, 4_000)
    assert [(len(k), len(v)) for k, v in result.variables.items()] == [(100, 60)]


def test_a_silent_worker_is_interrupted_and_then_killed() -> None:
    seen: list[str] = []
    environment = FakeEnvironment(lambda worker, frame: seen.append(frame.op))
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        began = time.monotonic()
        with pytest.raises(REPLLost, match="did not react"):
            repl.run("pass", seconds=0.1)
        assert 1.0 < time.monotonic() - began < 10.0
    assert seen == ["exec", "interrupt"]
    assert environment.workers[0].interrupts == 2


def test_a_value_the_worker_cannot_load_is_an_error_with_its_reason() -> None:
    def react(worker: FakeWorker, frame: Frame) -> None:
        worker.send({"op": "loaded", "error": "context does not fit"})

    with REPL(FakeEnvironment(react), {}, cancel=CancelToken()) as repl, pytest.raises(REPLError, match="does not fit"):
        repl.load("context", "x")


def test_a_worker_that_ends_before_it_is_ready_did_not_start() -> None:
    class Mute(FakeWorker):
        def write(self, data: bytes) -> None:
            raise REPLLost("the worker ended itself with status 1")

    class Environment:
        name, covers, misses, restricted_builtins = "mute", "", "", True

        def connect(self) -> Channel:
            return Mute(lambda worker, frame: None)

    with pytest.raises(REPLStartError, match="status 1") as caught:
        REPL(Environment(), {}, cancel=CancelToken())
    assert caught.value.stderr == "last words"


def test_a_cancelled_run_starts_nothing() -> None:
    cancel = CancelToken()
    cancel.cancel()
    before = threading.active_count()
    with pytest.raises(Cancelled):
        REPL(LocalREPL(), {}, cancel=cancel)
    assert threading.active_count() <= before + 1


CELLS = {
    "sleeps": "import time\ntime.sleep(60)",
    "asks": "ask()",
    "ignores": "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass",
}


@pytest.mark.parametrize("name", CELLS)
def test_cancel_ends_a_cell_at_once(name: str) -> None:
    cancel = CancelToken()
    with REPL(LocalREPL(), {"ask": lambda: cancel.wait(60)}, cancel=cancel) as repl:
        threading.Timer(0.2, cancel.cancel).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            repl.run(CELLS[name], seconds=60)
        assert time.monotonic() - began < 10.0
        with pytest.raises((Cancelled, REPLLost)):
            repl.run("pass", seconds=1)


def test_close_may_be_called_twice_and_ends_the_repl() -> None:
    repl = REPL(LocalREPL(), {}, cancel=CancelToken())
    assert repl.alive
    repl.close()
    repl.close()
    assert not repl.alive
    with pytest.raises(REPLLost, match="closed"):
        repl.run("pass", seconds=1)


def test_close_ends_every_thread() -> None:
    before = set(threading.enumerate())
    with REPL(LocalREPL(), {"ask": lambda: "x"}, cancel=CancelToken()) as repl:
        repl.run("ask()", seconds=5)
    assert {thread.name for thread in set(threading.enumerate()) - before} <= {"repl-spawner"}


def test_two_repls_do_not_hear_each_other() -> None:
    cancel = CancelToken()
    with (
        REPL(LocalREPL(), {"me": lambda: "a"}, cancel=cancel) as a,
        REPL(LocalREPL(), {"me": lambda: "b"}, cancel=cancel) as b,
    ):
        printed: dict[str, str] = {}

        def work(name: str, repl: REPL) -> None:
            printed[name] = repl.run("for _ in range(100): print(me(), end='')", seconds=20).stdout

        threads = [threading.Thread(target=work, args=pair) for pair in (("a", a), ("b", b))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert printed == {"a": "a" * 100, "b": "b" * 100}


def test_calls_run_at_the_same_time() -> None:
    together = threading.Barrier(8, timeout=10)
    code = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print(len(list(pool.map(lambda i: meet(), range(8)))))
"""
    with REPL(LocalREPL(), {"meet": lambda: together.wait() >= 0}, cancel=CancelToken()) as repl:
        assert repl.run(code, seconds=20).stdout == "8\n"


def test_a_worker_that_stands_still_while_a_long_reply_is_sent_to_it_is_given_up_in_time() -> None:
    called = threading.Event()

    def ask() -> str:
        called.set()
        time.sleep(0.3)  # the worker is to stand still by the time the reply comes
        return "x" * 50_000_000

    code = "import os, signal, threading\nthreading.Thread(target=ask).start()\nseen()\nos.kill(os.getpid(), signal.SIGSTOP)"
    before = set(threading.enumerate())
    with REPL(LocalREPL(), {"ask": ask, "seen": lambda: called.wait(5.0)}, cancel=CancelToken()) as repl:
        began = time.monotonic()
        with pytest.raises(REPLLost, match="did not react"):
            repl.run(code, seconds=0.2)
        assert time.monotonic() - began < 10.0
    assert {thread.name for thread in set(threading.enumerate()) - before} <= {"repl-spawner"}
