"""The REPL that runs inside every sandbox: one namespace, many cells, and functions that live on the host.

Run as `python -S -B -u worker.py`, or hand its text to `python -c`. Standard library only; parses as Python 3.9; imported
by nobody. It speaks frames over the descriptors 0 and 1 it was started with, which it takes away from the cells: what
they write to descriptors 1 and 2 goes to the process's stderr, never into the protocol.

A frame is a 4-byte big-endian length and that many bytes of JSON. A JSON object with "blob": [n, …] is followed by that many
texts of n bytes each, UTF-8 with surrogatepass, so that bulk text never passes through JSON; with "raw": n the last n are
bytes and no text. The first frame is `hello`.

host -> worker   hello {tools, output_chars, call_bytes, answer_chars, restricted_builtins, pictures {count, bytes, side}}
                 load {name, kind, more} + texts | exec {nonce} + code | reply {id, kind | error} + texts
                 interrupt {nonce} | close
worker -> host   ready {python, pid, confined} | loaded {name, error} | call {nonce, id, tool, args, kwargs} + texts
                 output {nonce} + text | result {nonce, error, interrupted, output_chars, answered, variables} + texts + PNGs

A value travels as its kind and its texts: "text" is one string, a number n is a list of n strings, "json" is JSON.
"""

from __future__ import annotations

import _ast
import builtins
import codecs
import collections
import collections.abc
import io
import json
import linecache
import os
import queue
import signal
import sys
import threading
import time
import traceback
import types
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

OWN_FILE = (lambda: None).__code__.co_filename
OWN_NAMES = ("FINAL", "FINAL_VAR", "SHOW_VARS")
LIST_MAX = 50_000
HEAD_BYTES = 1 << 20
NOT_READY = {"", "false", "no", "0", "none", "off"}
REFUSED = {
    "eval": "write the expression itself, or read data with json.loads or ast.literal_eval",
    "exec": "write the code in the cell itself",
    "compile": "write the code in the cell itself; for a pattern there is re.compile",
    "input": "nobody can type here; read the context, or ask a model with llm_query",
    "globals": "use the variables by their names; SHOW_VARS() lists them",
    "locals": "use the variables by their names; SHOW_VARS() lists them",
    "breakpoint": "nobody can step through; print what you want to see",
}
pause = time.sleep  # as it is now: cells may replace the module's
class_name: Callable[[type], str] = type.__dict__["__name__"].__get__


class ToolError(Exception):
    """A function on the host failed; the message is the host's."""


class Final(SystemExit):
    """Ends the cell. The answer is kept on the Repl, so a cell that swallows this has answered all the same."""


