"""A server on loopback that speaks OpenAI's chat protocol as told, well or badly, and counts what it sees."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(frozen=True)
class Say:
    """One prepared answer. Seconds: `latency` before the status line, `pause` between pieces; `cut_after` pieces, hang up.

    `status` other than 200 sends `error` as the body. `usage` is sent as the last chunk; None leaves it out.
    """

    text: str | None = "hello there"
    reasoning: str = ""
    refusal: str = ""
    finish: str | None = "stop"
    usage: dict[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 7, "completion_tokens": 3})
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    latency: float = 0.0
    pause: float = 0.0
    cut_after: int | None = None
    raw: bytes | None = None
    reasoning_key: str = "reasoning_content"

    @property
    def pieces(self) -> list[dict[str, Any]]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
        deltas += [{self.reasoning_key: self.reasoning}] if self.reasoning else []
        deltas += [{"refusal": self.refusal}] if self.refusal else []
        return (
            deltas
            + [{"content": word} for word in (self.text or "").split(" ")[:1] if word]
            + [{"content": " " + word} for word in (self.text or "").split(" ")[1:]]
        )


Script = Sequence[Say] | Callable[[dict[str, Any]], Say]


class OpenAIServer:
    """Answers requests from a script (the last answer repeats) until the `with` block ends."""

    def __init__(self, script: Script = (Say(),)) -> None:
        self.script = script
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        self.disconnects = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.changed = threading.Condition()

    def __enter__(self) -> OpenAIServer:
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def wait_for(self, fact: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self.changed:
            return self.changed.wait_for(fact, seconds)

    def count(self, name: str, by: int = 1) -> None:
        with self.changed:
            setattr(self, name, getattr(self, name) + by)
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self.changed.notify_all()

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> Say:
        with self.changed:
            self.bodies.append(body)
            self.headers.append(headers)
            number = len(self.bodies)
            self.changed.notify_all()
        if callable(self.script):
            return self.script(body)
        return self.script[min(number, len(self.script)) - 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: clients that hang up are what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    site: ClassVar[OpenAIServer]

    def setup(self) -> None:
        super().setup()
        self.site.count("connections")

    def log_message(self, format: str, *args: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.site.count("in_flight")
        try:
            self._answer(self.site.take(body, {k.lower(): v for k, v in self.headers.items()}))
        except (_Gone, OSError):
            self.close_connection = True
            self.site.count("disconnects")
        finally:
            self.site.count("in_flight", -1)

    def _answer(self, say: Say) -> None:
        self._wait(say.latency)
        if say.status != 200:
            self._plain(say)
        elif say.cut_after == 0:
            self._hang_up()
        else:
            self._stream(say)

    def _plain(self, say: Say) -> None:
        data = json.dumps({"error": say.error}).encode()
        self.send_response(say.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in say.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _stream(self, say: Say) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number, event in enumerate(_events(say), start=1):
            self._chunk(b"data: " + event + b"\n\n")
            if number == say.cut_after:
                return self._hang_up()
            self._wait(say.pause)
        self._chunk(b"")
        return None

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _wait(self, seconds: float) -> None:
        """Sleep, but notice at once when the client hangs up."""
        until = time.monotonic() + seconds
        while seconds and (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self.connection], [], [], left)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise _Gone


class _Gone(Exception):
    """The client closed its connection."""


def _events(say: Say) -> Iterator[bytes]:
    if say.raw is not None:
        yield say.raw
        return
    for delta in say.pieces:
        yield _event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    if say.finish is not None:
        yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": say.finish}]})
    if say.usage is not None:
        yield _event({"choices": [], "usage": say.usage})
    yield b"[DONE]"


def _event(part: dict[str, Any]) -> bytes:
    return json.dumps({"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", **part}).encode()
