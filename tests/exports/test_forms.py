from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import docx
import pypdfium2
import pytest
from PIL import Image

from rlm_app.exports.calls import calls
from rlm_app.exports.check import check
from rlm_app.exports.forms import FORMS
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.exports.pictures import framed
from rlm_app.exports.redaction import NUMBER, Redactor, likely_names
from tests.exports.conftest import HOSTILE

MADE = 1_700_000_100.0
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.fixture(scope="module")
def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (400, 500), "white").save(target, format="JPEG")
    return framed(target.getvalue(), [(0.1, 0.2, 0.5, 0.05)])


@pytest.fixture(scope="module")
def pictured(material: Material, picture: bytes) -> Material:
    return replace(material, pictures={1: picture})


def made(material: Material, form: str, share: Share | None = None) -> bytes:
    return FORMS[form].make(material, share or Share(), MADE)


def test_word_holds_answer_references_and_pictures_and_nothing_that_acts(pictured: Material) -> None:
    content = made(pictured, "docx")
    document = docx.Document(io.BytesIO(content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "ninety days’ notice”[1]" in text
    assert '[3] Altered (<b>"contract".txt, page 1): “Fees of 1,900 euros are due within thirty days”' in text
    assert HOSTILE in text
    assert len(document.inline_shapes) == 1
    assert document.inline_shapes[0]._inline.docPr.get("descr").endswith("with the quoted passage framed")
    order = [text.index(title) for title in ("References", "The run", "Quoted pages")]
    assert order == sorted(order)  # what a picture shows does not tear the references apart
    names = zipfile.ZipFile(io.BytesIO(content))
    body = names.read("word/document.xml").decode() + names.read("word/_rels/document.xml.rels").decode()
    assert not any(sign in body for sign in ("w:instrText", "w:fldSimple", "w:hyperlink", 'TargetMode="External"'))


def test_pdf_holds_the_answer_its_references_and_pictures_and_no_link(pictured: Material) -> None:
    content = made(pictured, "pdf")
    pdf = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    flat = " ".join(text.split())
    assert "ninety days’ notice” [1]" in flat
    assert "[4] Not found: “a sentence that no document holds at all”" in flat
    assert b"/URI" not in content
    assert b"/JavaScript" not in content
    assert b"/Subtype /Image" in content
    pdf.close()


def test_markdown_keeps_the_form_and_escapes_what_would_act(material: Material) -> None:
    text = made(material, "markdown").decode()
    assert "| a | b |\n|---|---|\n| 1 | =2+2 |" in text
    assert "- It is *not* “Fees of 1,900 euros are due within thirty days” [3]." in text
    outside = text.replace(f"```\n{HOSTILE}\n```", "")
    assert "<script>" not in outside.replace("\\<script\\>", "")
    assert "](" not in text


def test_the_table_of_calls_has_a_row_a_call_and_no_formula(material: Material) -> None:
    turn = material.trajectory.turns[0]
    hostile = replace(turn.cells[0].subcalls[0].started, model="=HYPERLINK(1)")
    turn.cells[0].subcalls[0].started, kept = hostile, turn.cells[0].subcalls[0].started
    rows = list(csv.DictReader(io.StringIO(calls(material).decode("utf-8-sig"))))
    turn.cells[0].subcalls[0].started = kept
    assert [(row["call"], row["role"], row["cost_usd"]) for row in rows] == [
        ("0", "root", "0.01"),
        ("0.1", "llm", "0.01"),
    ]
    assert rows[1]["model"] == "'=HYPERLINK(1)"
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))]


def test_what_turns_letters_about_is_in_no_form_of_the_file(material: Material) -> None:
    turned = replace(material.record.spec, question=f"Who opens {OVERRIDE}fdp.exe?")
    shared = replace(material, record=replace(material.record, spec=turned, answer=f"{OVERRIDE}nobody"))
    texts = [made(shared, form).decode() for form in ("html", "markdown")]
    with zipfile.ZipFile(io.BytesIO(made(shared, "docx"))) as archive:
        texts.append(archive.read("word/document.xml").decode())
    assert all("fdp.exe" in text for text in texts)
    assert not [text for text in texts if OVERRIDE in text or r"\u202e" in text]
    assert check(made(shared, "html")).fine


def test_what_is_left_out_is_in_no_byte_of_the_file(material: Material) -> None:
    bare = Share(Sources.NONE, timeline=False, money=False, pictures=False)
    content = made(material, "html", bare).decode()
    assert "given in writing" not in content
    assert "I look for the notice" not in content
    assert "1,000 tokens" not in content
    assert "given in writing" in made(material, "html").decode()


@pytest.mark.parametrize("form", FORMS)
def test_what_is_hidden_is_in_no_form_of_the_file(pictured: Material, form: str) -> None:
    share = Share(Sources.WHOLE, prompts=True, names=("Jane Doe",), mails=True, numbers=True)
    content = made(pictured, form, share)
    if form == "docx":
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(archive.read(name) for name in archive.namelist())
    if form == "pdf":
        text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
        content = text.encode()
    found = content.decode("utf-8", "replace")
    assert not [word for word in ("Jane", "Doe", "jane.doe", "1234567") if word in found]
    assert "name 1" in found


def test_a_file_with_pictures_is_fine_until_a_byte_of_a_picture_changes(pictured: Material) -> None:
    content = made(pictured, "html")
    assert check(content).fine
    at = content.index(b"data:image/jpeg;base64,") + 400
    other = b"A" if content[at : at + 1] != b"A" else b"B"
    assert "The picture of quotation 1" in check(content[:at] + other + content[at + 1 :]).wrong


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Jane Doe and J. Doe", "[name 1] [name 2] and J. [name 2]"),
        ("JANE\u00adDOE, Ja-\nne", "[name 1]\u00ad[name 2], [name 1]"),
        ("Janet does", "Janet does"),
        ("a@b.org, A@B.org, c@d.eu", "[mail 1], [mail 1], [mail 2]"),
        ("call +49 (30) 123-4567 now", "call [number 1] now"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [number 1]."),
        ("on 2024-01-31 paid 1,250,000.00 in 2023", "on 2024-01-31 paid 1,250,000.00 in 2023"),
    ],
)
def test_hiding_names_mails_and_numbers(text: str, hidden: str) -> None:
    assert Redactor(("Jane Doe",), mails=True, numbers=True)(text) == hidden


def test_places_of_the_original_are_found_again_after_hiding() -> None:
    text = "Jane Doe pays 5 euros to Jane Doe at once"
    edited = Redactor(("Jane Doe",)).edit(text)
    for word in ("pays", "euros", "at once"):
        start = text.index(word)
        now = edited.text[edited.at(start) : edited.at(start + len(word), end=True)]
        assert now == word
    assert edited.text[edited.at(5) : edited.at(13, end=True)] == "[name 2] pays"


def test_names_are_guessed_and_numbers_are_long_ones() -> None:
    names = likely_names(["We met Ms. Maria Lopez. The agreement with Peter Short ends. In New York it rains."])
    assert {"Maria Lopez", "Peter Short"} <= set(names)
    assert "New York" not in names
    assert not NUMBER.search("Section 12.4.1 of 3,000 pages in 1998")
