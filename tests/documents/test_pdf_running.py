"""Running heads and feet of PDFs: read once, and nothing else is ever left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlm_app.citations import Verdict
from rlm_app.documents.library import read, read_isolated
from rlm_app.documents.page_images import draw
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document
from tests.documents.test_page_images import inside, letters

SENTENCES = [
    "The tenant keeps the {} in good order and pays for what breaks.",
    "The landlord looks at the {} once a year after a week of notice.",
    "What is said of the {} in the annex goes before this clause.",
]
THINGS = ["roof", "stairs", "boiler", "garden", "cellar", "windows", "gates", "lift", "pump", "well", "barn", "drive"]


def book(path: Path, pages: int, *, head: str = "", foot: str = "", title: str = "", rows: int = 24) -> Path:
    """Write a PDF of typed pages; "{}" in head and foot stands for the page's number."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    pdf.set_auto_page_break(False)
    for number in range(1, pages + 1):
        pdf.add_page()
        for text, at in ((head, 12.0), (foot, 284.0)):
            if text:
                pdf.text(20, at, text.format(number))
        pdf.set_xy(20, 24)
        if title:
            pdf.cell(0, 6, title.format(number), new_x="LMARGIN", new_y="NEXT")
        for row in range(rows):
            thing = f"{THINGS[(row + number) % len(THINGS)]} {number}.{row}"
            pdf.set_x(20)
            pdf.cell(0, 6, SENTENCES[row % 3].format(thing), new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))
    return path


def page_text(document: Document, number: int) -> str:
    page = document.info.pages[number - 1]
    return document.text[page.start : page.end]


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    return book(tmp_path / "lease.pdf", 6, head="Lease of the mill at Orrin", foot="Page {} of 6")


def test_heads_and_page_numbers_stand_once_and_a_note_says_so(lease: Path) -> None:
    document = read(lease, "lease.pdf")
    assert document.text.count("Lease of the mill at Orrin") == 1
    assert document.text.count(" of 6") == 1
    assert "Lease of the mill" in page_text(document, 1)
    assert [page_text(document, n).count("\n") for n in (1, 2, 6)] == [27, 25, 25]
    note = "running heads, feet and page numbers are read once: 5 pages had them again, where they are left out"
    assert document.info.notes == (note,)


def test_the_page_that_has_them_names_its_running_lines_however_it_was_read(lease: Path) -> None:
    document = read_isolated(lease, "lease.pdf")
    assert document == read(lease, "lease.pdf")
    first, *rest = document.info.pages
    assert {document.text[slice(*line)] for line in first.running} == {"Lease of the mill at Orrin", "Page 1 of 6"}
    assert not any(page.running for page in rest)


def test_the_words_next_to_a_head_that_is_left_out_are_boxed_where_they_stand(lease: Path) -> None:
    document = read(lease, "lease.pdf")
    for number in (1, 4):
        text = page_text(document, number)
        for line in (text.split("\n")[1 if number == 1 else 0], text.strip().split("\n")[-2]):
            start = text.index(line)
            (boxes,) = draw(lease, "lease.pdf", None, number, text, [(start, start + len(line))]).boxes
            assert letters(inside(lease, number, boxes)) == letters(line)


@pytest.mark.parametrize("pages", [1, 2])
def test_a_short_document_is_left_as_it_is(tmp_path: Path, pages: int) -> None:
    document = read(book(tmp_path / "s.pdf", pages, head="Lease", foot="Page {}"), "s.pdf")
    assert document.text.count("Lease\n") == document.text.count("Page ") == pages
    assert document.info.notes == ()


@pytest.mark.parametrize("head", ["Step {}", "Invoice No. 10{}0", "Day {}: the works", "Total {}.50"])
def test_words_of_a_page_that_only_look_alike_stay(tmp_path: Path, head: str) -> None:
    document = read(book(tmp_path / "s.pdf", 5, head=head), "s.pdf")
    for number in range(1, 6):
        assert head.format(number) in page_text(document, number)


def test_a_first_line_of_the_body_stays_though_every_page_has_it(tmp_path: Path) -> None:
    document = read(book(tmp_path / "s.pdf", 5, title="Name of the tenant", foot="{}"), "s.pdf")
    assert document.text.count("Name of the tenant") == 5
    assert [page_text(document, n).strip().split("\n")[0] for n in (1, 5)] == ["1", "Name of the tenant"]


def test_the_head_of_a_table_over_several_pages_stays_with_each_part(tmp_path: Path) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    pdf.add_page()
    with pdf.table() as table:
        table.row(["Part", "Price", "Made in"])
        for number in range(150):
            table.row([f"bolt {number}", f"{number * 7} EUR", "Orrin"])
    pdf.output(str(tmp_path / "parts.pdf"))
    document = read(tmp_path / "parts.pdf", "parts.pdf")
    assert len(document.info.pages) > 3
    assert document.text.count("Part Price Made in") == len(document.info.pages)


def test_pages_that_hold_nothing_else_keep_their_head(tmp_path: Path) -> None:
    document = read(book(tmp_path / "s.pdf", 4, head="Left empty on purpose", foot="{}", rows=0), "s.pdf")
    assert [page.kind for page in document.info.pages] == ["text"] * 4
    assert document.text.count("Left empty on purpose") == 4


def test_heads_that_take_turns_and_change_by_chapter_stand_once_each(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    for chapter in ("The house", "The garden"):
        for side, head in enumerate(("A. Smith", chapter)):
            path = book(tmp_path / f"{chapter}{side}.pdf", 4, head=head)
            for number in range(2):
                writer.append(path, pages=(number, number + 1))
    writer.write(tmp_path / "whole.pdf")
    document = read(tmp_path / "whole.pdf", "whole.pdf")
    assert [document.text.count(f"{head}\n") for head in ("A. Smith", "The house", "The garden")] == [1, 1, 1]


def test_a_quotation_that_takes_a_head_along_is_found_on_its_page(lease: Path) -> None:
    document = read(lease, "lease.pdf")
    index = Index(document.text, document.info.pages)
    first = page_text(document, 4).split("\n")[0]
    last = page_text(document, 4).strip().split("\n")[-1]
    for quote in (f"Lease of the mill at Orrin {first}", f"the mill at Orrin {first}", f"{last} Page 4 of 6"):
        verdict, start, end = verify_quote(index, quote)
        assert verdict is Verdict.FOUND, quote
        assert document.text[start:end].strip() in page_text(document, 4)
    following = page_text(document, 5).split("\n")[0]
    turned, start, end = verify_quote(index, f"{last} Page 4 of 6 {following}")
    assert turned is Verdict.FOUND
    assert document.text[start:end].split("\n")[0] == last


@pytest.mark.parametrize("told", ["Lease of the mill at Urrin {}", "Lease of two mill at Orrin {}"])
def test_a_quotation_whose_head_is_another_is_not_found(lease: Path, told: str) -> None:
    document = read(lease, "lease.pdf")
    quote = told.format(page_text(document, 4).split("\n")[0])
    assert verify_quote(Index(document.text, document.info.pages), quote)[0] is not Verdict.FOUND


def test_a_page_number_that_is_not_the_pages_own_is_not_found(lease: Path) -> None:
    document = read(lease, "lease.pdf")
    last = page_text(document, 4).strip().split("\n")[-1]
    assert verify_quote(Index(document.text, document.info.pages), f"{last} Page 5 of 6")[0] is not Verdict.FOUND
