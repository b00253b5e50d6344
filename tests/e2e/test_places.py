"""Every page in its main states: axe in both themes, 200 % zoom, a phone's width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.checks import complaints, standing_out
from tests.e2e.desk import Desk, settled
from tests.e2e.places import PLACES, Place

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ZOOMED, PHONE = (640, 450), (390, 844)
"""A window of 1280 by 900 at 200 % shows what one of half the size does."""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_is_there_for_everyone(place: Place, page: Page, request: pytest.FixtureRequest) -> None:
    desk: Desk = request.getfixturevalue("bare" if place.empty else "desk")
    desk.open(page, place.address(desk.home))
    place.reach(page)
    settled(page)
    wrong = {"light": complaints(page)}
    page.emulate_media(color_scheme="dark")
    wrong["dark"] = complaints(page)
    for name, (width, height) in (("200 %", ZOOMED), ("phone", PHONE)):
        page.set_viewport_size({"width": width, "height": height})
        wrong[name] = standing_out(page)
    assert not {name: found for name, found in wrong.items() if found}
