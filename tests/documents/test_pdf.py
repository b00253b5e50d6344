import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from rlm_app.documents.library import health, read
from rlm_app.documents.reasons import NEEDS_PASSWORD, WRONG_PASSWORD, asks_for_password
from rlm_app.errors import DocumentError

MakePdf = Callable[..., Path]
SENTENCE = "The Supplier shall pay within thirty days of the invoice."


def test_pages_are_labelled_by_their_place_in_the_file_and_hold_their_own_text(make_pdf: MakePdf) -> None:
    document = read(make_pdf([f"This is page number {n}." for n in range(1, 6)]), "made.pdf")
    assert [page.label for page in document.info.pages] == ["1", "2", "3", "4", "5"]
    for page in document.info.pages:
        assert document.text[page.start : page.end].strip() == f"This is page number {page.label}."
    assert (document.info.unit, document.info.format) == ("page", "pdf")


def test_a_picture_is_scanned_and_a_blank_page_is_empty(make_pdf: MakePdf) -> None:
    document = read(make_pdf([SENTENCE, "picture", ""]), "made.pdf")
    assert [page.kind for page in document.info.pages] == ["text", "scanned", "empty"]
    assert health(document.info) == f"3 pages · 1 scanned · 1 empty · text OK · {len(SENTENCE) + 2} characters"


def test_a_locked_file_asks_for_its_password_and_says_when_it_is_wrong(make_pdf: MakePdf) -> None:
    path = make_pdf([SENTENCE], owner_password="boss", user_password="open")
    with pytest.raises(DocumentError) as locked:
        read(path, "locked.pdf")
    assert locked.value.reason == NEEDS_PASSWORD
    with pytest.raises(DocumentError) as wrong:
        read(path, "locked.pdf", "shut")
    assert wrong.value.reason == WRONG_PASSWORD
    assert asks_for_password(locked.value)
    assert asks_for_password(wrong.value)
    assert SENTENCE in read(path, "locked.pdf", "open").text


def test_a_file_with_only_an_owners_password_opens(make_pdf: MakePdf) -> None:
    assert SENTENCE in read(make_pdf([SENTENCE], owner_password="boss"), "owned.pdf").text


def test_words_cut_at_line_ends_are_joined_by_what_the_document_says(make_pdf: MakePdf) -> None:
    text = "A long-term lease.\nWe com-\npile it.\nOver the long-\nterm it pays."
    document = read(make_pdf([text]), "made.pdf")
    assert "We compile it." in document.text
    assert "Over the long-term it pays." in document.text


def test_the_answers_of_a_form_are_part_of_their_page(make_pdf: MakePdf, tmp_path: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=make_pdf([SENTENCE, "Second page"]))
    widget = DictionaryObject()
    for key, value in (("/Type", "/Annot"), ("/Subtype", "/Widget"), ("/FT", "/Tx")):
        widget[NameObject(key)] = NameObject(value)
    widget[NameObject("/T")] = TextStringObject("Start date")
    widget[NameObject("/V")] = TextStringObject("1 May 2024")
    writer.pages[1][NameObject("/Annots")] = ArrayObject([widget])
    writer.write(tmp_path / "form.pdf")
    document = read(tmp_path / "form.pdf", "form.pdf")
    page = document.info.pages[1]
    assert "Start date: 1 May 2024" in document.text[page.start : page.end]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_pdf_that_ends_early_gives_text_or_a_sentence(make_pdf: MakePdf, tmp_path: Path, share: float) -> None:
    data = make_pdf([SENTENCE] * 10).read_bytes()
    path = tmp_path / "cut.pdf"
    path.write_bytes(data[: int(len(data) * share)])
    try:
        outcome = read(path, "cut.pdf").text
    except DocumentError as error:
        outcome = error.reason
    assert SENTENCE[:10] in outcome or "damaged" in outcome


def test_a_page_with_a_spoilt_stream_is_broken_and_the_others_are_kept(make_pdf: MakePdf, tmp_path: Path) -> None:
    path = make_pdf([SENTENCE, "A page that will be spoilt " * 20, "The last page"])
    reader = pypdf.PdfReader(io.BytesIO(path.read_bytes()))
    contents: Any = reader.pages[1]["/Contents"].get_object()
    spoilt = bytes(contents._data[:20]) + bytes(len(contents._data) - 20)
    path.write_bytes(path.read_bytes().replace(bytes(contents._data), spoilt))
    document = read(path, "made.pdf")
    assert [page.kind for page in document.info.pages] == ["text", "broken", "text"]
    assert "page 2 is damaged" in document.info.notes[0]
    assert "The last page" in document.text


def test_a_pdf_by_name_only_is_told(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("<html><body>Please log in</body></html>")
    with pytest.raises(DocumentError, match=r"is called .pdf and holds a web page"):
        read(path, "report.pdf")


def test_progress_counts_the_pages(make_pdf: MakePdf) -> None:
    heard: list[tuple[int, int]] = []
    read(make_pdf([SENTENCE] * 3), "made.pdf", on_progress=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def scan(tmp_path: Path, text: str, mode: str) -> Path:
    """Write a page that a picture covers, with text in the given way of drawing (3 is not at all)."""
    from fpdf import FPDF
    from PIL import Image

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    pdf.add_page()
    pdf.image(Image.new("L", (60, 60), 200), x=0, y=0, w=pdf.w, h=pdf.h)
    pdf.text_mode = mode
    pdf.multi_cell(0, 6, text)
    pdf.output(str(tmp_path / "scan.pdf"))
    return tmp_path / "scan.pdf"


@pytest.mark.parametrize(
    ("text", "mode", "kind"),
    [(SENTENCE, "INVISIBLE", "ocr"), (SENTENCE, "FILL", "text"), ("Page 1 of 3", "FILL", "scanned")],
)
def test_a_scan_is_told_from_a_page_with_a_picture_behind_its_text(
    tmp_path: Path, text: str, mode: str, kind: str
) -> None:
    document = read(scan(tmp_path, text, mode), "scan.pdf")
    assert [page.kind for page in document.info.pages] == [kind]
    assert text in document.text
    assert bool(document.info.notes) == (kind != "text")


def test_comments_and_text_boxes_stand_on_their_page(make_pdf: MakePdf, tmp_path: Path) -> None:
    from pypdf.annotations import FreeText, Text

    writer = pypdf.PdfWriter(clone_from=make_pdf([SENTENCE, "Second page."]))
    writer.add_annotation(1, Text(text="too short?", rect=(50, 50, 90, 90)))
    writer.add_annotation(1, FreeText(text="Approved, A.P.", rect=(50, 150, 90, 190)))
    writer.add_attachment("terms.txt", b"hidden")
    writer.write(tmp_path / "noted.pdf")
    document = read(tmp_path / "noted.pdf", "noted.pdf")
    second = document.info.pages[1]
    shown = document.text[second.start : second.end].split("\n")
    assert shown[:3] == ["Second page.", "[comment: too short?]", "Approved, A.P."]
    assert document.info.notes == ("files attached to this PDF are not read: terms.txt; save and upload them",)
