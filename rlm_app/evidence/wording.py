"""What the verifier says of a quotation beyond its verdict, in sentences for people and models."""

from __future__ import annotations

from collections.abc import Sequence

from rlm_app.citations import Difference, Passage, Verdict
from rlm_app.evidence.verify import Match

MOST_SHOWN = 3


def said_of(match: Match, passage: Passage, named: Sequence[str], labels: Sequence[str], places: int) -> str:
    """Return what differs, where the words stand if not where the answer says, and at how many places."""
    sentences = [_about_words(match), _about_place(passage, named, labels), _about_places(places)]
    return " ".join(sentence for sentence in sentences if sentence)


def _about_words(match: Match) -> str:
    if match.verdict is Verdict.SCANNED_PAGE:
        return "The text of this page was read from a picture and may be wrong: compare by eye."
    if match.verdict not in {Verdict.ALTERED, Verdict.CLOSE}:
        return ""
    if not match.differences:
        return "The words are the same; hyphens, blanks or punctuation differ."
    count = "1 word differs" if match.changed == 1 else f"{match.changed} words differ"
    reason = f", among them {match.weight.value}" if match.weight else ""
    return f"{count}{reason}: {listed(match.differences)}."


def listed(differences: Sequence[Difference]) -> str:
    """Return the first differences as "“60” for “30”", and how many more there are."""
    shown = "; ".join(_one(each) for each in differences[:MOST_SHOWN])
    more = len(differences) - MOST_SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown


def _one(difference: Difference) -> str:
    quoted, source = (" ".join(text.split()) for text in (difference.quoted, difference.source))
    if not source:
        return f"“{quoted}” is not in the document"
    return f"“{quoted}” for “{source}”" if quoted else f"“{source}” is left out"


def _about_place(passage: Passage, named: Sequence[str], labels: Sequence[str]) -> str:
    if named and passage.document not in named:
        return f"It is said to stand in {named[0]}; it stands in {passage.document}."
    first = passage.page.split(" ", 1)[0].rstrip(".")
    if labels and passage.page and passage.page not in labels and first not in labels:
        return f"It is said to stand at {labels[0]}; it stands at {passage.page}."
    return ""


def _about_places(places: int) -> str:
    return f"These words stand at {places:,} places; this is the first that fits." if places > 1 else ""
