"""The door before the server: who may come in, and who gets which cookie."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from rlm_app import owners
from rlm_app.settings import Settings
from rlm_app.ui import handle, visitor
from rlm_app.ui.door import Door


async def _page(_: object) -> HTMLResponse:
    return HTMLResponse("<p>page")


async def _file(_: object) -> PlainTextResponse:
    return PlainTextResponse("file")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


def visit(settings: Settings, peer: str = "127.0.0.1", at: str = "http://localhost:8501") -> TestClient:
    handle.close()  # the secret of the last test's home
    files = Route("/{path:path}_stcore/metrics", _file)
    inner = Starlette(routes=[Route("/", _page), Route("/file", _file), files, WebSocketRoute("/socket", _socket)])
    return TestClient(Door(inner, settings), base_url=at, client=(peer, 5))


@pytest.mark.parametrize(
    ("peer", "at", "status"),
    [
        ("127.0.0.1", "http://localhost:8501", 200),
        ("::1", "http://127.0.0.1:8501", 200),
        ("192.168.1.9", "http://localhost:8501", 403),
        ("127.0.0.1", "http://evil.example", 403),
        ("203.0.113.7", "http://203.0.113.1", 403),
    ],
)
def test_an_app_of_one_person_answers_its_own_machine_alone(tmp_path: Path, peer: str, at: str, status: int) -> None:
    client = visit(Settings(tmp_path), peer, at)
    assert [client.get(path).status_code for path in ("/", "/file")] == [status, status]
    if status == 200:
        with client.websocket_connect(f"{at.replace('http', 'ws')}/socket") as socket:
            assert socket.receive_text() == "in"
    else:
        assert "RLM_APP_MODE=shared" in client.get("/").text
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"{at.replace('http', 'ws')}/socket"):
            pass


def test_streamlits_own_numbers_are_told_to_nobody_of_a_shared_app(tmp_path: Path) -> None:
    statuses = []
    for settings in (Settings(tmp_path), Settings(tmp_path, shared=True)):
        client = visit(settings)
        statuses += [
            client.get(path).status_code for path in ("/_stcore/metrics", "/_stcore/metrics/", "/ask/_stcore/metrics")
        ]
    assert statuses == [200, 200, 200, 404, 404, 404]


def test_nobody_gets_a_cookie_where_one_person_is_known_anyway_or_people_sign_in(tmp_path: Path) -> None:
    for settings in (Settings(tmp_path), Settings(tmp_path, shared=True, login=("",))):
        assert "set-cookie" not in visit(settings).get("/").headers


def test_each_browser_of_a_shared_app_gets_a_signed_cookie_that_scripts_cannot_read(tmp_path: Path) -> None:
    settings = Settings(tmp_path, shared=True)
    first, second = visit(settings, "203.0.113.7", "http://app.example"), visit(settings)
    lines = [client.get("/").headers["set-cookie"] for client in (first, second)]
    assert all("HttpOnly" in line and "SameSite=lax" in line and "Path=/" in line for line in lines)
    tokens = [owners.token_of(line.partition("=")[2].partition(";")[0], visitor.secret(settings)) for line in lines]
    assert all(map(owners.is_token, tokens))
    assert len(set(tokens)) == 2


def test_a_browser_that_comes_again_is_known_and_a_forged_cookie_is_not(tmp_path: Path) -> None:
    client = visit(Settings(tmp_path, shared=True), at="http://app.example")
    mine = client.get("/").cookies[visitor.COOKIE]
    assert client.get("/").cookies[visitor.COOKIE] == mine
    client.cookies.set(visitor.COOKIE, mine[:-1] + ("0" if mine[-1] != "0" else "1"), domain="app.example", path="/")
    client.cookies.clear()
    client.cookies.set(visitor.COOKIE, owners.signed("ab" * 24, b"not the key of this app, but long"))
    assert client.get("/").cookies[visitor.COOKIE].partition(".")[0] not in {mine.partition(".")[0], "ab" * 24}


def test_over_tls_no_neighbour_can_plant_the_cookie(tmp_path: Path) -> None:
    client = visit(Settings(tmp_path, shared=True), at="https://app.example")
    line = client.get("/").headers["set-cookie"]
    assert line.startswith("__Host-rlm_visitor=")
    assert "Secure" in line
    assert "Domain" not in line
    planted = owners.signed("ab" * 24, visitor.secret(Settings(tmp_path, shared=True)))
    own = line.partition("=")[2].partition(";")[0]
    both = {visitor.COOKIE: planted, visitor.COOKIE_HTTPS: own}
    assert visitor.in_cookies(both, visitor.secret(Settings(tmp_path))) == own.partition(".")[0]


def test_over_tls_a_planted_cookie_leads_into_nobodys_workspace_not_even_on_a_first_visit(tmp_path: Path) -> None:
    client = visit(Settings(tmp_path, shared=True), at="https://app.example")
    client.cookies.set(visitor.COOKIE, owners.signed("ab" * 24, visitor.secret(Settings(tmp_path, shared=True))))
    given = client.get("/").cookies[visitor.COOKIE_HTTPS]
    assert given.partition(".")[0] != "ab" * 24
    assert client.get("/").cookies[visitor.COOKIE_HTTPS] == given


def test_a_page_with_a_cookie_is_kept_by_nobody_on_the_way_and_files_carry_none(tmp_path: Path) -> None:
    client = visit(Settings(tmp_path, shared=True), at="http://app.example")
    assert client.get("/").headers["cache-control"] == "no-store"
    assert "set-cookie" not in client.get("/file").headers
