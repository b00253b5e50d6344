"""A server on loopback that answers HTTP as told, well or badly, and counts what it sees; dialects give it a provider's words.

It runs on one event loop in a thread of its own, so that thousands of calls cost it little. A dialect is a function that
turns what is to be said into the parts of a reply: `anthropic_server.py` and `gemini_server.py` are two.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from rlm_app.types import Usage

SAID = Usage(1, 7, 3)


@dataclass(frozen=True)
class Say:
    """One prepared answer, in no provider's words. Seconds: `latency` before the status line, `pause` between parts.

    After `cut_after` parts the server hangs up. A `status` other than 200 sends `error` as the body. Of `usage`, None leaves
    it out; `finish` is one of our words or the provider's own, and None ends the reply without one. `raw` replaces all parts.
    """

    text: str | None = "hello there"
    reasoning: str = ""
    finish: str | None = "stop"
    usage: Usage | None = SAID
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Any = None
    latency: float = 0.0
    pause: float = 0.0
    cut_after: int | None = None
    raw: Sequence[bytes] | None = None

    @property
    def words(self) -> list[str]:
        """The text in pieces that make it up again."""
        first, *rest = (self.text or "").split(" ")
        return [piece for piece in (first, *(" " + word for word in rest)) if piece]


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names are in lower case, the body is {} where there is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """A reply on its way: its parts are sent one by one, and flushed."""

    parts: Sequence[bytes]
    content_type: str = "application/json"


Script = Sequence[Say] | Callable[[Asked], Say]
Dialect = Callable[[Say, Asked], Answer]


def event(data: Any, name: str = "") -> bytes:
    """Return one server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


class Site:
    """Answers requests from a script (the last answer repeats) until the `with` block ends."""

    def __init__(self, dialect: Dialect, script: Script = (Say(),)) -> None:
        self.dialect = dialect
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        self.disconnects = 0
        self.in_flight = 0
        self.most_in_flight = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.changed = threading.Condition()
        self._lines: set[_Line] = set()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="site")
        self._thread.start()
        opening = self._loop.create_server(lambda: _Line(self), "127.0.0.1", 0, backlog=1024)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result()
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _shut(self) -> None:
        self._server.close()
        for line in list(self._lines):
            line.hang_up()
        while self._lines:
            await asyncio.sleep(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def bodies(self) -> list[Any]:
        return [asked.body for asked in self.asked]

    @property
    def headers(self) -> list[Mapping[str, str]]:
        return [asked.headers for asked in self.asked]

    def wait_for(self, fact: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self.changed:
            return self.changed.wait_for(fact, seconds)

    def count(self, **more: int) -> None:
        with self.changed:
            for name, by in more.items():
                setattr(self, name, getattr(self, name) + by)
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self.changed.notify_all()

    def take(self, asked: Asked) -> Say:
        with self.changed:
            self.asked.append(asked)
            number = len(self.asked)
            self.changed.notify_all()
        return self.script(asked) if callable(self.script) else self.script[min(number, len(self.script)) - 1]

    def met(self, line: _Line) -> None:
        self._lines.add(line)
        self.count(connections=1)

    def lost(self, line: _Line) -> None:
        self._lines.discard(line)


class _Line(asyncio.Protocol):
    """One connection, kept open; its requests come one after the other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._data = b""
        self._answering: asyncio.Task[None] | None = None
        self._hung_up = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._site.met(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answering is not None and not self._answering.done():
            self._answering.cancel()
            self._site.count(disconnects=0 if self._hung_up else 1)
        self._site.lost(self)

    def data_received(self, data: bytes) -> None:
        self._data += data
        self._site.bytes_in += len(data)
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if not end:
            return
        headers = _headers(head)
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._data = rest[length:]
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        asked = Asked(method, path, headers, json.loads(rest[:length] or b"{}"))
        self._answering = asyncio.get_running_loop().create_task(self._answer(asked))

    def hang_up(self) -> None:
        self._hung_up = True
        self._transport.close()

    async def _answer(self, asked: Asked) -> None:
        self._site.count(in_flight=1)
        try:
            say = self._site.take(asked)
            await asyncio.sleep(say.latency)
            await self._send(say, self._site.dialect(say, asked))
        finally:
            self._site.count(in_flight=-1)

    async def _send(self, say: Say, answer: Answer) -> None:
        if say.cut_after == 0:
            return self.hang_up()
        if say.status != 200:
            return self._write(_plain(say))
        self._write(_head(answer.content_type))
        for number, part in enumerate(answer.parts if say.raw is None else say.raw, start=1):
            self._write(b"%x\r\n%s\r\n" % (len(part), part))
            if number == say.cut_after:
                return self.hang_up()
            if say.pause:
                await asyncio.sleep(say.pause)
        return self._write(b"0\r\n\r\n")

    def _write(self, data: bytes) -> None:
        self._site.bytes_out += len(data)
        self._transport.write(data)


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode().split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def _head(content_type: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n".encode()


def _plain(say: Say) -> bytes:
    body = json.dumps(say.error if say.error is not None else {}).encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in say.headers.items())
    head = (
        f"HTTP/1.1 {say.status} Told So\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body
