"""What a server sends to a page: all that comes in over its sockets."""

from __future__ import annotations

from playwright.sync_api import Page, WebSocket


def heard(page: Page) -> list[bytes]:
    """Return a list that grows with each frame that comes in from now on."""
    frames: list[bytes] = []

    def note(frame: str | bytes) -> None:
        frames.append(frame.encode() if isinstance(frame, str) else frame)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", note)

    page.on("websocket", listen)
    return frames
