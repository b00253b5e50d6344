"""Speaking to a worker frame by frame, without the REPL above it."""

from __future__ import annotations

from typing import Any

from rlm_app.engine.frames import encode, read_frame
from rlm_app.protocols import Channel

HELLO = {
    "op": "hello",
    "tools": [],
    "restricted_builtins": False,
    "output_chars": 10_000,
    "call_bytes": 1_000,
    "answer_chars": 1_000,
}


def greet(channel: Channel) -> dict[str, Any]:
    """Say hello and return what the worker tells of itself."""
    channel.write(encode(HELLO))
    frame = read_frame(channel.read)
    assert frame.op == "ready"
    return dict(frame.head)


def run(code: str, channel: Channel) -> str:
    """Run a cell that must not fail and return what it printed."""
    channel.write(encode({"op": "exec", "nonce": "n"}, [code.encode()]))
    while (frame := read_frame(channel.read)).op != "result":
        pass
    assert frame.head["error"] is None, frame.head["error"]["traceback"]
    return frame.texts[0].strip()
