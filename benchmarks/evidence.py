"""How far the verifier can be trusted: `python -m benchmarks.evidence [--quotes 24] [--json file]`.

Stretches of 60 to 240 characters of real documents (`../shared/samples`, or RLM_SAMPLES) are told honestly and falsely and
judged against the document they are from. Two tables: how often each telling gets which verdict, and the time a quotation
takes in a million characters. Ends with status 1 when an altered quotation was called Found, or under 99 of 100 honest ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tellings import ALTERED, HONEST, SUBSTANCE, noisy
from rlm_app.documents.library import read
from rlm_app.evidence.index import Index
from rlm_app.evidence.interruptions import without_interruptions
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document, Page, Verdict

NAMES = (
    "cuad_leval_05.txt",
    "cuad_leval_10.txt",
    "gov_three_column_federal_register.pdf",
    "paper_two_column_tracemonkey.pdf",
    "malformed_one_bad_page_of_19.pdf",
    "long_markitdown_test.docx",
    "blog.html",
    "tika.epub",
    "footnotes.docx",
)
NOISE = (0.0, 0.01, 0.02, 0.05)
FOUND = frozenset({Verdict.FOUND, Verdict.FOUND_IN_PARTS})
ACROSS, INVENTED = "across pages", "invented"
LEAST_HONEST = 0.99


@dataclass(frozen=True)
class Told:
    """A quotation as it was told, and what was made of it."""

    document: str
    kind: str
    honest: bool
    quote: str
    verdict: Verdict


def folder() -> Path:
    """Return where the samples are."""
    return Path(os.environ.get("RLM_SAMPLES") or Path(__file__).resolve().parents[2] / "shared" / "samples")


def stretches(text: str, count: int, rng: random.Random) -> list[str]:
    """Return stretches of whole words of the text, of 60 to 240 characters and mostly letters."""
    found: list[str] = []
    for _ in range(count * 20):
        start = rng.randrange(max(1, len(text) - 260))
        piece = re.sub(r"^\S*\s+|\s+\S*$", "", text[start : start + rng.randint(70, 260)]).strip()
        letters = sum(letter.isalpha() for letter in piece)
        if 60 <= len(piece) <= 240 and letters > 0.6 * len(piece) and len(piece.split()) >= 8:
            found.append(piece)
        if len(found) == count:
            break
    return found


def across(document: Document, count: int) -> list[str]:
    """Return stretches that begin on one page and end on the next, without what stands between their halves."""
    shortened = without_interruptions(document.text, document.info.pages)
    if document.info.unit != "page" or shortened is None:
        return []
    turns = [page.start for page in document.info.pages[1:]]
    found = []
    for at in range(100, len(shortened.text) - 100):
        if any(shortened.origin(at - 1) < turn <= shortened.origin(at) for turn in turns):
            piece = re.sub(r"^\S*\s+|\s+\S*$", "", shortened.text[at - 90 : at + 90])
            if "\f" not in piece and len(piece.split()) > 8:
                found.append(" ".join(piece.split()))
    return found[:count]


def stands(text: str, quote: str) -> bool:
    """Whether the text holds the quotation but for blanks and letter case; by other means than those that are measured."""
    return " ".join(quote.split()).casefold() in " ".join(text.split()).casefold()


def tellings(document: Document, count: int) -> Iterator[Told]:
    """Yield every telling of stretches of a document with its verdict."""
    rng = random.Random(document.info.name)
    index = Index(document.text, document.info.pages)
    name = document.info.name
    for quote in stretches(document.text, count, rng):
        for honest, changes in ((True, HONEST), (False, ALTERED)):
            for kind, change in changes.items():
                told = change(quote, rng)
                if told is not None and (honest or not stands(document.text, told)):
                    yield Told(name, kind, honest, told, verify_quote(index, told)[0])
    for quote in across(document, count):
        yield Told(name, ACROSS, True, quote, verify_quote(index, quote)[0])
    words = document.text.split()
    for _ in range(count):
        quote = " ".join(rng.choices(words, k=rng.randint(10, 30)))
        yield Told(name, INVENTED, False, quote, verify_quote(index, quote)[0])


def recognised(document: Document, count: int) -> Iterator[Told]:
    """Yield honest and altered quotations of a document whose pages were read from pictures, poorly."""
    for share in NOISE:
        rng = random.Random(f"{document.info.name} {share}")
        text = noisy(document.text, share, rng)
        index = Index(text, (Page("1", 0, len(text), "ocr"),))
        for quote in stretches(document.text, count, rng):
            yield Told(document.info.name, f"read at {share:.0%} noise", True, quote, verify_quote(index, quote)[0])
            for kind in SUBSTANCE:
                told = ALTERED[kind](quote, rng)
                if told is not None and not stands(text, told):
                    yield Told(
                        document.info.name, f"{kind}, {share:.0%} noise", False, told, verify_quote(index, told)[0]
                    )


def documents(names: Sequence[str] = NAMES) -> list[Document]:
    """Return the samples as they are read."""
    return [read(folder() / "documents" / name, name) for name in names]


def faults(told: Sequence[Told]) -> list[str]:
    """Return what breaks a promise: altered quotations that were found, honest ones too often not."""
    wrong = [each for each in told if not each.honest and each.verdict in FOUND]
    sentences = [f"{each.kind} of {each.document} was called {each.verdict.value}: {each.quote!r}" for each in wrong]
    for kind, verdicts in _by_kind([each for each in told if each.honest]).items():
        good = FOUND | {Verdict.SCANNED_PAGE} if "noise" in kind else FOUND
        share = sum(verdict in good for verdict in verdicts) / len(verdicts)
        least = LEAST_HONEST if "noise" not in kind else 0.0
        if share < least:
            sentences.append(f"honest quotations, {kind}: {share:.1%} found")
    poor = [each for each in told if "noise" in each.kind and each.verdict in {Verdict.ALTERED, Verdict.CLOSE}]
    return sentences + [f"{each.kind} of {each.document} was called {each.verdict.value}" for each in poor]


def _by_kind(told: Sequence[Told]) -> dict[str, list[Verdict]]:
    kinds: dict[str, list[Verdict]] = defaultdict(list)
    for each in told:
        kinds[each.kind].append(each.verdict)
    return dict(kinds)


def table(told: Sequence[Told]) -> str:
    """Return how often each telling got which verdict."""
    lines = ["| telling | quotes | " + " | ".join(Verdict) + " |", "|---|---|" + "---|" * len(Verdict)]
    for kind, verdicts in _by_kind(told).items():
        tally = Counter(verdicts)
        lines.append(
            f"| {kind} | {len(verdicts):,} | " + " | ".join(f"{tally[verdict]:,}" for verdict in Verdict) + " |"
        )
    return "\n".join(lines)


def timed(sources: Sequence[Document], quotes: int) -> dict[str, float]:
    """Return seconds for a million characters made ready, and milliseconds a quotation, by what it is."""
    rng = random.Random(4)
    text = "\n".join(document.text for document in sources)
    while len(text) < 1_000_000:
        words = text[:300_000].split(" ")
        rng.shuffle(words)
        text += " ".join(words)
    text = text[:1_000_000]
    began = time.process_time()
    index = Index(text)
    index.anchors()
    figures = {"index (s)": time.process_time() - began}
    verify_quote(index, "what is loaded on first use is loaded by now")
    base = stretches(text[:300_000], quotes, rng)
    for kind in ("as it is", "another number", "another word"):
        told = [quote for each in base if (quote := {**HONEST, **ALTERED}[kind](each, rng))]
        began = time.process_time()
        for quote in told:
            verify_quote(index, quote)
        figures[f"{kind} (ms)"] = (time.process_time() - began) / len(told) * 1_000
    return figures


def main() -> int:
    """Print the tables; return 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=24, help="stretches a document")
    parser.add_argument("--json", type=Path, help="a file for the verdict on every quotation")
    options = parser.parse_args()
    sources = documents()
    told = [each for source in sources for each in tellings(source, options.quotes)]
    told += [each for source in sources[:2] for each in recognised(source, options.quotes)]
    print(table(told))
    print(f"\n{len(told):,} quotations of {len(sources)} documents\n\n| figure | |\n|---|---|")
    for name, value in timed(sources, 200).items():
        print(f"| {name} | {value:.3f} |")
    if options.json:
        options.json.write_text(json.dumps([each.__dict__ for each in told], ensure_ascii=False, indent=1))
    broken = faults(told)
    print("\n".join(["", *broken]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
