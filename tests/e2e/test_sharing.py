"""Sharing a run by link in two browsers: what is looked at first is what is seen, until it is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.checks import complaints, standing_out
from tests.e2e.desk import Desk, open_export, settled
from tests.e2e.frames import heard

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
HIDDEN = "ninety"


def make(page: Page) -> str:
    """Share the run that is open by link, without a word of it, and return the address."""
    open_export(page)
    page.get_by_role("button", name="Share or save the answer").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Link").click()
    expect(dialog.get_by_role("button", name="Make the link")).to_be_visible()
    names = dialog.get_by_role("combobox", name="Names")
    names.fill(HIDDEN)
    names.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("Hidden words are found by their spelling")).to_be_visible()
    dialog.get_by_text("Look at what will be seen", exact=True).click()
    expect(dialog.locator(".rlm-shared").get_by_text("[name 1]").first).to_be_visible()
    expect(dialog.locator(".rlm-shared", has_text=HIDDEN)).to_have_count(0)
    dialog.get_by_role("radio", name="30 days").click()
    dialog.get_by_role("button", name="Make the link").click()
    address = dialog.get_by_test_id("stCode").filter(has_text="/shared?share=")
    expect(address).to_be_visible()
    return address.inner_text().strip()


def test_a_link_shows_to_another_browser_what_was_looked_at_until_it_is_revoked(
    desk: Desk, page: Page, chromium: Browser
) -> None:
    desk.open(page, f"/run?run={desk.home.done}")
    address = make(page)
    assert re.fullmatch(re.escape(desk.server.address) + r"/shared\?share=[0-9a-f]{48}", address)
    previewed = page.get_by_role("dialog").locator(".rlm-shared").all_inner_texts()

    context = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    reader = context.new_page()
    frames = heard(reader)
    reader.goto(address)
    expect(reader.get_by_text("Shared to be read, until")).to_be_visible()
    settled(reader)
    assert reader.locator(".rlm-shared").all_inner_texts() == previewed
    reader.locator("summary", has_text="Turn 1").click()
    expect(reader.get_by_test_id("stCode").first).to_be_visible()
    assert frames
    assert not any(HIDDEN.encode() in frame.lower() for frame in frames)
    assert complaints(reader) == []
    assert standing_out(reader) == []

    revoke = page.get_by_role("dialog").get_by_role("button", name="Revoke")
    revoke.click()
    expect(revoke).to_have_count(0)
    reader.reload()
    expect(reader.get_by_text("This link opens nothing")).to_be_visible()
    expect(reader.locator(".rlm-shared")).to_have_count(0)
    context.close()
