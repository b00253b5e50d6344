"""A tab, its uploads and its files are for the browser that opened it, whoever has heard of their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from rlm_app.ui import whose
from rlm_app.ui.visitor import COOKIE

ANN, BOB = {COOKIE: "ann.mark"}, {COOKIE: "bob.mark"}
TAB = "/_stcore/upload_file/tab/file"


def name_of(data: bytes, mimetype: str, filename: str | None = None) -> str:
    return "ab" * 16


async def _there(_: Request) -> PlainTextResponse:
    return PlainTextResponse("there")


def visit(maker: SimpleNamespace, cookies: Mapping[str, str], seen: list[str] | None = None) -> TestClient:
    """Return a browser with these cookies at a server on which Ann has a tab open; a socket gives the address of a new file."""

    async def socket(socket: WebSocket) -> None:
        await socket.accept()
        if seen is not None:
            seen.extend(socket.headers.getlist(whose.HEADER))
        await socket.send_text(maker._calculate_file_id(b"", "text/plain"))
        await socket.close()

    routes = [WebSocketRoute("/socket", socket), Route("/{path:path}", _there, methods=["GET", "PUT", "DELETE"])]
    opened = {"tab": whose.mark_of(ANN)}
    door = whose.Whose(Starlette(routes=routes), marked=True, opened_by=opened.get)
    return TestClient(door, base_url="http://app.example", cookies=dict(cookies))


@pytest.fixture
def maker() -> SimpleNamespace:
    found = SimpleNamespace(_calculate_file_id=name_of)
    assert whose.be_private(found)
    return found


def test_files_are_brought_to_a_tab_and_taken_away_by_its_browser_alone(maker: SimpleNamespace) -> None:
    statuses = [
        [visit(maker, cookies).request(method, TAB).status_code for method in ("PUT", "DELETE", "GET")]
        for cookies in (ANN, BOB, {})
    ]
    assert statuses == [[200, 200, 200], [403, 403, 403], [403, 403, 403]]
    assert visit(maker, ANN).put(TAB.replace("tab", "nobodys")).status_code == 403


def test_the_address_of_a_file_holds_for_the_browser_it_was_made_for(maker: SimpleNamespace) -> None:
    with visit(maker, ANN).websocket_connect("ws://app.example/socket") as socket:
        address = f"/media/{socket.receive_text()}.pdf"
    assert [visit(maker, cookies).get(address).status_code for cookies in (ANN, BOB, {})] == [200, 404, 404]
    hashed = f"/media/{name_of(b'', '')}.pdf"
    assert visit(maker, ANN).get(hashed).status_code == 404  # who has the bytes cannot work the address out
    assert visit(maker, BOB).get("/static/media/icons.woff2").status_code == 200


def test_a_socket_says_whose_it_is_and_no_browser_can_say_so_itself(maker: SimpleNamespace) -> None:
    seen: list[str] = []
    headers = {whose.HEADER: whose.mark_of(ANN)}
    with visit(maker, BOB, seen).websocket_connect("ws://app.example/socket", headers=headers) as socket:
        socket.receive_text()
    assert seen == [whose.mark_of(BOB)]


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("http://app.example", True),
        ("https://APP.example", True),
        ("http://evil.example", False),
        ("http://app.example.evil.example", False),
        ("http://app.example:81", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_a_socket_from_a_page_of_another_site_is_refused(
    maker: SimpleNamespace, origin: str | None, welcome: bool
) -> None:
    headers = {} if origin is None else {"origin": origin}
    client = visit(maker, ANN)
    if welcome:
        with client.websocket_connect("ws://app.example/socket", headers=headers) as socket:
            assert socket.receive_text()
    else:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("ws://app.example/socket", headers=headers):
            pass


def test_who_signs_in_as_somebody_else_is_another_and_other_cookies_say_nothing() -> None:
    marks = [whose.mark_of(ANN | more) for more in ({}, {"_streamlit_user": "a"}, {"_streamlit_user": "b"})]
    assert len(set(marks)) == 3
    assert whose.mark_of(ANN | {"_streamlit_xsrf": "2|x"}) == marks[0]


def test_a_streamlit_that_makes_addresses_otherwise_is_left_as_it_is() -> None:
    other = SimpleNamespace(_calculate_file_id=len)
    assert not whose.be_private(other)
    assert other._calculate_file_id is len
    assert not whose.be_private(SimpleNamespace())


def test_this_streamlit_makes_them_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.runtime import memory_media_file_storage as module
    from streamlit.runtime.media_file_storage import MediaFileKind

    monkeypatch.setattr(module, "_calculate_file_id", module._calculate_file_id)  # put back when the test is over
    storage = module.MemoryMediaFileStorage("/media")
    before = storage.load_and_get_id(b"x", "text/plain", MediaFileKind.DOWNLOADABLE)
    assert whose.be_private()
    after = storage.load_and_get_id(b"x", "text/plain", MediaFileKind.DOWNLOADABLE)
    assert after.startswith(before)
    assert len(after) == len(before) + 32
