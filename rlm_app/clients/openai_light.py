"""Chat requests carried without an SDK, to any server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import urlsplit

from rlm_app.cancel import CancelToken
from rlm_app.clients.streams import Chunk, chunks, parsed, told
from rlm_app.clients.trouble import Trouble, seconds_of
from rlm_app.clients.wire import Exchange, Wire

_MOST_OF_AN_ERROR = 200_000


class LightCarrier:
    """Sends JSON to the paths below the wire's address and reads JSON or a stream of events; `headers` go with each request."""

    def __init__(self, wire: Wire, headers: Mapping[str, str]) -> None:
        self._wire = wire
        self._path = urlsplit(wire.url).path.rstrip("/")
        lines = {"content-type": "application/json", "accept-encoding": "identity", **headers}
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("latin-1")

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a chat request and yield the chunks of its reply; raise `Trouble`."""
        start = f"POST {self._path}/chat/completions"
        exchange = self._wire.exchange(start, self._headers, json.dumps(body).encode(), cancel)
        with exchange as answer:
            if answer.status != 200:
                raise refusal(exchange, answer.status, answer.headers)
            pieces = exchange.pieces()
            if "event-stream" in answer.headers.get("content-type", "text/event-stream"):
                yield from chunks(pieces)
                exchange.drain(pieces)
            else:
                yield parsed(b"".join(pieces))

    def models(self, cancel: CancelToken) -> Chunk:
        """Return what the server says of its models; raise `Trouble`."""
        exchange = self._wire.exchange(f"GET {self._path}/models", self._headers, b"", cancel)
        with exchange as answer:
            if answer.status != 200:
                raise refusal(exchange, answer.status, answer.headers)
            return parsed(b"".join(exchange.pieces()))

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


def refusal(exchange: Exchange, status: int, headers: Mapping[str, str]) -> Trouble:
    """Return the trouble that an answer other than 200 tells of, in whatever form its server writes errors."""
    after = seconds_of(headers.get("retry-after"), headers.get("retry-after-ms"))
    data = b""
    for piece in exchange.pieces():
        data += piece
        if len(data) > _MOST_OF_AN_ERROR:
            break
    try:
        body = parsed(data)
    except Trouble:
        body = {"message": data.decode("utf-8", "replace")}
    if 300 <= status < 400:
        body = {"message": headers.get("location") or ""}
    return told(body, status, after)
