from __future__ import annotations

from pathlib import Path

import pytest

from rlm_app.documents.library import read
from rlm_app.documents.rtf_revisions import shown
from rlm_app.types import Document


def rtf(tmp_path: Path, body: str) -> Document:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}" + body.encode("latin-1") + b"}")
    return read(path, "a.rtf")


def test_tracked_changes_are_read_as_accepted_and_counted(tmp_path: Path) -> None:
    body = r"The fee is {\deleted\revauthdel1 ten \'80 or \u8364?5}{\revised\revauth1 twelve} euros.\par "
    body += r"Due {\revised at once}."
    document = rtf(tmp_path, body)
    assert document.text == "The fee is twelve euros.\nDue at once.\n\n"
    assert document.info.notes == (
        "holds tracked changes, read as if accepted: 2 insertions kept, 1 deletion left out",
    )


def test_deletion_ends_where_its_group_or_its_word_says(tmp_path: Path) -> None:
    body = r"One \deleted two {\b three} \deleted0 four {\deleted five \plain six} seven\par {\deleted{\footnote gone}}eight"
    assert rtf(tmp_path, body).text == "One four six seven\neight\n\n"


@pytest.mark.parametrize(
    ("body", "seen", "passages"),
    [
        (r"Seen {\v secret {\i words}}here.", "Seen here.", "a passage of hidden text, which is"),
        (r"Seen \v secret\v0  here\v  and\v0 .", "Seen  here.", "2 passages of hidden text, which are"),
    ],
)
def test_hidden_text_is_left_out_with_a_note(tmp_path: Path, body: str, seen: str, passages: str) -> None:
    document = rtf(tmp_path, body)
    assert document.text.strip() == seen
    assert document.info.notes == (f"holds {passages} left out, as on paper",)


def test_styles_index_entries_and_vertical_lines_are_no_hidden_text(tmp_path: Path) -> None:
    body = r"{\stylesheet{\s1\v Hidden style;}}One\viewkind4  two{\xe\v entry}.\par \vertalt Three"
    document = rtf(tmp_path, body)
    assert document.info.notes == ()
    assert "Three" in document.text


def test_bytes_of_pictures_are_no_words_of_the_source() -> None:
    source = r"{\rtf1 a{\pict\bin9 \deleted }}b{\deleted c}}"
    assert shown(source).source == r"{\rtf1 a{\pict\bin9 \deleted }}b{\deleted }}"


def test_a_source_that_ends_early_is_read_to_its_end() -> None:
    assert shown("{\\rtf1 a{\\v b}c}}d\\").source == "{\\rtf1 a{\\v }c}}d\\"
