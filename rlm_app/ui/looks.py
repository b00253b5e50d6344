"""Which looks at live pages are answered: behind our own server, a page that has nothing new to show is left as it stands.

A browser asks every second or so for each live part of its page to be drawn again, and each time Streamlit starts a script
and draws it whole. Most of these looks find what is there already, so they end at the server's door; the others are answered
as soon as they come, but never two of one page at once, and few of all pages.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from rlm_app.ui import host, pace
from rlm_app.ui.pace import LEAST, MOST, STILL, Pace

HEADER = "x-rlm-tab"
"""By this header, which no visitor can set, a page learns through which socket it is drawn."""
AT_ONCE = 4
"""How many pages are drawn side by side: Python draws one at a time, and more of them only keep each other up."""
LOST = 10.0
"""Seconds after which a look that was let through and drew nothing is not waited for any more."""


@dataclass(slots=True)
class _Part:
    """A live part of a page: when and at which version it was drawn last, and since when a drawing is under way."""

    news: Callable[[], object]
    version: object
    at: float
    under_way: float | None


class Tab:
    """The live parts of the page in one tab; safe to use from many threads."""

    def __init__(
        self, pace: Pace, clock: Callable[[], float] = time.monotonic, at_work: Callable[[], int] = lambda: 0
    ) -> None:
        """Let `at_work` say how many parts of any tab are being drawn."""
        self._pace = pace
        self._clock = clock
        self._at_work = at_work
        self._lock = threading.Lock()
        self._parts: dict[str, _Part] = {}

    @contextmanager
    def drawing(self, part: str, news: Callable[[], object]) -> Iterator[None]:
        """Note that a part is drawn in the block; `news` gives another value once there is something new to draw."""
        now, version = self._clock(), news()
        with self._lock:
            self._parts[part] = found = _Part(news, version, now, now)
        try:
            yield
        finally:
            found.under_way = None

    @property
    def at_work(self) -> int:
        """How many of its parts are being drawn, or are about to be."""
        now = self._clock()
        return sum(_is_under_way(part, now) for part in list(self._parts.values()))

    def is_due(self, part: str) -> bool:
        """Return whether a look at a part is to be answered, which is then waited for; one nobody knows always is."""
        with self._lock:
            found, now = self._parts.get(part), self._clock()
            if found is None:
                return True
            if _is_under_way(found, now):
                return False
            due = self._at_work() < AT_ONCE and self._due(found, now - found.at)
            found.under_way = now if due else None
            return due

    def _due(self, part: _Part, age: float) -> bool:
        if part.news() != part.version:
            return age >= MOST or self._pace.has_room
        # Half a look early, or a page whose clock is to move each second would miss every other look.
        return age >= STILL or (age >= self._pace.seconds - LEAST / 2 and self._pace.is_at_ease)


def _is_under_way(part: _Part, now: float) -> bool:
    return part.under_way is not None and now - part.under_way < LOST


class Tabs:
    """The tabs that are open now, by the names their sockets were given."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._open: dict[str, Tab] = {}

    @contextmanager
    def opened(self) -> Iterator[tuple[str, Tab]]:
        """Give a new tab and its name, for as long as its socket is open."""
        name, tab = uuid.uuid4().hex, Tab(self._pace, at_work=lambda: self.at_work)
        self._open[name] = tab
        try:
            yield name, tab
        finally:
            del self._open[name]

    @property
    def at_work(self) -> int:
        """How many parts of pages are being drawn, or are about to be."""
        return sum(tab.at_work for tab in list(self._open.values()))

    def named(self, name: str) -> Tab | None:
        """Return the tab of that name; None where there is none, as under a server that is not ours."""
        return self._open.get(name)


def ours() -> Tabs:
    """Return the open tabs of this process."""
    return host.once("tabs", lambda: Tabs(pace.ours()))


class Looks:
    """ASGI middleware: lets through what a browser sends, but for looks at parts of a page that are not due."""

    def __init__(self, app: ASGIApp, tabs: Tabs) -> None:
        self._app = app
        self._tabs = tabs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a socket its name, and listen to it."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        with self._tabs.opened() as (name, tab):
            others = [pair for pair in scope["headers"] if pair[0].lower() != HEADER.encode()]
            named = {**scope, "headers": [*others, (HEADER.encode(), name.encode())]}
            await self._app(named, _sifted(receive, tab), _left_alone(send))


def _sifted(receive: Receive, tab: Tab) -> Receive:
    async def rest() -> Message:
        while True:
            message = await receive()
            part = _part_looked_at(message.get("bytes") or b"")
            if not part or tab.is_due(part):
                return message

    return rest


def _left_alone(send: Send) -> Send:
    """Return a `send` to which it is no error that a visitor has left: what `receive` says next is that they have."""

    async def send_on(message: Message) -> None:
        with suppress(OSError):  # told so in the middle of a drawing, Streamlit logs an error for it
            await send(message)

    return send_on


def _part_looked_at(data: bytes) -> str:
    """Return at which part of a page a browser looks by itself, "" for whatever else it says."""
    try:
        asked = BackMsg.FromString(data).rerun_script
    except DecodeError:
        return ""
    # What follows a step back in the browser's history belongs to that step.
    return asked.fragment_id if asked.is_auto_rerun and not asked.is_history_navigation else ""
