"""The History page as a person uses it: searching, narrowing down, stars, names, many at once and back again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import Desk
from tests.e2e.home import QUESTION

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

SPARE = ("Is this the first spare run?", "Is this the second spare run?", "Is this the third spare run?")


def link(page: Page, question: str) -> Locator:
    return page.locator(".st-key-run_list").get_by_role("link", name=question)


def tick(page: Page, question: str) -> None:
    # The box itself is drawn beside an invisible field, which keyboards and readers of the screen reach.
    page.get_by_role("checkbox", name=f"Choose “{question}”").focus()
    page.keyboard.press("Space")


def test_runs_are_searched_and_narrowed_down(desk: Desk, page: Page) -> None:
    desk.open(page, "/history")
    expect(link(page, SPARE[0])).to_be_visible()
    sought = page.get_by_role("textbox", name="Search")
    sought.fill("second spare")
    sought.press("Enter")
    expect(link(page, SPARE[0])).to_have_count(0)
    expect(link(page, SPARE[1])).to_be_visible()
    sought.fill("zyzzyva")
    sought.press("Enter")
    expect(page.get_by_text(re.compile(r"^0 of \d+ runs$"))).to_be_visible()
    sought.fill("")
    sought.press("Enter")
    page.get_by_role("button", name="Interrupted").click()
    expect(link(page, "Who pays for repairs?")).to_be_visible()
    expect(link(page, SPARE[0])).to_have_count(0)


def test_a_run_gets_a_star_and_a_name(desk: Desk, page: Page) -> None:
    desk.open(page, "/history")
    page.get_by_role("button", name=f"Star “{SPARE[0]}”").click()
    expect(page.get_by_role("button", name=f"Starred “{SPARE[0]}”")).to_be_visible()
    page.get_by_role("button", name=f"Rename “{SPARE[0]}”").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("The one to show")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(link(page, "The one to show")).to_be_visible()
    page.locator("summary", has_text="More filters").click()
    page.get_by_text("Only those with a star").click()
    expect(page.get_by_text(re.compile(r"^1 of \d+ runs$"))).to_be_visible()
    expect(link(page, "The one to show")).to_be_visible()


def test_runs_are_deleted_together_and_taken_back_together(desk: Desk, page: Page) -> None:
    desk.open(page, "/history")
    for question in SPARE[1:]:
        tick(page, question)
    page.get_by_role("button", name="Delete 2 runs").click()
    expect(page.get_by_text(f"Deleted: {SPARE[1]}")).to_be_visible()
    expect(link(page, SPARE[1])).to_have_count(0)
    page.get_by_role("button", name="Undo all 2").click()
    for question in SPARE[1:]:
        expect(link(page, question)).to_be_visible()
    expect(page.get_by_text(re.compile("^Deleted:"))).to_have_count(0)


def test_two_runs_that_are_ticked_are_compared(desk: Desk, page: Page) -> None:
    desk.open(page, "/history")
    for question in SPARE[1:]:
        tick(page, question)
    page.get_by_role("link", name="Compare the two").click()
    page.wait_for_url(re.compile(rf"/compare\?left={desk.home.spare[1]}&right={desk.home.spare[2]}$"))
    expect(page.get_by_text("They never do")).to_be_visible()


def test_a_phone_has_words_for_what_can_be_done_with_a_run(desk: Desk, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    desk.open(page, "/history")
    expect(link(page, QUESTION).first).to_be_visible()
    act = page.locator("[class*=st-key-rename-]").first.get_by_role("button")
    assert "Rename" in act.inner_text()
    width = act.bounding_box()
    assert width is not None
    assert width["width"] > 60
