"""A picture that a cell has drawn is seen in a real browser, and has words for who does not see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rlm_app.build import open_app
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from tests.e2e.server import Server
from tests.pages.test_pictures import DRAWS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


def drawn(home: Path, script: Path) -> str:
    """Keep a run in which a cell draws, and return its id."""
    app = open_app(Settings(home=home, script=script))
    try:
        note = home / "note.txt"
        note.write_text("Ninety days of notice.", encoding="utf-8")
        info = app.add_file(note, "note.txt", "local")
        run_id = app.start(RunSpec("What?", (info.sha256,), "scripted", "scripted", "scripted"), "local")
        app.manager.wait(run_id, 30)
    finally:
        app.close()
    return run_id


def test_a_picture_of_a_cell_is_drawn_by_the_browser(page: Page, tmp_path: Path) -> None:
    says = tmp_path / "script.json"
    root = [DRAWS, "```repl\nFINAL('Ninety days.')\n```"]
    says.write_text(json.dumps({"root": root, "sub": {"default": ""}, "delay": 0.0, "cost": 0.0}), encoding="utf-8")
    run_id = drawn(tmp_path, says)
    server = Server(tmp_path, says)
    server.start()
    try:
        page.goto(f"{server.address}/run?run={run_id}")
        page.get_by_role("tab", name="Timeline").click()
        page.locator("summary", has_text="Turn 1").click()
        picture = page.get_by_role("img", name="picture 1 of cell 1")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [50, 40]
    finally:
        server.stop()
