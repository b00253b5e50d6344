"""What uploads may take of the server's memory, before any page has read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rlm_app.quotas import SHARED, Quotas
from rlm_app.ui import intake
from rlm_app.ui.intake import Intake, most_of_a_tab, most_of_all

MOST, ALL = 1_000_000, 2_500_000


@pytest.fixture
def kept() -> dict[str, int]:
    return {}


@pytest.fixture
def client(kept: dict[str, int]) -> TestClient:
    """Return a client of a server that keeps what it is sent."""

    async def take(request: Request) -> PlainTextResponse:
        tab = request.path_params["tab"]
        kept[tab] = kept.get(tab, 0) + len(await request.body())
        return PlainTextResponse("taken")

    inner = Starlette(routes=[Route("/_stcore/upload_file/{tab}/{file}", take, methods=["PUT"])])
    return TestClient(Intake(inner, MOST, ALL, lambda: kept, lambda tab: tab != "nobody's"))


def put(client: TestClient, tab: str, size: int) -> int:
    return client.put(f"/_stcore/upload_file/{tab}/file", content=b"x" * size).status_code


def test_a_tab_has_as_many_bytes_in_memory_as_it_may_and_another_tab_its_own(
    client: TestClient, kept: dict[str, int]
) -> None:
    assert [put(client, "a", 600_000), put(client, "a", 600_000), put(client, "b", 600_000)] == [200, 413, 200]
    assert [intake.turned_away(tab) for tab in "aab"] == [1, 0, 0]
    kept.clear()  # its page has read them
    assert put(client, "a", 600_000) == 200


def test_all_tabs_together_have_no_more_than_the_machine_can_spare(client: TestClient) -> None:
    assert [put(client, tab, 900_000) for tab in "abc"] == [200, 200, 413]


def test_an_upload_that_does_not_say_how_long_it_is_is_not_taken(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"

    assert client.put("/_stcore/upload_file/a/file", content=pieces()).status_code == 411


def test_a_tab_may_bring_a_whole_workspace_and_an_app_without_quotas_limits_no_tab() -> None:
    assert most_of_a_tab(SHARED) == 500_000_000
    assert most_of_a_tab(Quotas()) is None
    assert most_of_all(10**15) > 10**15


def test_who_has_no_page_open_is_left_to_streamlit_and_takes_no_room(client: TestClient) -> None:
    assert [put(client, "nobody's", 2 * MOST), intake.turned_away("nobody's")] == [200, 0]
    assert put(client, "a", 900_000) == 413  # of all tabs: this server keeps what nobody's sent
