import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rlm_app.documents.library import read
from rlm_app.errors import DocumentError
from rlm_app.types import Document


def saved(made: Any, tmp_path: Path) -> Document:
    made.save(str(tmp_path / "made.docx"))
    return read(tmp_path / "made.docx", "made.docx")


def add(made: Any, xml: str) -> None:
    made.add_paragraph()._p.append(parse_xml(f"<w:r {nsdecls('w')}>{xml}</w:r>"))


def test_paragraphs_and_tables_come_in_their_order(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("Terms", 1)
    made.add_paragraph("Before the table.")
    table = made.add_table(2, 2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], ["Fee", "100", "VAT", "20"], strict=True):
        cell.text = text
    made.add_paragraph("After the table.")
    assert saved(made, tmp_path).text.split("\n\n")[:4] == [
        "Terms",
        "Before the table.",
        "Fee | 100\nVAT | 20",
        "After the table.",
    ]


def test_cells_stand_in_their_columns_beside_those_that_reach_over_several(tmp_path: Path) -> None:
    made = docx.Document()
    table = made.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Fee"
    table.cell(0, 2).text = "Note"
    for column, text in enumerate("123"):
        table.cell(1, column).text = text
    assert saved(made, tmp_path).text.strip() == "Fee |  | Note\n1 | 2 | 3"


def test_explicit_page_breaks_make_pages(tmp_path: Path) -> None:
    made = docx.Document()
    for n in (1, 2, 3):
        made.add_paragraph(f"On page {n}.")
        if n < 3:
            add(made, '<w:br w:type="page"/>')
    document = saved(made, tmp_path)
    assert document.info.unit == "page"
    pages = [(page.label, document.text[page.start : page.end].strip()) for page in document.info.pages]
    assert pages == [("1", "On page 1."), ("2", "On page 2."), ("3", "On page 3.")]


def test_a_break_that_word_notes_after_an_explicit_one_is_the_same_break(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("First.")
    add(made, '<w:br w:type="page"/>')
    add(made, "<w:lastRenderedPageBreak/><w:t>Second, up to </w:t><w:lastRenderedPageBreak/><w:t>here.</w:t>")
    document = saved(made, tmp_path)
    texts = [document.text[page.start : page.end].strip() for page in document.info.pages]
    assert texts == ["First.", "Second, up to", "here."]


def test_headers_and_footers_are_kept_once(tmp_path: Path) -> None:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Confidential draft"
    made.sections[0].footer.paragraphs[0].text = "Ref 4711"
    made.add_section()
    made.add_paragraph("Body.")
    text = saved(made, tmp_path).text
    assert text.count("[header: Confidential draft]") == 1
    assert text.count("[footer: Ref 4711]") == 1


def test_deletions_and_hidden_text_are_left_out_and_insertions_kept(tmp_path: Path) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("The fee is ")._p
    for xml in (
        "<w:del {0}><w:r><w:delText>ten</w:delText></w:r></w:del>",
        "<w:ins {0}><w:r><w:t>twelve</w:t></w:r></w:ins>",
        "<w:r {0}><w:rPr><w:vanish/></w:rPr><w:t> secret</w:t></w:r>",
        "<w:r {0}><w:t> percent.</w:t></w:r>",
    ):
        paragraph.append(parse_xml(xml.format(nsdecls("w"))))
    document = saved(made, tmp_path)
    assert document.text.strip() == "The fee is twelve percent."
    assert document.info.notes == (
        "holds tracked changes, read as if accepted: 1 insertion kept, 1 deletion left out",
        "holds a passage of hidden text, which is left out, as on paper",
    )


def test_a_comment_stands_where_it_is_anchored(tmp_path: Path) -> None:
    made = docx.Document()
    run = made.add_paragraph().add_run("The fee is ten percent")
    made.add_comment(run, text="too high?", author="A. Person")
    assert saved(made, tmp_path).text.strip() == "The fee is ten percent [comment: too high?]"


def test_the_words_for_a_picture_stand_where_it_is(tmp_path: Path) -> None:
    made = docx.Document()
    drawing = "<w:t>The plan </w:t><w:drawing><wp:inline xmlns:wp='{}'><wp:docPr id='1' name='Picture 1' descr='{}'/>"
    space = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    add(made, drawing.format(space, "Plan of the roof") + "</wp:inline></w:drawing><w:t>shows it.</w:t>")
    add(made, drawing.format(space, "image1.png") + "</wp:inline></w:drawing><w:t>is here.</w:t>")
    lines = [line for line in saved(made, tmp_path).text.splitlines() if line]
    assert lines == ["The plan [picture: Plan of the roof] shows it.", "The plan is here."]


def test_boxes_and_choices_of_a_form_are_read(tmp_path: Path) -> None:
    made = docx.Document()
    field = "<w:fldChar w:fldCharType='begin'><w:ffData>{}</w:ffData></w:fldChar>"
    add(made, field.format("<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>") + "<w:t> paid</w:t>")
    add(made, field.format("<w:checkBox><w:default w:val='0'/></w:checkBox>") + "<w:t> due</w:t>")
    add(
        made, field.format("<w:ddList><w:result w:val='1'/><w:listEntry w:val='A'/><w:listEntry w:val='B'/></w:ddList>")
    )
    add(made, "<w:sym w:font='Wingdings' w:char='F0FE'/><w:t> agreed</w:t>")
    assert saved(made, tmp_path).text.split("\n\n")[:4] == ["☒ paid", "☐ due", "B", "☑ agreed"]


def test_a_file_with_macros_is_read_as_a_document(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("Read me.")
    made.save(str(tmp_path / "plain.docx"))
    kind = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    with zipfile.ZipFile(tmp_path / "plain.docx") as plain, zipfile.ZipFile(tmp_path / "a.docm", "w") as macro:
        for entry in plain.namelist():
            old = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
            macro.writestr(entry, plain.read(entry).replace(old, kind))
    assert read(tmp_path / "a.docm", "a.docm").text.strip() == "Read me."


def test_lists_show_the_numbers_and_bullets_that_word_computes(tmp_path: Path) -> None:
    made = docx.Document()
    for text in ("Scope", "Price"):
        made.add_paragraph(text, style="List Number")
    made.add_paragraph("a point", style="List Bullet")
    assert saved(made, tmp_path).text.split() == ["1.", "Scope", "2.", "Price", "-", "a", "point"]


def test_content_controls_are_read(tmp_path: Path) -> None:
    made = docx.Document()
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Chosen text</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    made.element.body.insert(0, parse_xml(control))
    assert "Chosen text" in saved(made, tmp_path).text


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("small")
    made.save(str(tmp_path / "bomb.docx"))
    with zipfile.ZipFile(tmp_path / "bomb.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/zeros.bin", bytes(60_000_000))
    with pytest.raises(DocumentError, match=r"would unpack to 6\d MB"):
        read(tmp_path / "bomb.docx", "bomb.docx")


def test_a_word_file_without_its_main_part_is_damaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "odd.docx", "w") as archive:
        archive.writestr("word/document.xml", "<not closed")
    with pytest.raises(DocumentError, match="damaged"):
        read(tmp_path / "odd.docx", "odd.docx")
