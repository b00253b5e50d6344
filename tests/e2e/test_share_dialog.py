"""Taking a run along: every form of file, what is left out of it, and what is hidden in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import Desk, open_export
from tests.e2e.server import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

BEGINNINGS = {"docx": b"PK", "pdf": b"%PDF-", "md": b"# Which notice periods", "html": b"<!doctype html"}
NAMES = {"docx": "Word", "pdf": "PDF", "md": "Markdown", "html": "Web page that checks itself"}


def saved(page: Page, button: str, folder: Path) -> Path:
    """Press a button that saves a file and return where it was saved."""
    with page.expect_download() as loading:
        page.get_by_role("button", name=button).click()
    path = folder / loading.value.suggested_filename
    loading.value.save_as(path)
    return path


def share(page: Page) -> None:
    open_export(page)
    page.get_by_role("button", name="Share or save the answer").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Save the file")).to_be_visible()
    expect(page.get_by_role("button", name="Everything (JSONL)")).to_have_count(0)  # the menu does not lie over it


def test_an_answer_is_saved_in_every_form(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.open(page, f"/run?run={desk.home.done}")
    share(page)
    for suffix, name in NAMES.items():
        page.get_by_role("radio", name=name).click()
        file = saved(page, f"Save the file (.{suffix})", tmp_path)
        assert file.suffix == f".{suffix}"
        assert file.read_bytes().lower().startswith(BEGINNINGS[suffix].lower())
    verified = subprocess.run(
        [sys.executable, "-m", "rlm_app", "verify", str(next(tmp_path.glob("*.html")))],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_is_hidden_or_left_out_is_not_in_the_file(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.open(page, f"/run?run={desk.home.done}")
    share(page)
    dialog = page.get_by_role("dialog")
    names = dialog.get_by_role("combobox", name="Names")
    names.fill("ninety")
    names.press("Enter")
    page.keyboard.press("Escape")
    expect(dialog.get_by_text("Hidden words are found by their spelling")).to_be_visible()
    dialog.get_by_text("The turns of the run").click()
    expect(dialog.get_by_text(re.compile("^Left out: .*the timeline"))).to_be_visible()
    expect(dialog.get_by_role("switch", name=re.compile("Pictures of the quoted pages"))).to_be_disabled()
    dialog.get_by_text("Look at what is in it").click()
    expect(dialog.get_by_test_id("stCode").first).to_be_visible()
    expect(dialog.get_by_test_id("stCode").filter(has_text="ninety")).to_have_count(0)
    text = saved(page, "Save the file", tmp_path).read_text(encoding="utf-8")
    assert "ninety" not in text.lower()
    assert "llm_query_batched" not in text


def test_the_whole_record_and_the_table_of_calls_are_saved(desk: Desk, page: Page, tmp_path: Path) -> None:
    desk.open(page, f"/run?run={desk.home.done}")
    open_export(page)
    for button in ("Log of the reference (JSONL)", "Everything (JSONL)"):
        lines = saved(page, button, tmp_path).read_text(encoding="utf-8").splitlines()
        assert len([json.loads(line) for line in lines]) > 2
    table = saved(page, "Its calls as a table (CSV)", tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert "model" in table[0]
    assert len(table) == 1 + 7  # four turns and three sub-calls
