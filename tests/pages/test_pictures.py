"""A picture that a cell draws is kept with the run, shown in its turn, exported and imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.cell_results import Picture
from rlm_app.engine.imports import read_runs
from rlm_app.engine.run_files import run_lines
from rlm_app.events import CellFinished, Event
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo
from rlm_app.ui import pictures, shell
from tests.pages.conftest import SCRIPT

Page = Callable[..., AppTest]
DRAWS = """I draw.

```repl
import struct, zlib
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
rows = zlib.compress((b"\\0" + b"\\x80" * 50) * 40)
head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50, 40, 8, 0, 0, 0, 0))
open("chart.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
None
```"""


@pytest.fixture
def run_id(app: App, contract: DocumentInfo) -> str:
    assert app.settings.script is not None
    script = {**SCRIPT, "root": [DRAWS, "```repl\nFINAL('Ninety days.')\n```"]}
    app.settings.script.write_text(json.dumps(script), encoding="utf-8")
    started = app.start(RunSpec("What notice?", (contract.sha256,), "scripted", "scripted", "scripted"), "local")
    app.manager.wait(started, 30)
    return started


def drawn(events: list[Event]) -> tuple[Picture, ...]:
    return tuple(picture for event in events if isinstance(event, CellFinished) for picture in event.pictures)


def test_the_turn_shows_the_picture_and_names_it_for_who_cannot_see_it(page: Page, run_id: str) -> None:
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    tab.session_state[f"turn-{run_id}-1"] = True
    tab.run()
    assert not tab.exception
    shown = [found.proto.body for found in tab.get("html") if "<img" in found.proto.body]
    assert len(shown) == 1
    assert 'alt="picture 1 of cell 1" width="50"' in shown[0]
    assert "data:image/png;base64,iVBOR" in shown[0]


def test_the_picture_is_stored_exported_and_imported(app: App, run_id: str, tmp_path: Path) -> None:
    record = app.store.run(run_id, "local")
    assert record is not None
    kept = app.store.events(run_id, "local")
    assert [(picture.width, picture.height) for picture in drawn(kept)] == [(50, 40)]
    file = tmp_path / "run.jsonl"
    file.write_text("".join(run_lines(record, kept)), encoding="utf-8")
    runs, _ = read_runs(file, "run.jsonl", "local", 0.0)
    assert drawn(list(runs[0].events)) == drawn(kept)


def shows_what_an_imported_file_calls_a_picture() -> None:
    from rlm_app.cell_results import Picture
    from rlm_app.ui import pictures

    pictures.draw(1, [Picture(1, 1, "PHNjcmlwdD4="), Picture(1, 1, '"><script>')])


def test_what_an_imported_file_calls_a_picture_and_is_none_is_not_shown() -> None:
    tab = AppTest.from_function(shows_what_an_imported_file_calls_a_picture).run()
    assert not tab.exception
    assert not tab.get("html")
    assert [pictures.BROKEN in caption.value for caption in tab.caption] == [True, True]
