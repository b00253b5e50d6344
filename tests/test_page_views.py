from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fpdf import FPDF

from rlm_app.build import App, open_app
from rlm_app.documents.library import read
from rlm_app.errors import DocumentError
from rlm_app.page_views import PageViews
from rlm_app.settings import Settings
from rlm_app.types import Document

SENTENCE = "Either party may end this lease by ninety days of written notice."


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    opened = open_app(Settings(home=tmp_path / "home"))
    yield opened
    opened.close()


def lease(app: App, folder: Path, password: str | None = None) -> Document:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    if password:
        pdf.set_encryption(owner_password="the owner's", user_password=password)
    for text in ("The rent is due.", SENTENCE):
        pdf.add_page()
        pdf.multi_cell(0, 8, text)
    pdf.output(str(folder / "lease.pdf"))
    info = app.add_file(folder / "lease.pdf", "lease.pdf", "local", password=password)
    found = app.document(info.sha256, "local")
    assert found is not None
    return found


def test_a_page_comes_from_the_kept_file_with_boxes_for_what_is_on_it(app: App, tmp_path: Path) -> None:
    document = lease(app, tmp_path)
    (tmp_path / "lease.pdf").unlink()
    start = document.text.index("Either")
    view = app.pages.page(document, "local", 1, [(start, start + len(SENTENCE)), (0, 4)])
    assert view.jpeg.startswith(b"\xff\xd8")
    on_this_page, elsewhere = view.boxes
    assert elsewhere == ()
    assert len(on_this_page) == 1
    left, top, width, height = on_this_page[0]
    assert 0 < left < 0.1 < width < 0.9
    assert 0 < top < 0.2
    assert 0 < height < 0.05
    assert app.pages.page(document, "local", 0, [(start, start + 5)]).boxes == ((),)


def test_a_page_that_was_drawn_is_not_drawn_again(app: App, tmp_path: Path) -> None:
    document, kept = lease(app, tmp_path), tmp_path / "kept.pdf"
    (tmp_path / "lease.pdf").rename(kept)
    views = PageViews(lambda sha256, owner: kept)
    try:
        first = views.page(document, "local", 0, [(0, 3)])
        kept.write_bytes(b"no PDF any more")
        assert views.page(document, "local", 0, [(0, 3)]) == first
        with pytest.raises(DocumentError, match="damaged"):
            views.page(document, "local", 1)
    finally:
        views.close()


def test_somebody_elses_file_is_not_shown(app: App, tmp_path: Path) -> None:
    document = lease(app, tmp_path)
    assert app.pages.drawable(document.info, "local")
    assert not app.pages.drawable(document.info, "somebody else")
    with pytest.raises(DocumentError, match="the file itself was not kept"):
        app.pages.page(document, "somebody else", 0)


def test_a_locked_file_asks_for_its_password_and_opens_with_it(app: App, tmp_path: Path) -> None:
    document = lease(app, tmp_path, password="the user's")
    with pytest.raises(DocumentError) as refused:
        app.pages.page(document, "local", 0)
    assert app.asks_for_password(refused.value)
    assert app.pages.page(document, "local", 0, password="the user's").jpeg


def test_a_deleted_document_has_no_pictures_left(app: App, tmp_path: Path) -> None:
    document = lease(app, tmp_path)
    app.pages.page(document, "local", 0)
    app.shelf.delete(document.info.sha256, "local")
    with pytest.raises(DocumentError, match="was not kept"):
        app.pages.page(document, "local", 0)


def test_pages_are_drawn_one_after_the_other_for_threads_that_come_and_go(app: App, tmp_path: Path) -> None:
    document, drawn = lease(app, tmp_path), []
    for index in (0, 1):
        page = threading.Thread(target=lambda at=index: drawn.append(app.pages.page(document, "local", at)))
        page.start()
        page.join(30)
    assert len(drawn) == 2


def test_more_documents_than_are_kept_open_are_drawn_in_turn_each_its_own(tmp_path: Path) -> None:
    files = {}
    for number in range(4):
        pdf = FPDF()
        pdf.set_font("Helvetica", size=30)
        for side in ("front", "back"):
            pdf.add_page()
            pdf.cell(text=f"{side} of number {number}")
        files[str(number)] = tmp_path / f"{number}.pdf"
        pdf.output(str(files[str(number)]))
    documents = {
        name: replace(read(path, name), info=replace(read(path, name).info, sha256=name))
        for name, path in files.items()
    }
    views = PageViews(lambda sha256, owner: files[sha256])
    try:
        fronts = [views.page(documents[name], "local", 0).jpeg for name in documents]
        backs = [views.page(documents[name], "local", 1, [(20, 24)]) for name in documents]
        views.forget("local")
        again = [views.page(documents[name], "local", 0).jpeg for name in documents]
    finally:
        views.close()
    assert again == fronts
    assert len({*fronts, *(back.jpeg for back in backs)}) == 8


def test_a_desk_that_is_closed_while_the_program_ends_says_nothing() -> None:
    program = "import atexit; from rlm_app.page_desk import Desk; atexit.register(Desk(lambda: None).close)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr == ""
