"""How far the verifier can be trusted: `python -m benchmarks.evidence [--quotes 24] [--json file]`.

Stretches of 60 to 240 characters of real documents (`../shared/samples`, or RLM_SAMPLES) are told honestly and falsely and
judged against the document they are from. Two tables: how often each telling gets which verdict, and the computing time that a
quotation takes X an altered quotation was called Found, under 99 of 100 honest ones were, or a bar of time does not hold.
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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.tellings import ALTERED, HONEST, SUBSTANCE, noisy
from rlm_app.citations import Verdict
from rlm_app.documents.library import read
from rlm_app.events import Event, SubcallStarted
from rlm_app.evidence.coverage import cover
from rlm_app.evidence.index import Index
from rlm_app.evidence.interruptions import without_interruptions
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document, DocumentInfo, Page

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
BARS = {
    "as it is (ms)": 1.0,
    "another number (ms)": 1.0,
    "another word (ms)": 1.0,
    "500 passages of 300 pages (s)": 2.0,
    "500 lists of findings (s)": 2.0,
}
"""What a figure of time may be at most."""


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


def million(sources: Sequence[Document]) -> str:
    """Return a million characters of the documents, filled up with their own words in another order."""
    rng = random.Random(4)
    text = "\n".join(document.text for document in sources)
    while len(text) < 1_000_000:
        words = text[:300_000].split(" ")
        rng.shuffle(words)
        text += " ".join(words)
    return text[:1_000_000]


def best(work: Callable[[], object], of: int = 3) -> float:
    """Return the seconds of computing that a piece of work takes, the least of several times."""
    taken = []
    for _ in range(of):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def timed(sources: Sequence[Document], quotes: int) -> dict[str, float]:
    """Return the figures of time by name; `BARS` says what some of them are held to."""
    text, rng = million(sources), random.Random(4)
    figures = {"ready (s)": best(lambda: Index(text).anchors(), 1)}
    index = Index(text)
    verify_quote(index, "what is loaded and made on first use is loaded and made by now")
    base = stretches(text[:300_000], quotes, rng)
    for kind in ("as it is", "another number", "another word"):
        told = [quote for each in base if (quote := {**HONEST, **ALTERED}[kind](each, rng))]
        figures[f"{kind} (ms)"] = best(partial(_judge_all, index, told)) / len(told) * 1_000
    document = Document(DocumentInfo("sha", "a.pdf", "pdf", 1, 900_000, "page", ()), text[:900_000])
    for kind, prompts in readings(document.text, rng).items():
        figures[f"{kind} (s)"] = best(partial(cover, [document], prompts))
    return figures


def _judge_all(index: Index, quotes: Sequence[str]) -> None:
    for quote in quotes:
        verify_quote(index, quote)


def readings(text: str, rng: random.Random) -> dict[str, list[Event]]:
    """Return 500 prompts over 300 pages: each a passage, or a dozen findings with a line around each."""
    ask = "Say which notice period this passage names, if any, and quote the sentence.\n\n"
    starts = [rng.randrange(len(text) - 12_000) for _ in range(500)]
    passages = [ask + text[at : at + rng.randint(1_000, 12_000)] for at in starts]
    findings = [
        "\n".join(f"{place}: {text[place : place + 160]!r}" for place in rng.sample(range(len(text) - 200), 12))
        for _ in range(500)
    ]
    return {
        "500 passages of 300 pages": [asked(number, prompt) for number, prompt in enumerate(passages, 1)],
        "500 lists of findings": [asked(number, prompt) for number, prompt in enumerate(findings, 1)],
    }


def asked(number: int, prompt: str) -> Event:
    """Return the record of a sub-call with that prompt."""
    return SubcallStarted(
        run_id="run",
        seq=number,
        at=float(number),
        parent_id="0",
        call_id=f"0.{number}",
        depth=1,
        iteration=1,
        cell=1,
        role="llm",
        model="sub",
        prompt=prompt,
    )


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
    print(
        f"\n{len(told):,} quotations of {len(sources)} documents\n\n| figure | found | bar | holds |\n|---|---|---|---|"
    )
    figures = timed(sources, 200)
    for name, value in figures.items():
        bar = BARS.get(name)
        print(f"| {name} | {value:.3f} | {bar or ''} | {'' if bar is None else 'yes' if value <= bar else 'NO'} |")
    if options.json:
        options.json.write_text(json.dumps([each.__dict__ for each in told], ensure_ascii=False, indent=1))
    broken = faults(told)
    broken += [f"{name}: {figures[name]:.3f}, over {bar}" for name, bar in BARS.items() if figures[name] > bar]
    print("\n".join(["", *broken]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
