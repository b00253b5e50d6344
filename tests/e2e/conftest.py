from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import browser, needed
from tests.e2e.desk import Desk
from tests.e2e.home import Home, furnish
from tests.e2e.server import Server

MILLISECONDS = 30_000


# Not for the whole session: where the browser's driver is at work, no test can start an event loop of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the browser of a file of tests."""
    with browser(needed()) as found:
        yield found


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """Return a visitor's browser, which has kept the app's program since the first test of the file."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """Return a new tab on a desk."""
    tab = visitor.new_page()
    tab.set_default_timeout(MILLISECONDS)
    expect.set_options(timeout=MILLISECONDS)
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home with documents, runs in every state and a grid, of which each file of tests gets a copy."""
    return furnish(tmp_path_factory.mktemp("furnished"))


@pytest.fixture(scope="module")
def desk(furnished: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return the app at work on a furnished home of this file's own."""
    needed()
    folder = tmp_path_factory.mktemp("desk") / "home"
    shutil.copytree(furnished.folder, folder)
    home = replace(furnished, folder=folder, script=folder / furnished.script.name)
    yield from _at_work(Desk(home, Server(folder, home.script)))


@pytest.fixture(scope="module")
def bare(furnished: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return the app at work where nothing was asked yet."""
    needed()
    folder: Path = tmp_path_factory.mktemp("bare")
    yield from _at_work(Desk(furnished, Server(folder)))


def _at_work(desk: Desk) -> Iterator[Desk]:
    try:
        desk.server.start()
        yield desk
        assert "Traceback" not in desk.server.log
    finally:
        desk.server.stop()
