from __future__ import annotations

import pytest

from rlm_app.clients.offline_cells.match import Matcher, nearness, pick
from rlm_app.clients.offline_cells.passages import Source, passages
from rlm_app.clients.offline_cells.rank import question_terms
from rlm_app.clients.offline_cells.text import sentences, squeeze, stem, words_of


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("The pump runs at night. It stops at dawn.", ["The pump runs at night.", "It stops at dawn."]),
        ("See Amendment No. 5 for the new rate of pay.", ["See Amendment No. 5 for the new rate of pay."]),
        ("Mr. Ames of Orrin Ltd. Rookhope signed for it.", ["Mr. Ames of Orrin Ltd. Rookhope signed for it."]),
        ("It rises by 4.5 per cent. in any year.", ["It rises by 4.5 per cent. in any year."]),
        (
            "The supplier shall:\n(a) keep the list;\n(b) send a copy.",
            ["The supplier shall:", "(a) keep the list;", "(b) send a copy."],
        ),
        ("11.3 Pay in 45 days.\n11.4 Say why if not.", ["11.3 Pay in 45 days.", "11.4 Say why if not."]),
        ("| Part | Life |\n| Belt | 2 years |", ["| Part | Life |", "| Belt | 2 years |"]),
        ("Shall not exceed the limit in clause\n26.1, whichever is less.", None),
        ("“Done,” he said. “Now go home.” They went away.", None),
    ],
)
def test_sentences_end_where_sentences_end(text: str, pieces: list[str] | None) -> None:
    got = cut(text)
    assert got == (pieces or got)
    assert squeeze(" ".join(got)) == squeeze(text)
    assert not any(piece.startswith("26.1") for piece in got)


def test_a_table_that_lost_its_rules_is_cut_into_rows() -> None:
    table = "Post Name Share\nService director Marguerite Oduvale 40%\nChief engineer Tobias Fennimark 100%\n" * 2
    assert "Chief engineer Tobias Fennimark 100%" in cut(table)


@pytest.mark.parametrize(
    ("one", "other"),
    [("payment", "payments"), ("terminates", "terminated"), ("inspection", "inspected"), ("supplier's", "suppliers")],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_codes_and_numbers_match_only_themselves() -> None:
    assert nearness("85-004", "85-001") == 0
    assert nearness("85-004", "85-004") == 1
    assert words_of("£2,400 and 1,310 nm") == ["2400", "and", "1310", "nm"]


def test_words_that_stand_for_one_another_count_less_than_the_word_itself() -> None:
    assert 0 < nearness(stem("expiration"), stem("termination")) < 1


def test_a_word_cut_by_a_line_end_is_one_word() -> None:
    assert "inspection" in words_of("an inspec-\ntion of the hull")
    assert squeeze("an inspec-\ntion of\n the hull") == "an inspection of the hull"


def test_the_words_of_a_question_are_those_that_carry_it() -> None:
    terms, weights = question_terms('According to the contract, what is the "Renewal Term" of the lease?')
    assert terms == ["renewal", "term", "lease"]
    assert weights[0] < 0 < weights[2]


def test_passages_cover_the_text_once_and_know_the_headings_above() -> None:
    text = (
        "# Pumps\n\n## Oil\n\n"
        + "Change the oil every year. " * 60
        + "\n\n## Seals\n\nReplace the seals when they leak.\n"
    )
    cuts = list(passages(text))
    assert "".join("".join(text[start:end] for start, end, _ in cuts).split()) == "".join(text.split())
    assert all(end - start <= 1_300 for start, end, _ in cuts)
    assert cuts[-1][2] == "Pumps / Seals"
    assert "Pumps / Oil" in {heading for _, _, heading in cuts}


def test_a_place_is_named_by_the_documents_own_unit() -> None:
    source = Source("manual.md", "…", "section", [(0, "1 Pumps"), (50, "1.2 Alarms")])
    assert [source.place(0), source.place(49), source.place(50)] == [
        "section 1 Pumps",
        "section 1 Pumps",
        "section 1.2 Alarms",
    ]
    assert Source("a", "…", "page", []).place(3) == ""


def test_what_the_heading_already_says_does_not_decide_between_sentences() -> None:
    passage = (
        "Samples are taken from every silo once a month and sent to the laboratory, where they are dried and weighed twice. "
        "The samples are kept for a year in case somebody asks, in a room which is locked and dry and never above ten degrees. "
        "Nobody may move samples without signing the book that lies beside the door of the room where they are kept. "
        "In rape about 340 are needed, since the readings scatter more there than they do in wheat or in barley."
    )
    matcher = Matcher(["samples", "needed", "rape"])
    start, end, _ = pick(passage, matcher, [3.0, 1.0, 2.0], False, heading="Samples", most=1)
    assert passage[start:end].startswith("In rape about 340")
