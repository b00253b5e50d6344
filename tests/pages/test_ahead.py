"""What our own server writes into the page that a visit begins with."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from rlm_app.ui import ahead

WORDS = "<p>words" * 200
PAGE = {"accept": "text/html,*/*"}


async def _page(_: Request) -> Response:
    return HTMLResponse(f"<head><title>T</title></head>{WORDS}</head>", headers={"etag": '"of the disk"'})


async def _file(_: Request) -> Response:
    return PlainTextResponse("</head>")


async def _gone(_: Request) -> Response:
    return HTMLResponse("</head>", 404)


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/file", _file), Route("/gone", _gone), Route("/{path:path}", _page)]
    inner = Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)])
    return TestClient(ahead.Ahead(inner, {"": "<b>all", "run": "<b>run"}))


@pytest.mark.parametrize(
    ("path", "added"), [("/", "<b>all"), ("/settings", "<b>all"), ("/run", "<b>run"), ("/a/run", "<b>run")]
)
def test_each_page_is_sent_whole_with_what_is_added_to_it(client: TestClient, path: str, added: str) -> None:
    answer = client.get(path, headers={**PAGE, "if-none-match": '"of the disk"', "accept-encoding": "gzip"})
    assert answer.text == f"<head><title>T</title>{added}</head>{WORDS}</head>"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "etag" not in answer.headers  # a browser would keep the page of the disk for this one


def test_nothing_else_is_changed(client: TestClient) -> None:
    assert client.get("/file", headers=PAGE).text == "</head>"
    assert client.get("/gone", headers=PAGE).text == "</head>"
    assert client.get("/run", headers={"accept": "*/*"}).headers["etag"] == '"of the disk"'
    assert "<b>" not in client.get("/run", headers={"accept": "*/*"}).text


def test_parts_that_streamlit_has_are_asked_for_by_their_names_and_others_left_out() -> None:
    static = Path(file_util.get_static_dir())
    added = ahead.lines(static)
    for page, parts in ahead.PARTS.items():
        assert added[page].count("import(") == len(parts), "a part that Streamlit does not have by this name any more"
        assert added[page].startswith(added[""])
    assert "import(" not in ahead.lines(static / "nowhere")["run"]
    assert "BACKEND_BASE_URL" in added[""]
    assert any("BACKEND_BASE_URL" in file.read_text() for file in _program(static))


def _program(static: Path) -> list[Path]:
    return sorted((static / "static" / "js").glob("index.*.js"))
