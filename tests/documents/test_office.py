"""Workbooks, slides and OpenDocument texts."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from openpyxl.comments import Comment
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rlm_app.documents.library import health, read
from rlm_app.errors import DocumentError
from rlm_app.types import Document

ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def book(tmp_path: Path, fill: Any) -> Document:
    made = openpyxl.Workbook()
    fill(made)
    made.save(tmp_path / "a.xlsx")
    return read(tmp_path / "a.xlsx", "a.xlsx")


def test_a_sheet_shows_values_as_people_see_them(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        sheet = made.active
        sheet.title = "Budget"
        sheet.append(["Item", "Share", "Due", "Paid", "Sum"])
        sheet.append(["Pump\nrepair", 0.125, datetime.date(2026, 3, 1), True, 0.1 + 0.2])
        sheet["B2"].number_format = "0.0%"
        sheet["E3"] = "=SUM(E2:E2)"
        sheet["A2"].comment = Comment("ask for a discount", "A. Person")

    document = book(tmp_path, fill)
    assert document.text.splitlines()[:4] == [
        "[sheet: Budget]",
        "Item | Share | Due | Paid | Sum",
        "Pump repair | 12.5% | 2026-03-01 | TRUE | 0.3",
        " |  |  |  | =SUM(E2:E2)",
    ]
    assert "[comment on A2: ask for a discount]" in document.text


def test_a_long_sheet_is_cut_between_rows_and_hidden_ones_are_named(tmp_path: Path) -> None:
    def fill(made: Any) -> None:
        for number in range(130):
            made.active.append([number + 1])
        made.active["A200"] = "far below"
        made.create_sheet("Assumptions").append(["secret rate", 7])
        made["Assumptions"].sheet_state = "veryHidden"

    info = book(tmp_path, fill).info
    labels = ["Sheet · rows 1–60", "Sheet · rows 61–120", "Sheet · rows 121–200", "Assumptions (hidden)"]
    assert [page.label for page in info.pages] == labels
    assert info.notes == ("the sheet Assumptions is hidden in Excel; it is read too",)
    assert health(info).startswith("2 sheets · text OK")


def test_a_sheet_that_lies_about_its_size_costs_nothing(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active["A1"] = "only this"
    made.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as lying:
        for entry in plain.namelist():
            lying.writestr(entry, plain.read(entry).replace(b'ref="A1"', b'ref="A1:XFD1048576"'))
    assert read(tmp_path / "a.xlsx", "a.xlsx").text == "[sheet: Sheet]\nonly this\n\n"


def test_slides_come_with_title_first_and_tables_charts_and_notes(tmp_path: Path) -> None:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    below = slide.shapes.add_textbox(Inches(1), Inches(6), Inches(3), Inches(1))
    below.text_frame.text = "Below"
    above = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(3), Inches(1))
    above.text_frame.text = "Above"
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(3), Inches(3), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Fee", "900"
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2025", "2026"]
    data.add_series("Sales", (1.5, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(3), Inches(1), data)
    slide.shapes.title.text = "The offer"
    slide.notes_slide.notes_text_frame.text = "Mention the discount"
    made.slides.add_slide(made.slide_layouts[6])._element.set("show", "0")
    made.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx", "a.pptx")
    lines = [line for line in document.text.splitlines() if line]
    assert lines[:3] == ["The offer", "Above", "Fee | 900"]
    assert [lines.index(line) for line in (" | Sales", "2025 | 1.5", "2026 | 2", "Below")] == [3, 4, 5, 6]
    assert lines[-1] == "[notes: Mention the discount]"
    assert [(page.label, page.kind) for page in document.info.pages] == [("1", "text"), ("2", "empty")]
    assert document.info.notes == ("slide 2 is hidden in the show; it is read too",)


def test_the_words_for_a_picture_are_read_on_a_slide_and_one_of_nothing_else_stays_scanned(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "p.png")
    made = pptx.Presentation()
    for title in ("The roof", ""):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = title
        shown = slide.shapes.add_picture(str(tmp_path / "p.png"), Inches(1), Inches(2))
        shown._element.nvPicPr.cNvPr.set("descr", "Plan of the roof")
    made.save(str(tmp_path / "a.pptx"))
    document = read(tmp_path / "a.pptx", "a.pptx")
    assert [page.kind for page in document.info.pages] == ["text", "scanned"]
    assert document.text.splitlines()[0] == "The roof"
    assert document.text.count("[picture: Plan of the roof]") == 2


def opendocument(tmp_path: Path, body: str, **entries: str) -> Path:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body>"
        archive.writestr("content.xml", content + "</office:document-content>")
        for name, text in entries.items():
            archive.writestr(f"{name}.xml", text)
    return path


def test_an_opendocument_text_keeps_headings_tables_lists_notes_and_changes(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p>Before<draw:frame xmlns:draw='urn:d' xmlns:svg='urn:v'><svg:title>Pump</svg:title>"
        "<svg:desc>The pump</svg:desc></draw:frame></text:p>"
        "<text:p>Before<text:s text:c='2'/>all<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>see annex</text:p></text:note-body></text:note>.</text:p>"
        "<text:h text:outline-level='1'>Fees</text:h>"
        "<text:p>Ten<office:annotation><dc:creator>A</dc:creator><text:p>too high</text:p></office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>Day</text:p></table:table-cell>"
        "<table:table-cell><text:p>900</text:p></table:table-cell></table:table-row></table:table>"
    )
    styles = f"<s {ODF} xmlns:style='urn:s'><style:header><text:p>Draft</text:p></style:header></s>"
    document = read(opendocument(tmp_path, body, styles=styles), "a.odt")
    assert [page.label for page in document.info.pages] == ["beginning", "Fees"]
    assert "[header: Draft]\nBefore[picture: The pump]\nBefore  all [note: see annex]." in document.text
    assert "Ten [comment: too high]\nDay | 900" in document.text
    assert "gone" not in document.text
    assert "1 deletion left out" in document.info.notes[0]


def test_an_entity_is_never_followed(tmp_path: Path) -> None:
    path = opendocument(tmp_path, "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>')
    with pytest.raises(DocumentError, match="never followed"):
        read(path, "a.odt")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("application/vnd.oasis.opendocument.spreadsheet", "as XLSX"),
        ("application/vnd.oasis.opendocument.graphics", "PDF"),
    ],
)
def test_other_opendocument_files_are_refused_with_the_way_out(tmp_path: Path, said: str, reason: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        for name, text in (("mimetype", said), ("META-INF/manifest.xml", "<m/>"), ("content.xml", "<c/>")):
            archive.writestr(name, text)
    with pytest.raises(DocumentError, match=reason):
        read(tmp_path / "a.ods", "a.ods")
