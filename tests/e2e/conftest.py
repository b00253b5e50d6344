from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import browser, needed

MILLISECONDS = 30_000


@pytest.fixture
def page() -> Iterator[Page]:
    """Return a tab of a browser on a desk."""
    with browser(needed()) as chromium:
        tab = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        tab.set_default_timeout(MILLISECONDS)
        expect.set_options(timeout=MILLISECONDS)
        yield tab
