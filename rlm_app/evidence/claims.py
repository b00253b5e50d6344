"""The sentences of an answer, and which quotations stand for which of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rlm_app.citations import Citation
from rlm_app.evidence.quotes import Quoted, in_code, locate_quotes
from rlm_app.evidence.weights import NUMBERS
from rlm_app.proofs import Claim, Span

_LEAST_WORDS = 3
# A sentence ends at a mark before white space, not after an initial or a short form; or where a paragraph or an item does.
_SHORT_FORMS = "".join(
    rf"(?<!\b{form})" for form in ("No", "Nr", "vs", "cf", "pp", "al", "Art", "Sec", r"e\.g", r"i\.e")
)
_ITEM = r"(?:[-*+•>#|]|\(?\d{1,3}[.)])[ \t]"
_END = re.compile(
    rf"(?<![\s(][A-Za-z]){_SHORT_FORMS}[.!?][\"”’»)\]]*(?=\s)|\n(?=[ \t]{{0,20}}\n|[ \t]{{0,20}}{_ITEM})",
)
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t][^\n]*$", re.MULTILINE)
_LEAD = re.compile(r"\s*(?:[-*+•]\s+|\(?\d{1,3}[.)]\s+|\|[-:| ]+\|?$)?")
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d[\d.,]*(?:\s*%)?")
_SOURCE = re.compile(r"[(\[][^()\[\]]*[)\]]")
_SOURCE_BEHIND = re.compile(r"[ \t]{0,4}[(\[][^()\[\]]{0,300}[)\]]")
_NEXT = re.compile(r"\s+[“„«\"]?(\w)")


def claims_of(answer: str, citations: Sequence[Citation] = (), judged: Sequence[Claim] = ()) -> tuple[Claim, ...]:
    """Return the claims of an answer in their order: sentences that say something, each with its quotations' numbers.

    A quotation stands for the sentence that holds it, or for the one before it where it stands by itself. A sentence with a
    number of its own and no quotation is `unbound`. `judged` are the same claims as a sub-model judged them; its word is kept.
    `citations` are those of the answer, in its order.
    """
    quotes = locate_quotes(answer)
    masked = _masked(answer, quotes)
    spans = _with_words(masked, list(_sentences(masked)), quotes)
    if not spans:
        return ()
    bound: dict[int, list[int]] = {place: [] for place in range(len(spans))}
    starts = [start for start, _ in spans]
    for number, quoted in _numbered(quotes, citations):
        bound[max(0, bisect_right(starts, quoted.start) - 1)].append(number)
    known = {(claim.start, claim.end): claim for claim in judged}
    return tuple(_claim(answer, masked, spans[place], bound[place], known) for place in bound)


def _numbered(quotes: Sequence[Quoted], citations: Sequence[Citation]) -> Iterator[tuple[int, Quoted]]:
    """Yield each quotation with the number of its citation; those without one were not known as such when the run ended."""
    if len(quotes) == len(citations):
        yield from enumerate(quotes, 1)
        return
    number = 1
    for quoted in quotes:
        if number <= len(citations) and citations[number - 1].quote == quoted.text:
            yield number, quoted
            number += 1


def _claim(answer: str, masked: str, span: Span, numbers: list[int], known: dict[Span, Claim]) -> Claim:
    if span in known:
        return known[span]
    start, end = span
    unbound = not numbers and _has_number(masked[start:end])
    return Claim(answer[start:end].strip(), start, end, tuple(numbers), unbound)


def _has_number(sentence: str) -> bool:
    """Whether a sentence states a number of its own; those of a source in brackets or of a list's item do not count."""
    plain = _SOURCE.sub(" ", sentence)
    words = re.findall(r"[a-z]+", plain.casefold())
    return bool(_NUMBER.search(plain)) or any(word in NUMBERS - {"one", "first", "second"} for word in words)


def _masked(answer: str, quotes: Sequence[Quoted]) -> str:
    """Return the answer with quotations, headings and code blanked out, each character in its place.

    A quotation that ends the sentence it stands in leaves a full stop behind, at its end or that of its source.
    """
    masked = list(_HEADING.sub(lambda line: " " * len(line[0]), in_code(answer)))
    for quoted in quotes:
        end = _end_of_sentence(answer, quoted)
        masked[quoted.start : end or quoted.end] = " " * ((end or quoted.end) - quoted.start)
        if end:
            masked[end - 1] = "."
    return "".join(masked)


def _end_of_sentence(answer: str, quoted: Quoted) -> int:
    """Return where a sentence ends with a quotation that has its own full stop, and its source; 0 where it goes on."""
    if not quoted.text.rstrip().endswith((".", "!", "?")):
        return 0
    source = _SOURCE_BEHIND.match(answer, quoted.end)
    end = source.end() if source else quoted.end
    following = _NEXT.match(answer, end)
    return end if following and not following[1].islower() else 0


def _sentences(masked: str) -> Iterator[Span]:
    """Yield where sentences and list items begin and end."""
    start = 0
    for found in _END.finditer(masked):
        yield start, found.end()
        start = found.end()
    if start < len(masked):
        yield start, len(masked)


def _with_words(masked: str, spans: Sequence[Span], quotes: Sequence[Quoted]) -> list[Span]:
    """Return the spans with words enough of their own; another one is added to the one before if a quotation begins in it."""
    kept: list[Span] = []
    for start, end in spans:
        lead = _LEAD.match(masked, start, end)
        begin = lead.end() if lead else start
        own = _SOURCE.sub(" ", masked[begin:end])
        if len(re.findall(r"\w+", own)) >= _LEAST_WORDS:
            kept.append((begin, end))
        elif kept and (own.strip() or any(start <= quoted.start < end for quoted in quotes)):
            kept[-1] = (kept[-1][0], end)
    return kept
