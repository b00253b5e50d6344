"""Questions in SQL: one that is ready, one that cannot be, one that is kept and found again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]


def choose(page: Page, question: str) -> None:
    page.get_by_role("combobox", name="Ready and kept questions").click()
    page.get_by_role("option", name=question).click()


def ask(page: Page, sql: str) -> None:
    field = page.get_by_role("textbox", name="Question in SQL")
    field.fill(sql)
    field.press("Control+Enter")
    page.get_by_role("button", name="Ask", exact=True).click()


def test_a_ready_question_brings_a_table(desk: Desk, page: Page) -> None:
    desk.open(page, "/sql")
    choose(page, "Quotations by verdict")
    expect(page.get_by_role("textbox", name="Question in SQL")).to_have_value(re.compile("FROM citations"))
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^2 rows in "))).to_be_visible()


def test_what_cannot_be_asked_is_said_in_a_sentence(desk: Desk, page: Page) -> None:
    desk.open(page, "/sql")
    ask(page, "DELETE FROM runs")
    expect(page.get_by_text("one SELECT is taken at a time")).to_be_visible()
    ask(page, "SELECT nothing_of_that_name FROM runs")
    expect(page.get_by_test_id("stAlert")).to_contain_text("nothing_of_that_name")
    ask(page, "SELECT question FROM runs WHERE question = 'nobody asked this'")
    expect(page.get_by_text("No row fits.")).to_be_visible()


def test_a_question_is_kept_found_again_and_forgotten(desk: Desk, page: Page) -> None:
    desk.open(page, "/sql")
    ask(page, "SELECT count(*) AS mine FROM runs")
    expect(page.get_by_text(re.compile(r"^1 row in "))).to_be_visible()
    page.get_by_role("button", name="Keep this question").click()
    name = page.get_by_role("textbox", name="Name")
    name.fill("How many")
    name.press("Enter")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("button", name="Forget “How many”")).to_be_visible()

    desk.open(page, "/sql")
    choose(page, "How many")
    expect(page.get_by_role("textbox", name="Question in SQL")).to_have_value("SELECT count(*) AS mine FROM runs")
    page.get_by_role("button", name="Keep this question").click()
    page.get_by_role("button", name="Forget “How many”").click()
    expect(page.get_by_role("button", name="Forget “How many”")).to_have_count(0)
