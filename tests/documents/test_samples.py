"""The folder of real and hostile files: each is read, or refused with a sentence."""

from pathlib import Path

import pytest

from rlm_app.documents.library import health, read, read_isolated
from rlm_app.errors import DocumentError
from rlm_app.types import Document

PASSWORDS = {"encrypted_aes128_user.pdf": "asdfzxcv"}
READABLE = {
    "blog.html": "Surprisingly, the tuned gpt-3.5-turbo model is selected as a better model",
    "csv_formula_injection.csv": "=cmd|' /C calc'!A0,1",
    "cuad_leval_05.txt": "MARKETING AND RESELLER AGREEMENT",
    "cuad_leval_10.txt": "ENDORSEMENT AGREEMENT",
    "cycle_pages_tree.pdf": "Pages loop",
    "encrypted_aes128_user.pdf": "pdf encryption test",
    "encrypted_owner_only_opens_without_password.pdf": "pdf encryption test",
    "footnotes.docx": "prostoy [note: snoska] text so snoskoy",
    "form_acroform_filled.pdf": "aTextField: TIKA-1226",
    "gov_three_column_federal_register.pdf": "supersede Airworthiness Directive (AD)",
    "long_markitdown_test.docx": "d666f1f7-46cb-42bd-9a39-9a39cf2a509f",
    "mail.eml": "Subject: JUnit test message",
    "markitdown_test.xlsx": "58 | 6ff4173b-42a5-4784-9b19-f49caff4d93d | 22 | 9",
    "malformed_helloworld_bad_xref.pdf": "Hello, world!",
    "malformed_one_bad_page_of_19.pdf": "condition that the registrant keep",
    "multilang.pdf": "Привет, мир",
    "paper_two_column_tracemonkey.pdf": "are more difficult to compile than statically typed ones",
    "prompt_injection.txt": "",
    "rotated_5_pages_hello.pdf": "Hello world",
    "russian_cp866.txt": "Лошадку ведет под уздцы мужичок",
    "shift_jis.csv": "佐藤太郎,30,東京",
    "table_borderless_invoice.pdf": "SKU-8847 A-12 450",
    "tables.docx": "Top left | Top right\nBottom left | Bottom right",
    "text_box.docx": "Datum plane",
    "tika.epub": "This is the text for chapter Two",
    "tracked_insertion.docx": "This is a text with two exciting insertions.",
    "utf16le_bom_arabic.txt": "لم يتخلى فريق بانثرز سوى عن 308 نقطة",
}
REFUSED = {
    "corrupt_truncated.docx": "damaged",
    "empty.pdf": "is empty",
    "encrypted_password_tika.docx": "needs its password",
    "traversal_relative_tika.zip": "lead out of the archive",
    "zip_bomb_100MB.zip": "times its size",
}


def sample(samples: Path, name: str) -> Document:
    return read(samples / "documents" / name, name, PASSWORDS.get(name))


@pytest.mark.parametrize("name", READABLE)
def test_a_readable_sample_gives_the_text_a_person_sees(samples: Path, name: str) -> None:
    document = sample(samples, name)
    assert READABLE[name] in document.text
    assert document.info.pages[0].start == 0
    assert document.info.pages[-1].end == len(document.text) == document.info.characters


@pytest.mark.parametrize("name", REFUSED)
def test_an_unreadable_sample_is_refused_with_a_sentence_that_helps(samples: Path, name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        sample(samples, name)
    assert REFUSED[name] in refused.value.reason
    assert refused.value.name == name


def test_no_sample_raises_anything_but_a_document_error_and_each_is_accounted_for(samples: Path) -> None:
    for path in (samples / "documents").iterdir():
        try:
            outcome = health(sample(samples, path.name).info)
        except DocumentError as error:
            outcome = error.reason
        assert len(outcome) > 10
        assert path.name in {*READABLE, *REFUSED, "scan_no_text_testOCR.pdf"}


def test_bad_files_in_a_row_cost_only_themselves(samples: Path) -> None:
    names = ["cycle_pages_tree.pdf", "empty.pdf", "zip_bomb_100MB.zip", "tables.docx"]
    read_names = []
    for name in names:
        try:
            read_names.append(read_isolated(samples / "documents" / name, name, seconds=60).info.name)
        except DocumentError:
            continue
    assert read_names == ["cycle_pages_tree.pdf", "tables.docx"]


def test_a_scanned_page_is_said_to_be_one(samples: Path) -> None:
    info = sample(samples, "scan_no_text_testOCR.pdf").info
    assert [page.kind for page in info.pages] == ["scanned"]
    assert "page 1 is a picture" in info.notes[0]
    assert health(info) == "1 page · 1 scanned · no text · 0 characters"


def test_damaged_pages_are_named_and_the_others_are_kept(samples: Path) -> None:
    info = sample(samples, "malformed_one_bad_page_of_19.pdf").info
    assert len(info.pages) == 19
    assert [page.label for page in info.pages if page.kind == "broken"] == ["2", "12", "13"]
    assert "pages 2, 12, 13 are damaged" in info.notes[0]


def test_the_offsets_of_a_text_file_are_those_of_the_file(samples: Path) -> None:
    document = sample(samples, "cuad_leval_10.txt")
    with (samples / "documents" / "cuad_leval_10.txt").open(encoding="utf-8", newline="") as file:
        assert document.text == file.read()
