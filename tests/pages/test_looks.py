"""Behind our own server a look at a live page is answered when there is something new to draw, or its clocks are due."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg

from rlm_app.ui.looks import AT_ONCE, HEADER, LOST, Looks, Tab, Tabs
from rlm_app.ui.pace import BURST, LEAST, MOST, SHARE, STILL, Pace

PART = "part"


class Page:
    """A tab with one live part, and a clock and a version that a test moves."""

    def __init__(self) -> None:
        self.now, self.version = 0.0, 0
        self.pace = Pace(lambda: self.now)
        self.tab = Tab(self.pace, lambda: self.now)

    def draw(self) -> None:
        with self.tab.drawing(PART, lambda: self.version):
            self.pace.drew("somebody", 0.01, 0.02)

    def is_due(self, after: float) -> bool:
        self.now += after
        return self.tab.is_due(PART)


@pytest.fixture
def page() -> Page:
    page = Page()
    page.draw()
    return page


def test_a_part_that_was_never_drawn_is_drawn() -> None:
    assert Page().is_due(0.0)


def test_news_is_drawn_at_the_next_look(page: Page) -> None:
    assert not page.is_due(0.1)
    page.version += 1
    assert page.is_due(0.1)


def test_without_news_a_page_is_drawn_each_second_or_so_for_its_clocks_where_few_look_on(page: Page) -> None:
    assert page.is_due(LEAST)


def test_without_news_a_page_is_drawn_at_the_pace_of_the_server_where_many_look_on(page: Page) -> None:
    for number in range(50):
        page.pace.drew(number, 0.02, 0.02)
    assert page.pace.seconds > 3 * LEAST
    assert not page.is_due(LEAST)
    assert page.is_due(page.pace.seconds)


def test_where_drawing_took_its_share_news_waits_but_never_for_long(page: Page) -> None:
    page.pace.drew("somebody else", SHARE * BURST + MOST, 0.02)
    page.version += 1
    assert not page.is_due(LEAST)
    assert page.is_due(MOST)


def test_clocks_wait_longer_than_news_where_drawing_took_most_of_its_share_but_not_for_ever(page: Page) -> None:
    def busy() -> None:  # half a burst is left when this has made up for as much as a look's time gives
        page.pace.drew("somebody else", SHARE * (BURST / 2 + LEAST), 0.02)

    busy()
    assert not page.is_due(LEAST)
    page.version += 1
    assert page.is_due(0.0)
    page.draw()
    while page.now < STILL - LEAST:
        busy()
        assert not page.is_due(LEAST)
    assert page.is_due(2 * LEAST)


def test_no_look_is_let_through_while_an_earlier_one_is_not_drawn_yet(page: Page) -> None:
    page.version += 1
    assert page.is_due(LEAST)
    assert not page.is_due(LEAST)
    page.draw()
    page.version += 1
    assert page.is_due(LEAST)


def test_a_look_that_drew_nothing_is_not_waited_for_for_ever(page: Page) -> None:
    assert page.is_due(MOST)
    assert not page.is_due(LOST / 2)
    assert page.is_due(LOST / 2)


def test_what_happens_while_a_page_is_drawn_is_news_afterwards(page: Page) -> None:
    with page.tab.drawing(PART, lambda: page.version):
        page.version += 1
        assert not page.is_due(0.1), "it is being drawn"
    assert page.is_due(0.1)


def test_few_pages_are_drawn_side_by_side_and_the_others_at_a_later_look() -> None:
    tabs = Tabs(Pace())
    with ExitStack() as open_now:
        every = [open_now.enter_context(tabs.opened())[1] for _ in range(AT_ONCE + 1)]
        news = iter(range(100))
        for tab in every:
            with tab.drawing(PART, lambda: next(news)):
                pass
        assert [tab.is_due(PART) for tab in every] == [True] * AT_ONCE + [False]
        with every[0].drawing(PART, lambda: next(news)):
            pass
        assert every[-1].is_due(PART)


def look(**more: bool) -> bytes:
    message = BackMsg()
    state = message.rerun_script
    state.fragment_id, state.is_auto_rerun = PART, more.pop("by_itself", True)
    state.is_history_navigation = more.pop("back", False)
    data: bytes = message.SerializeToString()
    return data


def test_only_looks_that_are_not_due_end_at_the_server() -> None:
    tabs, seen = Tabs(Pace()), list[bytes]()

    async def endpoint(socket: WebSocket) -> None:
        await socket.accept()
        tab = tabs.named(socket.headers[HEADER])
        assert tab is not None
        with tab.drawing(PART, lambda: 0):
            await socket.send_text("drawn")
            while (message := await socket.receive_bytes()) != b"end":
                seen.append(message)
        await socket.send_text("seen")

    inner = Starlette(routes=[WebSocketRoute("/", endpoint)])
    others = [look(by_itself=False), look(back=True), b"no message of Streamlit's"]
    with TestClient(Looks(inner, tabs)).websocket_connect("/", headers={HEADER: "another's"}) as socket:
        assert socket.receive_text() == "drawn"
        for data in (look(), *others, look(), b"end"):
            socket.send_bytes(data)
        assert socket.receive_text() == "seen"
    assert seen == others


def test_a_tab_is_forgotten_with_its_socket() -> None:
    tabs = Tabs(Pace())
    with tabs.opened() as (name, tab):
        assert tabs.named(name) is tab
    assert tabs.named(name) is None


def test_a_visitor_who_leaves_in_the_middle_of_a_drawing_ends_it_as_any_other_end() -> None:
    said = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        for _ in range(2):
            await socket.send_bytes(b"a part of the page")
        said.append(await socket.receive())

    async def visit() -> None:
        come: list[Message] = [{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001}]

        async def receive() -> Message:
            return come.pop(0)

        async def send(message: Message) -> None:
            if message["type"] == "websocket.send":
                raise ConnectionResetError

        await Looks(inner, Tabs(Pace()))({"type": "websocket", "headers": []}, receive, send)

    asyncio.run(visit())
    assert said == [{"type": "websocket.disconnect", "code": 1001}]
