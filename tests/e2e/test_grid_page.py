"""A grid as a person makes it: laid out, run, read, written over, changed, taken along, deleted and taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.e2e.desk import Desk
from tests.e2e.home import LEASE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

QUESTIONS = ("When is the rent due to be paid?", "Who may end this lease by notice?")


def cell(page: Page, column: int, row: int = 0) -> None:
    """Choose a cell; the table is a canvas with a column of names on its left."""
    table: Locator = page.get_by_test_id("stDataFrame")
    table.click(position={"x": 150 + 320 * column + 60, "y": 36 + 33 * row + 16})
    page.wait_for_url(re.compile("cell="))


def test_a_grid_is_made_run_and_read(bare: Desk, page: Page, tmp_path: Path) -> None:
    bare.open(page, "/")
    lease = bare.home.folder / LEASE
    page.locator("input[type=file]").set_input_files(lease)
    expect(page.get_by_text("3 pages · text OK").first).to_be_visible()
    bare.open(page, "/grid")
    expect(page.get_by_text("A grid asks the same questions of many documents")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Leases")
    page.get_by_role("combobox", name="Documents").last.fill("lease")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Questions, one a line").fill("\n".join(QUESTIONS))
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Create grid").click()
    page.get_by_role("button", name="Run 2 cells").click()
    expect(page.get_by_text("2 cells, none is left to run")).to_be_visible()

    cell(page, 0)
    panel = page.locator(".st-key-grid_panel")
    expect(panel).to_contain_text(QUESTIONS[0])
    expect(panel).to_contain_text("page 3")
    panel.locator("summary", has_text="Write your own answer").click()
    panel.get_by_role("textbox", name="Your answer").fill("On the first working day.")
    panel.get_by_role("textbox", name="Your answer").press("Control+Enter")
    panel.get_by_role("button", name="Save and lock").click()
    expect(panel).to_contain_text("Written by a person")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as loading:
        page.get_by_role("button", name="Workbook (XLSX)").click()
    file = tmp_path / loading.value.suggested_filename
    loading.value.save_as(file)
    sheet = load_workbook(file).worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == [LEASE, "On the first working day."]
    page.keyboard.press("Escape")

    panel.get_by_role("button", name="Unlock and show what the run said").click()
    expect(panel.get_by_text("Written by a person")).to_have_count(0)
    panel.get_by_role("link", name="Open the run").click()
    page.wait_for_url(re.compile(r"/run\?run="))
    expect(page.get_by_role("heading", name=QUESTIONS[0])).to_be_visible()


def test_what_is_taken_out_of_a_grid_comes_back(desk: Desk, page: Page) -> None:
    desk.open(page, f"/grid?grid={desk.home.grid}")
    expect(page.get_by_text("4 cells, none is left to run")).to_be_visible()
    page.locator("summary", has_text="Documents and questions").click()
    page.get_by_role("button", name="Remove").first.click()
    expect(page.get_by_text("2 cells, none is left to run")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("4 cells, none is left to run")).to_be_visible()
    more = page.get_by_role("textbox", name="Add questions, one a line")
    more.fill("Who signed it?")
    more.press("Control+Enter")
    page.get_by_role("button", name="Add questions").click()
    expect(page.get_by_role("button", name="Run 2 cells")).to_be_visible()
    page.get_by_role("button", name="Delete grid").click()
    expect(page.get_by_text("A grid asks the same questions of many documents")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Run 2 cells")).to_be_visible()
