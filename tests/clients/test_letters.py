from __future__ import annotations

import pytest

from rlm_app.clients.letters import Letters, whole_letters

HIGH, LOW = "\ud83d", "\ude00"


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["a", HIGH, LOW + "b"], ["a", "😀b"]),
        (["a" + HIGH, LOW], ["a", "😀"]),
        ([HIGH, "b"], ["\ufffdb"]),
        ([LOW], ["\ufffd"]),
        (["é", "😀"], ["é", "😀"]),
        ([""], []),
    ],
)
def test_half_of_a_letter_waits_for_the_other_and_one_that_is_alone_is_replaced(
    pieces: list[str], shown: list[str]
) -> None:
    seen: list[str] = []
    letters = Letters(seen.append)
    for piece in pieces:
        letters.take(piece)
    assert seen == shown


def test_a_text_of_halves_can_be_stored_afterwards() -> None:
    text = whole_letters(f"a{HIGH}{LOW}b{HIGH}c")
    assert text == "a😀b\ufffdc"
    assert text.encode().decode() == text