class Wire:
    """Frames over private copies of the descriptors 0 and 1. One thread reads, any thread writes."""

    def __init__(self) -> None:
        self._in = io.BufferedReader(io.FileIO(os.dup(0), "rb"), 1 << 13)
        self._out = os.dup(1)
        self._lock = threading.Lock()
        empty, end = os.pipe()  # not /dev/null, which a worker that may open no file cannot open
        os.dup2(empty, 0)
        os.close(empty)
        os.close(end)
        os.dup2(2, 1)

    def read(self) -> tuple[dict[str, Any], list[Any]]:
        """Return the next frame's header and texts; the parts of a long text are not decoded before all are there."""
        head = json.loads(bytes(self._take(int.from_bytes(self._take(4), "big"))))
        parts = [self._take(size) for size in head.get("blob", ())]
        whole = head["op"] == "load" and head["kind"] in ("text", "json")
        return head, parts if whole else [str(part, "utf-8", "surrogatepass") for part in parts]

    def write(self, head: dict[str, Any], texts: list[bytes]) -> None:
        """Send a frame, whole; raise `ValueError` for one of more values than the host takes."""
        head["blob"] = [len(text) for text in texts]
        body = json.dumps(head, allow_nan=False).encode()
        if len(body) > HEAD_BYTES:
            raise ValueError(f"{len(texts):,} values are too many for one call: join them, or make several calls")
        data = memoryview(b"".join([len(body).to_bytes(4, "big"), body, *texts]))
        with self._lock:
            while data:
                data = data[os.write(self._out, data) :]

    def _take(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            got = self._in.readinto(view)
            if not got:
                os._exit(0)  # the host is gone: nobody is left to answer to, even in the middle of a cell
            view = view[got:]
        return data


class Output(io.RawIOBase):
    """Takes what the cells print, counts all of it and keeps its head and its tail."""

    def __init__(self, limit: int) -> None:
        self._half = max(limit // 2, 1)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lock = threading.Lock()
        self._reset()

    def _reset(self) -> None:
        self.total = self.uncounted = self._sent = self._head_size = self._tail_size = 0
        self._head: list[str] = []
        self._tail: collections.deque[str] = collections.deque()

    def writable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Stay open: a cell that closes its stdout must not silence the next one."""

    def write(self, data: Any) -> int:
        """Keep a piece of at most 1 MiB; the buffer above comes back with the rest."""
        part = bytes(memoryview(data)[: 1 << 20])
        with self._lock:
            self._keep(self._decoder.decode(part))
        return len(part)

    def _keep(self, text: str) -> None:
        self.total += len(text)
        room = self._half - self._head_size
        if room > 0:
            self._head.append(text[:room])
            self._head_size += len(self._head[-1])
            text = text[room:]
        if text:
            self._tail.append(text)
            self._tail_size += len(text)
            while self._tail_size - len(self._tail[0]) >= self._half:
                self._tail_size -= len(self._tail.popleft())

    def news(self) -> str:
        """Return what came into the head since the last time."""
        with self._lock:
            pieces, self._sent = self._head[self._sent :], len(self._head)
        return "".join(pieces)

    def take(self) -> tuple[str, int]:
        """Return what was kept and how many characters the cell printed in all, and begin anew."""
        with self._lock:
            total, uncounted, tail = self.total, self.uncounted, "".join(self._tail)[-self._half :]
            left_out = total - self._head_size - len(tail)
            mark = f"\n… {left_out:,} characters left out …\n" if left_out else ""
            text = "".join(self._head) + mark + tail
            self._reset()
        return text, total - uncounted


class Pictures:
    """Collects what a cell has drawn: figures of matplotlib still open, and PNG files new in the folder it started in."""

    def __init__(self, most: dict[str, int]) -> None:
        self.most = most
        self.folder = os.getcwd()
        self.seen = self.files()

    def files(self) -> dict[str, tuple[int, int]]:
        """Return the PNG files there are, oldest first, each with what changes when it is written anew."""
        try:
            with os.scandir(self.folder) as entries:
                pngs = [e for e in entries if e.name.lower().endswith(".png") and e.is_file(follow_symlinks=False)]
            marks = [(e.stat(follow_symlinks=False), e.path) for e in pngs[:1_000]]
        except OSError:
            return {}
        return {path: (mark.st_mtime_ns, mark.st_size) for mark, path in sorted(marks, key=lambda m: m[0].st_mtime_ns)}

    def take(self) -> tuple[list[bytes], str, str]:
        """Return the pictures of the cell that has ended, that they are shown, and what went wrong; close the figures."""
        kept: list[bytes] = []
        left_out, notes = 0, []
        for name, draw in [*self.figures(), *self.news()]:
            try:
                data = draw() if len(kept) < self.most["count"] else b""
            except Exception as error:
                notes.append(f"({name} could not be drawn: {class_name(type(error))}: {str(error)[:200]})\n")
                continue
            if data in kept:
                continue
            if self.fits(data):
                kept.append(data)
            else:
                left_out += 1
        self.close()
        are = "picture is" if len(kept) == 1 else "pictures are"
        shown = f"({len(kept)} {are} shown to the reader)\n" if kept else ""
        if left_out:
            caps = (
                "{count} pictures of a cell are shown, PNG, at most {bytes:,} bytes and {side:,} pixels a side".format
            )
            notes.append(f"({left_out} more left out: {caps(**self.most)})\n")
        return kept, shown, "".join(notes)

    def figures(self) -> list[tuple[str, Callable[[], bytes]]]:
        """Return a way to draw each open figure, if the cells have imported matplotlib at all."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        numbers = pyplot.get_fignums() if pyplot is not None else []
        return [(f"figure {number}", lambda number=number: self.draw(pyplot.figure(number))) for number in numbers]  # type: ignore[misc,union-attr]

    def draw(self, figure: Any) -> bytes:
        """Return a figure as PNG, in fewer dots where it is too large for its size."""
        data = io.BytesIO()
        dots = min(figure.get_dpi(), self.most["side"] // max(*figure.get_size_inches(), 1e-3))
        figure.savefig(data, format="png", dpi=max(dots, 1))
        return data.getvalue()

    def close(self) -> None:
        """Close all figures, as a notebook does."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")

    def news(self) -> list[tuple[str, Callable[[], bytes]]]:
        """Return a way to read each file that is new or written anew."""
        before, self.seen = self.seen, self.files()
        paths = [path for path, mark in self.seen.items() if before.get(path) != mark]
        return [(os.path.basename(path), lambda path=path: self.read(path)) for path in paths]  # type: ignore[misc]

    def read(self, path: str) -> bytes:
        """Return a file's bytes, but none of one that is too large."""
        with io.FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(self.most["bytes"] + 1) or b""
        return data if len(data) <= self.most["bytes"] else b""

    def fits(self, data: bytes) -> bool:
        """Tell whether these bytes are a PNG that may be shown."""
        wide, high = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
        is_png = data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR"
        return (
            is_png
            and len(data) <= self.most["bytes"]
            and 0 < wide <= self.most["side"]
            and 0 < high <= self.most["side"]
        )


class Interrupts:
    """Turns the host's interrupts into KeyboardInterrupt in the cell's main thread, and nowhere else."""

    def __init__(self) -> None:
        self.open = self.due = self.asked = False
        self.held = self.count = 0

    def handle(self, signum: int, frame: Any) -> None:
        """Raise in the cell, or later if a frame is being sent, or not at all if no cell runs."""
        if not self.open:
            return
        if self.held:
            self.due = True
            return
        self.count += 1
        if self.count == 2 and hasattr(signal, "setitimer"):
            self.storm(1e-4)
        if self.count > 1:
            insist(frame)
        raise KeyboardInterrupt("the cell was stopped")

    def storm(self, seconds: float) -> None:
        """Interrupt every so many seconds, 0 to stop: sooner or later one falls outside of what swallows them."""
        signal.signal(signal.SIGALRM, self.handle)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def request(self) -> None:
        """Interrupt the main thread; a real signal, sent to that very thread, is what ends a sleep."""
        self.asked = True
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:
            __import__("_thread").interrupt_main()

    def release(self) -> None:
        """End a stretch that must not be interrupted."""
        self.held -= 1
        if self.due and not self.held:
            self.due = False
            self.request()


def insist(frame: Any) -> None:
    """Raise again at the next line of each frame of the cell, which is inside the handler that swallowed the first one."""

    def again(frame: Any, event: str, argument: object) -> Any:
        if event == "line":
            raise KeyboardInterrupt("the cell was stopped")
        return None if event == "call" else again

    sys.settrace(again)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<cell"):
            frame.f_trace = again
        frame = frame.f_back


def pack(value: object) -> tuple[str | int, list[bytes]]:
    """Return the kind and the texts by which a value travels."""
    if isinstance(value, str):
        return "text", [value.encode("utf-8", "surrogatepass")]
    if isinstance(value, (list, tuple)) and len(value) <= LIST_MAX and all(isinstance(item, str) for item in value):
        return len(value), [item.encode("utf-8", "surrogatepass") for item in value]
    return "json", [json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass")]


def unpack(kind: str | int, texts: list[str]) -> Any:
    """Return the value that travelled."""
    if isinstance(kind, int):
        return texts
    return texts[0] if kind == "text" else json.loads("".join(texts))


def as_text(value: object) -> str:
    """Return an answer as text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def describe(value: Any) -> str:
    """Say in a few words what a variable holds, without running any code of its class."""
    kind = type(value)
    name = class_name(kind)
    if kind is types.ModuleType:
        return "module"
    if value is None or kind is bool or kind is float or (kind is int and abs(value) < 10**30):
        return "None" if value is None else f"{name} {value!r}"
    if kind is str:
        return f"str, {len(value):,} characters: {value[:28]!r}"[:60]
    if kind in (bytes, bytearray):
        return f"{name}, {len(value):,} bytes"
    if kind in (list, tuple, dict, set, frozenset, collections.deque):
        return f"{name}, {len(value):,} items"
    return name[:60]


def refuse(name: str, instead: str) -> Callable[..., None]:
    """Return what stands in a cell in the place of a builtin function that it should not use."""

    def refused(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"{name}() is switched off in cells: {instead}")

    refused.__name__ = refused.__qualname__ = name
    return refused


def describe_error(error: BaseException) -> dict[str, str]:
    """Return type, message and traceback of what ended a cell, without the worker's own frames."""
    shown = traceback.TracebackException(type(error), error, error.__traceback__)
    hide_own_frames(shown, 0)
    while shown.stack and not shown.stack[0].filename.startswith("<cell"):
        del shown.stack[0]
    text = "".join(shown.format())
    if len(text) > 20_000:
        text = text[:10_000] + "\n…\n" + text[-10_000:]
    return {"type": class_name(type(error))[:200], "message": str(error)[:4_000], "traceback": text}


def hide_own_frames(shown: Any, depth: int) -> None:
    """Take the worker's frames out of a traceback and of those it stems from."""
    shown.stack[:] = [frame for frame in shown.stack if frame.filename != OWN_FILE]
    for other in (shown.__cause__, shown.__context__):
        if other is not None and depth < 50:
            hide_own_frames(other, depth + 1)


class Repl:
    """One namespace that lasts, the cells that run in it, and the calls they have out."""

    def __init__(self, wire: Wire, hello: dict[str, Any]) -> None:
        self.wire = wire
        self.limits = hello
        self.interrupts = Interrupts()
        self.output = Output(hello["output_chars"])
        self.spoiled: list[Any] = []
        self.print_to = self.new_stream()
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.reserved: dict[str, Any] = {name: self.make_tool(name) for name in hello["tools"]}
        self.reserved.update(FINAL=self.final, FINAL_VAR=self.final_var, SHOW_VARS=self.variables)
        # A dictionary of the cells' own: libraries have the real builtins, and need them.
        refused = REFUSED if hello.get("restricted_builtins", True) else {}
        instead = {name: refuse(name, advice) for name, advice in refused.items()}
        self.reserved["__builtins__"] = {**vars(builtins), **instead}
        self.answer: Any = {"content": "", "ready": False}
        self.names.update(self.reserved, answer=self.answer)
        self.pictures = Pictures(hello.get("pictures") or {"count": 0, "bytes": 0, "side": 0})
        self.lock = threading.Lock()
        self.running = threading.Event()
        self.boxes: dict[int, queue.SimpleQueue[Any]] = {}
        self.nonce: str | None = None
        self.final_text: str | None = None
        self.calls = self.cells = 0

    def new_stream(self) -> io.TextIOWrapper:
        """Return a text stream over the output."""
        return io.TextIOWrapper(io.BufferedWriter(self.output, 1 << 16), "utf-8", "backslashreplace", newline="\n")

    # What cells call.

    def make_tool(self, name: str) -> Callable[..., Any]:
        """Return a function that calls the host's function of that name."""

        def tool(*args: Any, **kwargs: Any) -> Any:
            return self.call(name, args, kwargs)

        tool.__name__ = tool.__qualname__ = name
        return tool

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function on the host from any thread of a cell; raise `ToolError` when it fails."""
        packed = [pack(value) for value in (*args, *kwargs.values())]
        kinds, texts = [kind for kind, _ in packed], [text for _, part in packed for text in part]
        named = {key: kinds[len(args) + place] for place, key in enumerate(kwargs)}
        size, most = sum(map(len, texts)), self.limits["call_bytes"]
        if size > most:
            raise ValueError(
                f"one call of {name} may carry {most:,} bytes, not {size:,}: send less, or in several calls"
            )
        box: queue.SimpleQueue[Any] = queue.SimpleQueue()
        with self.lock:
            if self.nonce is None:
                raise ToolError(f"{name} was called while no cell is running")
            self.calls += 1
            number = self.calls
            self.boxes[number] = box
            head = {"op": "call", "nonce": self.nonce, "id": number, "tool": name}
        try:
            self.send({**head, "args": kinds[: len(args)], "kwargs": named}, texts)
            reply, parts = box.get()
        finally:
            self.boxes.pop(number, None)
        if reply.get("error") is not None:
            raise ToolError(reply["error"])
        return unpack(reply["kind"], parts)

    def final(self, value: object) -> None:
        """Hand in the value as the answer and end the cell."""
        self.final_text = self.checked(as_text(value))
        raise Final

    def final_var(self, name: object) -> None:
        """Hand in the variable of that name, or any other value, as the answer and end the cell."""
        key = name.strip() if isinstance(name, str) else None
        if key is not None and key in self.names:
            held = self.names[key]
            self.final(held.get("content") if held is self.names.get("answer") and isinstance(held, dict) else held)
        held_by_a_variable = any(held is name for held in list(self.names.values()))
        if key is not None and key.isidentifier() and not held_by_a_variable:
            there_are = ", ".join(self.variables()) or "none"
            raise NameError(f"FINAL_VAR: there is no variable called {key!r}. Variables: {there_are}")
        self.final(name)

    def variables(self) -> dict[str, str]:
        """Return the names of the variables made so far, and what each holds in a few words."""
        hidden = {"answer", *self.reserved}
        items = [item for item in list(self.names.items()) if type(item[0]) is str and item[0][:1] != "_"]
        return {name[:100]: describe(value) for name, value in items if name not in hidden and len(name) < 1_000}

    # How a cell runs.

    def run(self, nonce: str, code: str) -> None:
        """Run a cell and send its result; a cell can end in any way except this one's return."""
        self.prepare(nonce)
        _, failure = self.guard(self.execute, code)
        draft, problem = self.guard(self.harvest)
        if problem is not None and type(self.answer.get("content")) is not str:
            self.answer = self.names["answer"] = {"content": "", "ready": False}  # or each later cell ends the same way
        failure = failure or problem
        drawn, trouble = self.guard(self.draw) if not isinstance(failure, KeyboardInterrupt) else ([], None)
        failure = failure or trouble
        interrupted = self.interrupts.count > 0 or (self.interrupts.asked and isinstance(failure, KeyboardInterrupt))
        error = None
        if isinstance(failure, SystemExit) and not isinstance(failure, Final):
            self.guard(self.note_exit, failure)
        elif failure is not None and not isinstance(failure, Final):
            unshown = {"type": class_name(type(failure)), "message": "(it cannot be shown)", "traceback": ""}
            error = self.guard(describe_error, failure)[0] or unshown
        self.guard(self.flush)
        self.finish(error, draft or "", interrupted, drawn or [])

    def prepare(self, nonce: str) -> None:
        """Put back what an earlier cell may have changed, and open for calls."""
        sys.modules["__main__"] = self.module
        try:
            self.print_to.flush()
        except ValueError:  # the last cell closed or detached it; Python 3.13 complains when such a stream is let go of
            self.spoiled.append(self.print_to)
            self.print_to = self.new_stream()
        sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = self.print_to  # type: ignore[misc]
        signal.signal(signal.SIGINT, self.interrupts.handle)
        self.final_text = None
        self.interrupts.count = 0
        self.interrupts.due = self.interrupts.asked = False
        self.names.update(self.reserved)
        with self.lock:
            self.nonce = nonce
        self.running.set()

    def guard(self, function: Callable[..., Any], *args: Any) -> tuple[Any, BaseException | None]:
        """Run a part of the cell that may raise anything and may be interrupted; return its value and what it raised."""
        try:
            try:
                self.interrupts.open = True
                return function(*args), None
            finally:
                self.interrupts.open = False
        except BaseException as error:  # whatever the cell raised, its result has to go out
            self.interrupts.open = False
            if self.interrupts.count > 1:
                self.interrupts.storm(0)
                sys.settrace(None)
            return None, error

    def execute(self, code: str) -> None:
        """Run the code; show the value of a last bare expression, as a notebook does."""
        self.cells += 1
        name = f"<cell {self.cells}>"
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        tree: Any = compile(code, name, "exec", _ast.PyCF_ONLY_AST, True)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], _ast.Expr) else None
        exec(compile(tree, name, "exec", dont_inherit=True), self.names)
        if last is not None:
            self.echo(eval(compile(_ast.Expression(last.value), name, "eval", dont_inherit=True), self.names))  # noqa: S307

    def echo(self, value: object) -> None:
        """Print a value unless it is None."""
        most = self.limits["output_chars"]
        if isinstance(value, (str, bytes)) and len(value) > most:
            print(f"{value[:most]!r}… ({len(value):,} in all)")  # noqa: T201
        elif value is not None:
            print(repr(value))  # noqa: T201

    def harvest(self) -> str:
        """Take the answer if one is ready, clear its flag, and return the draft."""
        held = self.names.get("answer")
        if not isinstance(held, collections.abc.Mapping):
            held = self.names["answer"] = self.answer
        self.answer = held
        flag, content = held.get("ready"), held.get("content")
        ready = flag.strip().lower() not in NOT_READY if isinstance(flag, str) else bool(flag)
        if ready:
            try:
                held["ready"] = False  # type: ignore[index]
            except TypeError:
                self.answer = self.names["answer"] = {**held, "ready": False}
        text = as_text(content)
        if ready and self.final_text is None:
            self.final_text = self.checked(text)
        return text[: self.limits["answer_chars"]]

    def checked(self, text: str) -> str:
        """Return an answer's text if it is not too long."""
        most = self.limits["answer_chars"]
        if len(text) > most:
            raise ValueError(f"an answer may have {most:,} characters, not {len(text):,}: hand in less")
        return text

    def note_exit(self, failure: SystemExit) -> None:
        """Say that the cell called sys.exit."""
        print(f"(the cell ended itself by sys.exit({failure.code!r}); its variables are kept)")  # noqa: T201

    def draw(self) -> list[bytes]:
        """Return the pictures of the cell, and tell the model of them below what it printed."""
        drawn, shown, wrong = self.pictures.take()
        self.flush()
        self.output.write((wrong + shown).encode("utf-8", "backslashreplace"))
        self.output.uncounted = len(shown)  # an answer need not wait for the model to have read that
        return drawn

    def flush(self) -> None:
        """Bring what was printed into the output."""
        for stream in {id(stream): stream for stream in (sys.stdout, sys.stderr, self.print_to)}.values():
            stream.flush()

    def finish(self, error: dict[str, str] | None, draft: str, interrupted: bool, drawn: list[bytes]) -> None:
        """Close for calls, restore the reserved names and send the result."""
        self.running.clear()
        self.names.update(self.reserved)
        with self.lock:
            nonce, self.nonce = self.nonce, None
            for box in self.boxes.values():
                box.put(({"error": "the cell that made this call has ended"}, []))
        stdout, total = self.output.take()
        answered, variables = self.final_text is not None, dict(list(self.variables().items())[:200])
        head = {"op": "result", "nonce": nonce, "error": error, "interrupted": interrupted, "output_chars": total}
        texts = [text.encode("utf-8", "surrogatepass") for text in (stdout, draft, self.final_text or "")]
        self.wire.write({**head, "answered": answered, "variables": variables, "raw": len(drawn)}, texts + drawn)

    # How the threads meet.

    def send(self, head: dict[str, Any], texts: list[bytes]) -> None:
        """Send a frame from a cell's thread; an interrupt waits until the frame is whole."""
        if threading.current_thread() is not threading.main_thread():
            self.wire.write(head, texts)
            return
        self.interrupts.held += 1
        try:
            self.wire.write(head, texts)
        finally:
            self.interrupts.release()

    def show_output(self) -> None:
        """Send what the cell prints while it runs."""
        while self.running.wait():
            nonce = self.nonce
            pause(0.1)
            try:
                self.print_to.flush()
                news = self.output.news()
                if news and nonce is not None and nonce == self.nonce:
                    self.wire.write({"op": "output", "nonce": nonce}, [news.encode("utf-8", "surrogatepass")])
            except (ValueError, MemoryError, RuntimeError):
                continue  # the cell closed its output or used up the memory: its own affair

    def load(self, head: dict[str, Any], parts: list[Any]) -> None:
        """Bind a value that arrives in one or several frames."""
        error = None
        try:
            while head["more"]:
                self.wire.write({"op": "loaded", "name": head["name"], "error": None}, [])
                head, more = self.wire.read()
                parts += more
            if head["kind"] == "list":
                self.names[head["name"]] = parts
            elif head["kind"] == "dict":
                self.names[head["name"]] = {key: parts[2 * place + 1] for place, key in enumerate(parts[::2])}
            else:
                data = b"".join(parts)
                parts.clear()
                text = str(data, "utf-8", "surrogatepass")
                del data
                self.names[head["name"]] = text if head["kind"] == "text" else json.loads(text)
        except (MemoryError, RecursionError, ValueError) as failure:
            error = f"{head['name']} cannot be loaded into the REPL ({class_name(type(failure))})"
        self.wire.write({"op": "loaded", "name": head["name"], "error": error}, [])

    def listen(self, work: queue.SimpleQueue[Any]) -> None:
        """Read frames for ever: replies and interrupts must get through while the main thread runs a cell."""
        try:
            while True:
                head, texts = self.wire.read()
                if head["op"] == "reply":
                    box = self.boxes.get(head["id"])
                    if box is not None:
                        box.put((head, texts))
                elif head["op"] == "interrupt":
                    if head["nonce"] == self.nonce:
                        self.interrupts.request()
                elif head["op"] == "load":
                    self.load(head, texts)
                elif head["op"] == "exec":
                    work.put((head["nonce"], texts[0]))
                else:
                    break
        except BaseException:  # the last thing this process says: why it ends
            os.write(2, traceback.format_exc()[-2_000:].encode("utf-8", "replace"))
        os._exit(0)


def main() -> None:
    """Serve cells until the host goes away."""
    wire = Wire()
    hello, _ = wire.read()
    builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")  # plt.show() shows by leaving it open here
    repl = Repl(wire, hello)
    work: queue.SimpleQueue[Any] = queue.SimpleQueue()
    signal.signal(signal.SIGINT, repl.interrupts.handle)
    threading.stack_size(1 << 19)  # a thousand threads of a cell then fit into its memory
    threading.Thread(target=repl.listen, args=(work,), daemon=True).start()
    threading.Thread(target=repl.show_output, daemon=True).start()
    confined = globals().get("CONFINED", {})
    wire.write({"op": "ready", "python": sys.version.split()[0], "pid": os.getpid(), "confined": confined}, [])
    while True:
        repl.run(*work.get())


if __name__ == "__main__":
    main()
