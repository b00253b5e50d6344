# The answer: quotations, word for word and with their places, or that nothing was found.

from typing import Any

from rlm_app.clients.offline_cells.match import Matcher, pick, wants_figure
from rlm_app.clients.offline_cells.rank import LATER, Ranked
from rlm_app.clients.offline_cells.text import squeeze

ENOUGH, QUOTES, NEAR = 0.5, 5, 0.35
LEAD = "These passages come closest to the question. They are quoted word for word; nothing is concluded from them."
UNDECIDED = " Some stand in amendments or bulletins: which text counts is not decided here."


def located(quote: str, passage: str) -> int:
    """Return where in the passage the quotation begins, whatever its white space; -1 if it is not there."""
    where = [index for index, char in enumerate(passage) if char.isalnum()]
    wanted = "".join(char for char in quote if char.isalnum())
    at = "".join(passage[index] for index in where).find(wanted) if wanted else -1
    return where[at] if at >= 0 else -1


def quotation(question: str, ranked: Ranked, item: dict[str, Any], reply: str) -> tuple[str, str]:
    """Return (quote, place) from a sub-model's reply, from our own choice where the call failed; ("", "") if none."""
    if reply.startswith("Error:"):
        start, end, _ = pick(item["text"], Matcher(ranked.terms), ranked.weights, wants_figure(question))
        reply = item["text"][start:end]
    quote = squeeze(reply).strip('"“” ')
    at = -1 if quote == "NONE" else located(quote, item["text"])
    if at < 0:
        return "", ""
    return quote.replace("“", '"').replace("”", '"'), item["source"].place(item["start"] + at)


def choose(
    question: str, ranked: Ranked, found: list[dict[str, Any]], replies: list[str]
) -> list[tuple[dict[str, Any], str, str]]:
    """Return the best quotations as (passage, quote, place): those that come near the best one."""
    kept: list[tuple[dict[str, Any], str, str]] = []
    if not found or max(item["share"] for item in found) < ENOUGH:
        return kept
    for item, reply in zip(found, replies, strict=False):
        quote, place = quotation(question, ranked, item, reply)
        known = any(quote in other for _, other, _ in kept)
        if quote and not known and item["score"] >= NEAR * found[0]["score"] and len(kept) < QUOTES:
            kept.append((item, quote, place))
    return kept


def report(kept: list[tuple[dict[str, Any], str, str]]) -> str:
    """Return the answer's text: one plain sentence and the quotations, best first."""
    late = any(LATER.search(item["heading"]) for item, _, _ in kept)
    lines = [LEAD + UNDECIDED if late else LEAD]
    for item, quote, place in kept:
        lines.append(f"“{quote}” [{', '.join(part for part in (item['document'], place) if part)}]")
    return "\n\n".join(lines)


def nothing(ranked: Ranked, names: list[str]) -> str:
    """Return the answer that says nothing was found, with what was searched for."""
    missing = [term for term, times in zip(ranked.terms, ranked.held, strict=False) if not times]
    text = f"Nothing relevant was found in {', '.join(names)}. Words searched for: {', '.join(ranked.terms)}."
    return text + (f" Not in the text in any form: {', '.join(missing)}." if missing else "")
