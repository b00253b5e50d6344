"""A provider on loopback, fast enough not to be what is measured: OpenAI's chat protocol, streamed or whole.

`python -m benchmarks.provider` prints its port. POST /<scenario>/v1/chat/completions answers by `scenarios.reply`;
GET /log returns what was asked since the last GET and forgets it. Times are of CLOCK_MONOTONIC, which all processes share.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.scenarios import SCENARIOS, reply

_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Log:
    """What was asked: a row a request with its times, its connection, its length, and what it shares with the one before."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.lines = 0
        self._before = ""

    def take(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """Note a request; its reply's time is filled in later."""
        row: dict[str, Any] = {"arrived": time.monotonic(), "root": messages[0]["role"] == "system"}
        text = "\x00".join(f"{message['role']}\x01{message['content']}" for message in messages)
        row["chars"] = sum(len(message["content"]) for message in messages)
        if row["root"]:
            row["same"] = _common(self._before, text)
            row["length"] = len(text)
            self._before = text
        self.rows.append(row)
        return row

    def give(self) -> bytes:
        """Return what was noted and forget it."""
        rows, self.rows, self._before = self.rows, [], ""
        return json.dumps(rows).encode()


def _common(a: str, b: str) -> int:
    """Return the length of the common beginning, found by halving."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Connection(asyncio.Protocol):
    """One connection, kept open; requests come one after the other."""

    def __init__(self, log: Log) -> None:
        self._log = log
        log.lines += 1
        self._number = log.lines
        self._data = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Keep the transport."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Gather a request, and answer when it is whole."""
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end]
            length = _length(head)
            if len(self._data) < end + 4 + length:
                return
            body, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
            self._serve(head.split(b" ", 2)[1].decode(), body)

    def _serve(self, path: str, body: bytes) -> None:
        if path == "/log":
            given = self._log.give()
            self._transport.write(_PLAIN % len(given) + given)
            return
        asked = json.loads(body)
        scenario = SCENARIOS[path.split("/")[1]]
        row = self._log.take(asked["messages"])
        row["line"] = self._number
        text = reply(scenario, asked["messages"])
        answer = _streamed(text, row["chars"]) if asked.get("stream") else _whole(text, row["chars"], asked["model"])

        def send() -> None:
            row["replied"] = time.monotonic()
            self._transport.write(answer)

        if scenario.latency:
            asyncio.get_running_loop().call_later(scenario.latency, send)
        else:
            send()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def _usage(text: str, chars: int) -> dict[str, int]:
    used = {"prompt_tokens": chars // 4 + 1, "completion_tokens": len(text) // 4 + 1}
    return {**used, "total_tokens": sum(used.values())}


def _whole(text: str, chars: int, model: str) -> bytes:
    message = {"role": "assistant", "content": text}
    body = json.dumps(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": _usage(text, chars),
        }
    ).encode()
    return _PLAIN % len(body) + body


def _streamed(text: str, chars: int) -> bytes:
    choices: list[list[dict[str, Any]]] = [
        [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        [],
    ]
    parts = [_STREAM]
    for number, choice in enumerate(choices):
        event: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        event["choices"] = choice
        if number == 2:
            event["usage"] = _usage(text, chars)
        parts.append(_chunk(b"data: " + json.dumps(event).encode() + b"\n\n"))
    return b"".join([*parts, _chunk(b"data: [DONE]\n\n"), _chunk(b"")])


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def main() -> None:
    """Serve until the process is ended; print the port first."""
    log = Log()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(log), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
