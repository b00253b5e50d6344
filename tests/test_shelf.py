from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.build import App, open_app
from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled, DocumentError
from rlm_app.quotas import Quotas
from rlm_app.settings import Settings
from rlm_app.store.originals import Originals
from rlm_app.types import DocumentInfo

TESSERACT = """#!/bin/sh
case "$1" in
  --list-langs) printf 'List of available languages in "/data/" (3):\\neng\\nosd\\ndeu\\n' ;;
  *) head -c 4 | tail -c 3; printf ' says the %s page.\\n' "$4" ;;
esac
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    opened = open_app(Settings(home=tmp_path / "home"))
    yield opened
    opened.close()


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in Tesseract's place that names the kind of picture it is given and the language it is told."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(TESSERACT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def note(app: App, tmp_path: Path, text: str = "Notes on the pump.", owner: str = "ann") -> DocumentInfo:
    (tmp_path / "note.txt").write_text(text)
    return app.add_file(tmp_path / "note.txt", "note.txt", owner)


def scan(app: App, tmp_path: Path) -> DocumentInfo:
    from fpdf import FPDF
    from PIL import Image

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for number in range(3):
        pdf.add_page()
        if number == 1:
            pdf.multi_cell(0, 6, "Typed words in the middle.")
        else:
            pdf.image(Image.new("L", (60, 60), 128), w=100)
    pdf.output(str(tmp_path / "scan.pdf"))
    return app.add_file(tmp_path / "scan.pdf", "scan.pdf", "ann")


def files(app: App) -> list[Path]:
    return list((app.settings.home / "originals").rglob("file"))


def test_a_file_is_kept_once_and_given_to_those_who_added_it(app: App, tmp_path: Path) -> None:
    info = note(app, tmp_path)
    note(app, tmp_path, owner="bob")
    note(app, tmp_path)
    assert len(files(app)) == 1
    found = app.shelf.original(info.sha256, "bob")
    assert found is not None
    assert found.read_text() == "Notes on the pump."
    assert app.shelf.original(info.sha256, "eve") is None
    assert app.shelf.original("../../etc/passwd", "ann") is None


def test_the_file_of_a_bundled_document_is_at_hand(app: App) -> None:
    info = next(info for info in app.samples() if info.format == "pdf")
    path = app.original(info.sha256, "ann")
    assert path is not None
    assert hashlib.sha256(path.read_bytes()).hexdigest() == info.sha256
    assert app.original("a" * 64, "ann") is None


def test_a_deleted_document_is_gone_from_disk_library_and_collections(app: App, tmp_path: Path) -> None:
    info = note(app, tmp_path)
    note(app, tmp_path, owner="bob")
    app.shelf.keep_collection("ann", "Pumps", [info.sha256])
    app.shelf.delete(info.sha256, "ann")
    assert app.document(info.sha256, "ann") is None
    assert app.shelf.collections("ann") == {"Pumps": ()}
    assert app.shelf.original(info.sha256, "ann") is None
    assert len(files(app)) == 1
    app.shelf.delete(info.sha256, "bob")
    assert not any((app.settings.home / "originals").iterdir())


def test_what_is_kept_in_memory_leaves_no_file(tmp_path: Path) -> None:
    kept = Originals(None)
    kept.keep(tmp_path / "absent", "a" * 64, "ann")
    assert kept.find("a" * 64, "ann") is None
    kept.remove("a" * 64, "ann")


def test_collections_are_kept_renamed_and_forgotten(app: App) -> None:
    assert app.shelf.keep_collection("ann", "  Leases\n2026 ", ["b", "a", "b"]) == "Leases 2026"
    app.shelf.keep_collection("ann", "archive", ["c"])
    assert app.shelf.collections("ann") == {"archive": ("c",), "Leases 2026": ("b", "a")}
    assert app.shelf.collections("bob") == {}
    app.shelf.keep_collection("ann", "Leases", ["a"], was="Leases 2026")
    assert list(app.shelf.collections("ann")) == ["archive", "Leases"]
    assert app.shelf.keep_collection("ann", "  ", ["a"]) == ""
    app.shelf.delete_collection("ann", "archive")
    assert app.shelf.collections("ann") == {"Leases": ("a",)}


def test_scanned_pages_are_read_with_ocr_and_marked(app: App, tmp_path: Path, tesseract: None) -> None:
    info = scan(app, tmp_path)
    assert app.shelf.scanned(info) == [1, 3]
    assert app.shelf.recognition().languages == ("eng", "deu")
    heard: list[tuple[int, int]] = []
    read = app.shelf.recognise(info.sha256, "ann", "deu", on_progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 2), (2, 2)]
    document = app.document(info.sha256, "ann")
    assert document is not None
    assert document.text == "PNG says the deu page.\n\nTyped words in the middle.\n\nPNG says the deu page.\n\n"
    assert [(page.label, page.kind) for page in read.pages] == [("1", "ocr"), ("2", "text"), ("3", "ocr")]
    assert read.notes == ("pages 1, 3 are a scan whose text a program recognised (OCR); letters may be wrong",)
    assert app.health(read) == f"3 pages · 2 read by OCR · text OK · {read.characters} characters"
    assert app.shelf.scanned(read) == []
    assert app.add_file(tmp_path / "scan.pdf", "scan.pdf", "ann") == read


def test_ocr_that_is_stopped_keeps_the_document_as_it_was(app: App, tmp_path: Path, tesseract: None) -> None:
    info, cancel = scan(app, tmp_path), CancelToken()
    with pytest.raises(Cancelled):
        app.shelf.recognise(info.sha256, "ann", "eng", on_progress=lambda done, total: cancel.cancel(), cancel=cancel)
    assert app.documents("ann")[0] == info


def test_what_ocr_reads_is_kept_only_where_there_is_room_for_it(tmp_path: Path, tesseract: None) -> None:
    long = TESSERACT.replace("head -c 4 | tail -c 3;", "cat > /dev/null; head -c 600000 /dev/zero | tr '\\0' x;")
    (tmp_path / "bin" / "tesseract").write_text(long)
    app = open_app(Settings(home=tmp_path / "small", quotas=Quotas(storage_mb=1)))
    info = scan(app, tmp_path)
    with pytest.raises(DocumentError, match=r"your workspace has 0\.0 MB of 1 MB in use"):
        app.shelf.recognise(info.sha256, "ann", "eng")
    assert app.documents("ann") == [info]
    app.close()


def test_without_tesseract_it_is_said_how_to_get_it(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = scan(app, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install tesseract-ocr" in app.shelf.recognition().missing
    with pytest.raises(DocumentError, match="needs Tesseract, which is not installed"):
        app.shelf.recognise(info.sha256, "ann", "eng")


def test_ocr_of_a_document_that_is_gone_is_refused(app: App) -> None:
    with pytest.raises(DocumentError, match="no longer here; add it again"):
        app.shelf.recognise("a" * 64, "ann", "eng")
