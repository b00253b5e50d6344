"""What pages keep for all visitors together."""

from __future__ import annotations

from rlm_app.ui.memo import Memo


def made(memo: Memo, owner: str, what: str, size: int = 10) -> bool:
    """Ask for a value; return whether it had to be made."""
    calls: list[str] = []

    def make() -> str:
        calls.append(what)
        return f"{owner}'s {what}"

    assert memo.get(owner, what, make, lambda _: size) == f"{owner}'s {what}"
    return bool(calls)


def test_what_was_made_is_kept_for_its_owner_and_nobody_else() -> None:
    memo = Memo()
    assert made(memo, "ann", "text")
    assert not made(memo, "ann", "text")
    assert made(memo, "bob", "text")


def test_no_more_is_kept_than_there_is_room_and_the_longest_unasked_for_goes_first() -> None:
    memo = Memo(most=30)
    for what in ("one", "two", "three"):
        made(memo, "ann", what)
    assert not made(memo, "ann", "one")
    made(memo, "ann", "four")
    assert memo.bytes == 30
    assert made(memo, "ann", "two")
    assert not made(memo, "ann", "four")


def test_the_newest_is_kept_however_large_it_is() -> None:
    memo = Memo(most=30)
    made(memo, "ann", "small")
    made(memo, "ann", "large", size=1_000)
    assert not made(memo, "ann", "large", size=1_000)
    assert made(memo, "ann", "small")
    assert memo.bytes == 10


def test_what_is_not_there_is_asked_for_again() -> None:
    memo = Memo()
    assert memo.get("ann", "gone", lambda: None, lambda _: 1) is None
    assert memo.get("ann", "gone", lambda: "back", lambda _: 1) == "back"


def test_what_an_owner_takes_away_is_forgotten_and_the_rest_is_not() -> None:
    memo = Memo()
    for owner in ("ann", "bob"):
        made(memo, owner, "text")
    memo.forget("ann")
    assert made(memo, "ann", "text")
    assert not made(memo, "bob", "text")
