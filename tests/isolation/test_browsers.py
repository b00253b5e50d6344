"""Two browsers at one server: each finds its own again and nothing of the other's."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rlm_app import owners
from tests.e2e.browser import ARGUMENTS, browser, needed
from tests.e2e.server import free_port
from tests.isolation.hosted import SERVE, STREAMLIT, hosted
from tests.servers.oidc_server import CLIENT, PASSWORD, Provider, providing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SECRET = "quokka"
PAGES = ("", "run", "grid", "history", "compare", "sql", "documents", "settings")
LATE = 60_000


@pytest.fixture
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=LATE)
    with browser(needed()) as found:
        yield found


def arrive(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()


def add(page: Page, folder: Path) -> str:
    """Add a document, read it, and return the address of its page."""
    file = folder / f"{SECRET}.txt"
    file.write_text(f"The {SECRET} sleeps by day. " * 40, encoding="utf-8")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.locator("strong", has_text=f"{SECRET}.txt").first).to_be_visible()  # bold once it has been read
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    page.goto(f"{page.url.rstrip('/')}/documents?document={sha256}")
    expect(page.get_by_text("sleeps by day").first).to_be_visible()
    return page.url


def sees_nothing(page: Page, address: str, links: tuple[str, ...]) -> None:
    """Visit all pages and links; the other's word is on none of them."""
    for path in (*(f"{address}/{path}" for path in PAGES), *links):
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        page.wait_for_function("!document.querySelector('[data-test-script-state=running]')")
        assert SECRET not in page.content(), path


@pytest.mark.parametrize("kind", [SERVE, STREAMLIT])
def test_a_browser_finds_its_workspace_again_and_another_begins_an_empty_one(
    chromium: Browser, tmp_path: Path, kind: str
) -> None:
    with hosted(tmp_path / "home", kind, RLM_APP_MODE="shared") as address:
        ann, bob = chromium.new_context(), chromium.new_context()
        mine = ann.new_page()
        asked: list[str] = []
        mine.on("request", lambda request: asked.append(request.url))
        mine.goto(f"{address}/history")  # the first page of the process, by a deep link
        expect(mine.get_by_role("heading", name="History")).to_be_visible()
        arrive(mine, address)
        link = add(mine, tmp_path)
        assert not [url for url in asked if not url.startswith((address, "ws://localhost", "data:", "blob:"))]
        mine.reload()
        expect(mine.get_by_text("sleeps by day").first).to_be_visible()
        other_tab = ann.new_page()
        other_tab.goto(link)
        expect(other_tab.get_by_text("sleeps by day").first).to_be_visible()
        theirs = bob.new_page()
        arrive(theirs, address)
        sees_nothing(theirs, address, (link,))
        if kind == SERVE:
            (upload,) = [url for url in asked if "/upload_file/" in url]
            assert bob.request.delete(upload).status == 403
        cookies = [each for each in ann.cookies() if "rlm" in str(each.get("name"))]
        assert bool(cookies) is (kind == SERVE)
        assert all(each.get("httpOnly") for each in cookies)
        assert owners.is_token((mine.evaluate("localStorage.getItem('rlm.visitor')") or "").split(".")[0]) is not bool(
            cookies
        )


def secrets_for(provider: Provider, port: int) -> str:
    values = {
        "redirect_uri": f"http://localhost:{port}/oauth2callback",
        "cookie_secret": "of the tests, and as long as it should be",
        "client_id": CLIENT,
        "client_secret": PASSWORD,
        "server_metadata_url": f"{provider.address}/.well-known/openid-configuration",
    }
    lines = [f'{name} = "{value}"' for name, value in values.items()]
    return "\n".join(['[rlm_app]\nmode = "shared"\npeople = "@example.org"\n[auth]', *lines])


PEOPLE = {
    "7": {"name": "Ann", "email": "ann@example.org", "email_verified": True},
    "8": {"name": "Bob", "email": "bob@example.org", "email_verified": True},
    "9": {"name": "Eve", "email": "eve@elsewhere.example", "email_verified": True},
}


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()


def test_people_who_sign_in_have_their_own_in_any_browser_and_get_the_page_they_asked_for(
    chromium: Browser, tmp_path: Path
) -> None:
    port = free_port()
    with (
        providing(PEOPLE) as provider,
        hosted(tmp_path / "home", secrets=secrets_for(provider, port), port=port) as address,
    ):
        mine = chromium.new_context().new_page()
        mine.goto(f"{address}/documents")
        expect(mine.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Ask your documents" not in mine.content()
        sign_in(mine, address, "Ann")
        expect(mine.get_by_role("heading", name="Ask your documents")).to_be_visible()
        link = add(mine, tmp_path)

        theirs = chromium.new_context().new_page()
        sign_in(theirs, address, "Bob")
        expect(theirs.get_by_role("heading", name="Ask your documents")).to_be_visible()
        sees_nothing(theirs, address, (link,))

        elsewhere = chromium.new_context().new_page()
        sign_in(elsewhere, address, "Ann")
        expect(elsewhere.get_by_role("heading", name="Ask your documents")).to_be_visible()
        elsewhere.goto(link)
        expect(elsewhere.get_by_text("sleeps by day").first).to_be_visible()
        elsewhere.goto(f"{address}/settings")
        elsewhere.get_by_role("tab", name="Your data").click()
        expect(elsewhere.get_by_text("Signed in as Ann")).to_be_visible()
        elsewhere.get_by_role("button", name="Sign out").click()
        expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
        elsewhere.goto(link)
        expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
        assert SECRET not in elsewhere.content()
        elsewhere.get_by_role("button", name="Sign in").click()
        elsewhere.get_by_role("link", name="Ann").click()
        expect(elsewhere.get_by_text("sleeps by day").first).to_be_visible()
        assert elsewhere.url == link

        stranger = chromium.new_context().new_page()
        sign_in(stranger, address, "Eve")
        expect(stranger.get_by_text("You are not on the list of this app")).to_be_visible()
        assert provider.redeemed == 5


@pytest.mark.parametrize("kind", [SERVE, STREAMLIT])
def test_an_app_of_one_person_shows_no_page_under_another_name(tmp_path: Path, kind: str) -> None:
    from playwright.sync_api import sync_playwright

    path = needed()
    with hosted(tmp_path / "home", kind) as address, sync_playwright() as driver:
        rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
        found = driver.chromium.launch(executable_path=path, args=[*ARGUMENTS, rules])
        page = found.new_page()
        page.goto(address.replace("localhost", "evil.example"))
        expect(page.get_by_text("for other people").or_(page.get_by_text("RLM_APP_MODE=shared")).first).to_be_visible()
        assert "Ask your documents" not in page.content()
        page.goto(address)
        expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible(timeout=LATE)
        found.close()
    if kind == SERVE:
        request = urllib.request.Request(address.replace("localhost", "127.0.0.1"), headers={"Host": "evil.example"})
        with pytest.raises((urllib.error.HTTPError, urllib.error.URLError)):
            urllib.request.urlopen(request, timeout=5)
