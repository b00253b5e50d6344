"""The references of an answer as lines of text, the same in every kind of document."""

from __future__ import annotations

from dataclasses import dataclass

from rlm_app.exports import blocks as md
from rlm_app.exports.blocks import Block
from rlm_app.exports.material import Material, Share
from rlm_app.exports.portable import Data, portable


@dataclass(frozen=True, slots=True)
class Reference:
    """A quotation as it stands below an answer: its number, verdict and place, and its words."""

    number: int
    verdict: str
    place: str
    quote: str
    detail: str


@dataclass(frozen=True, slots=True)
class Paper:
    """An answer with its references, ready to be set: `facts` are pairs of what and how much."""

    question: str
    answer: tuple[Block, ...]
    references: tuple[Reference, ...]
    facts: tuple[tuple[str, str], ...]
    sentence: str


def paper(material: Material, share: Share, made: float) -> Paper:
    """Return what a document of this run holds, redacted; `made` is in seconds since 1970 (UTC)."""
    data = portable(material, share, made)
    references = tuple(
        Reference(each["number"], each["verdict"], place_of(each), each["quote"], each["detail"])
        for each in data["quotes"]
    )
    found = tuple(md.blocks(marked(data))) or tuple(md.blocks("This run ended without an answer."))
    facts = ((label, value) for label, value in data["facts"])
    return Paper(data["question"], found, references, tuple(facts), _sentence(references))


def marked(data: Data) -> str:
    """Return the answer of a file's data with a mark behind each quotation."""
    return md.with_marks(data["answer"], [each["quote"] for each in data["quotes"]])


def place_of(quote: Data) -> str:
    """Return "contract.pdf, page 41", "" for a quotation that is nowhere."""
    page, unit = quote["page"], quote["unit"]
    named = not page or page.lower().startswith(unit.lower()) or unit in {"lines", "rows"}
    return ", ".join(filter(None, (quote["document"], page if named else f"{unit} {page}")))


def _sentence(references: tuple[Reference, ...]) -> str:
    if not references:
        return "The answer quotes nothing, so nothing in it was checked word for word."
    good = sum(reference.verdict == "Found" for reference in references)
    return (
        f"{good} of {len(references)} quotations found word for word in the documents, ignoring line breaks, hyphenation, "
        "typographic marks and letter case."
    )
