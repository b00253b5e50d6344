# The answer: quotations, word for word and with their places, or that nothing was found.

from collections.abc import Callable
from typing import Any

from rlm_app.clients.offline_cells.ask import terms_for
from rlm_app.clients.offline_cells.match import Matcher, copied, wants_figure
from rlm_app.clients.offline_cells.rank import LATER, Ranked
from rlm_app.clients.offline_cells.text import squeeze

QUOTES, NEAR = 7, 0.2
LEAD = "These passages come closest to the question. They are quoted word for word; nothing is concluded from them."
UNDECIDED = " Some stand in amendments or bulletins: which text counts is not decided here."


def located(quote: str, passage: str) -> int:
    """Return where in the passage the quotation begins, whatever its white space; -1 if it is not there."""
    where = [index for index, char in enumerate(passage) if char.isalnum()]
    wanted = "".join(char for char in quote if char.isalnum())
    at = "".join(passage[index] for index in where).find(wanted) if wanted else -1
    return where[at] if at >= 0 else -1


def quotations(question: str, ranked: Ranked, item: dict[str, Any], reply: str) -> list[tuple[str, str]]:
    """Return (quote, place) for each line of a sub-model's reply that stands in the passage word for word.

    Where the call failed, the sentences are chosen here.
    """
    if reply.startswith("Error:"):
        terms, weights = terms_for(ranked, item)
        reply = copied(item["text"], Matcher(terms), weights, wants_figure(question), item["heading"])
    found = []
    for line in reply.splitlines():
        quote = squeeze(line).strip('"“” ')
        at = -1 if quote == "NONE" else located(quote, item["text"])
        if at >= 0:
            found.append((quote.replace("“", '"').replace("”", '"'), item["source"].place(item["start"] + at)))
    return found


def needed(ranked: Ranked) -> float:
    """Return the share of the question that the best passage must cover for anything to count as found.

    Long questions say more than an answer repeats, so less is asked of them; words that the text has in no form at all
    make it likelier that the matter is not there, so more is.
    """
    missing = sum(weight for weight, held in zip(ranked.weights, ranked.held, strict=False) if not held)
    return max(0.36, 0.54 - 0.01 * len(ranked.terms)) + 0.25 * missing / (sum(ranked.weights) or 1.0)


def choose(
    question: str, ranked: Ranked, found: list[dict[str, Any]], replies: list[str]
) -> list[tuple[dict[str, Any], str, str]]:
    """Return the best quotations as (passage, quote, place): those that come near the best one."""
    kept: list[tuple[dict[str, Any], str, str]] = []
    if not found or max(item["share"] for item in found) < needed(ranked):
        return kept
    for item, reply in zip(found, replies, strict=False):
        if item["score"] >= NEAR * found[0]["score"]:
            pairs = quotations(question, ranked, item, reply)
            kept += [(item, *pair) for pair in pairs if not any(pair[0] in known for _, known, _ in kept)]
    return kept[:QUOTES]


def stands(kept: tuple[dict[str, Any], str, str], cite: Callable[[str, str], str]) -> bool:
    """Tell whether a quotation passes the app's own check, which sees the whole document and not this passage alone."""
    item, quote, place = kept
    if len(quote.split()) < 3 or len(quote) < 12:
        return True
    try:
        cite(quote, f"{item['document']}, {place}")
    except Exception:  # noqa: BLE001 - what a function on the host raises comes as a kind that has no name here
        return False
    return True


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
