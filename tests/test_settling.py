"""Citations of runs whose document was read anew: they open the place where their passage stands now."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.build import App, open_app
from rlm_app.citations import Citation, Verdict
from rlm_app.engine.recorder import Place, Recorder
from rlm_app.engine.trajectory import Trajectory
from rlm_app.events import Cited, Event, RunFinished
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.reread import settled
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.settling import Settling
from rlm_app.types import Document, DocumentInfo, Page, RunState, Stop, Usage

TESSERACT = """#!/bin/sh
case "$1" in
  --list-langs) printf 'List of available languages (1):\\neng\\n' ;;
  *) cat > /dev/null; printf 'A long page of recognised words that moves whatever comes behind it in the text.\\n' ;;
esac
"""
RENT = "The rent is twelve hundred euros and is due on the first of each month."
NOTICE = "Either party may end this lease by ninety days of written notice to the other."
ANSWER = f"They say “{RENT}” and “{NOTICE}” and “Either party may end this lease by thirty days of written notice.”"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(TESSERACT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    opened = open_app(Settings(home=tmp_path / "home"))
    yield opened
    opened.close()


def lease(app: App, folder: Path) -> Document:
    """Add a PDF of four pages, of which the first and the third are pictures."""
    from fpdf import FPDF
    from PIL import Image

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for text in ("", RENT, "", NOTICE):
        pdf.add_page()
        if text:
            pdf.multi_cell(0, 6, f"Before it. {text} After it.")
        else:
            pdf.image(Image.new("L", (60, 60), 128), w=100)
    pdf.output(str(folder / "lease.pdf"))
    found = app.document(app.add_file(folder / "lease.pdf", "lease.pdf", "ann").sha256, "ann")
    assert found is not None
    return found


def asked(app: App, document: Document) -> None:
    """Keep a run that has ended and cites the document as it is now."""
    spec = RunSpec("q", (document.info.sha256,), "offline", "offline", "offline")
    record = RunRecord("run", "ann", spec, RunState.DONE, "boot", time.time(), document_names=("lease.pdf",))
    app.store.add_run(record)
    recorder = Recorder("run", app.store.append_event)
    for citation in AnswerVerifier([document])(ANSWER):
        recorder.emit(Cited, Place(), citation=citation)
    recorder.emit(RunFinished, Place(), stop=Stop.ANSWERED, answer=ANSWER, usage=Usage(0))
    app.store.flush()


def cited(app: App) -> list[Citation]:
    trajectory = app.trajectory("run", "ann")
    assert trajectory is not None
    return trajectory.citations


def test_after_ocr_a_runs_citations_open_the_place_where_their_words_are(app: App, tmp_path: Path) -> None:
    before = lease(app, tmp_path)
    asked(app, before)
    noted = cited(app)
    assert [each.verdict for each in noted] == [Verdict.FOUND, Verdict.FOUND, Verdict.ALTERED]
    app.shelf.recognise(before.info.sha256, "ann", "eng")
    after = app.document(before.info.sha256, "ann")
    assert after is not None
    assert after.text.index(NOTICE) > before.text.index(NOTICE) + 100
    now = cited(app)
    assert [each.page for each in now] == [each.page for each in noted] == ["2", "4", "4"]
    assert [after.text[each.start : each.end] for each in now] == [before.text[each.start : each.end] for each in noted]
    (wrong,) = now[2].differences
    assert after.text[wrong.start :].startswith(wrong.source)
    index = int(now[1].page) - 1
    assert app.pages.page(after, "ann", index, [(now[1].start, now[1].end)]).boxes[0]
    assert app.trajectory("run", "ann") is app.trajectory("run", "ann")


def test_a_run_whose_documents_are_as_they_were_or_gone_is_left_alone() -> None:
    document = reread(f"Of the lease. {RENT} {NOTICE} So much for it.")
    events: list[Event] = []
    recorder = Recorder("run", events.append)
    for citation in AnswerVerifier([document])(ANSWER):
        recorder.emit(Cited, Place(), citation=citation)
    under_way = Trajectory.fold(events)
    recorder.emit(RunFinished, Place(), stop=Stop.ANSWERED, answer=ANSWER, usage=Usage(0))
    ended, settling = Trajectory.fold(events), Settling()
    assert settling.settled("run", ended, lambda name: document, 0) is ended
    assert settling.settled("run", ended, lambda name: None, 1) is ended
    assert settling.settled("run", under_way, lambda name: reread("Another text."), 1) is under_way
    longer = reread(f"One more word. {document.text}")
    assert [each.start for each in settling.settled("run", ended, lambda name: longer, 2).citations] == [
        each.start + 15 for each in ended.citations
    ]


def reread(text: str) -> Document:
    info = DocumentInfo("sha", "lease.pdf", "pdf", 1, len(text), "page", (Page("1", 0, len(text)),))
    return Document(info, text)


def test_of_words_that_stand_twice_the_ones_with_the_same_neighbours_are_taken() -> None:
    old = "First the barn: the key hangs by the door. Then the mill: the key hangs by the door. The end of it all."
    start = old.rindex("the key")
    before, after = old[start - 30 : start], old[start + 25 : start + 55]
    quote = "the key hangs by the door"
    second = Citation(quote, Verdict.FOUND, "sha", "lease.pdf", start, start + 25, "1", "page", before, after)
    new = reread("A new beginning of the text. " + old)
    (moved,) = settled([second], new)
    assert moved.start == new.text.rindex("the key")


def test_what_was_cut_in_two_or_joined_is_found_by_its_words_and_what_is_gone_keeps_its_page() -> None:
    fee, gate = (
        "The fee is ten euros Page 3 of 9 for each barrel of oil that leaves the yard",
        "The gate is shut by the guard",
    )
    noted = AnswerVerifier([reread(f"{fee.replace(' Page 3 of 9 ', chr(10) + 'Page 3 of 9' + chr(10))}. {gate}.")])
    new = reread("The fee is ten euros\nfor each barrel of oil that leaves the yard. Nothing more is agreed upon here.")
    found, gone = settled(noted(f"“{fee}” “{gate}”"), new)
    assert new.text[found.start : found.end].startswith("The fee is ten euros\nfor each")
    assert (gone.start, gone.end, gone.page, gone.verdict) == (0, 0, "1", Verdict.FOUND)
