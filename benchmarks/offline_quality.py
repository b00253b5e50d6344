"""How well the offline model answers the sample questions: `python -m benchmarks.offline_quality [file.json …]`.

For each document: the share of answerable questions whose first gold quotation stands in the answer with its right place,
the share of all gold quotations that do, and how many absent questions are told to be absent. Runs go through the real
loop and a local REPL.
"""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.citations import Verdict
from rlm_app.clients.offline import OfflineClient
from rlm_app.documents.library import read
from rlm_app.documents.repl_view import repl_view
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.environments.local import LocalREPL
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.types import Document, Limits

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"


@dataclass
class Score:
    """Counts for one document."""

    answerable: int = 0
    right: int = 0
    quotes: int = 0
    quotes_found: int = 0
    absent: int = 0
    told_absent: int = 0
    verified: int = 0
    cited: int = 0
    seconds: list[float] = field(default_factory=list)


def ask(document: Document, question: str) -> tuple[str, float]:
    """Return the answer of a run with the offline model, and its wall time in seconds."""
    context, view = repl_view([document])
    client = OfflineClient()
    handler = LMHandler(Models(client, client), Budget(Limits()), MemoryJournal(), CancelToken())
    runtime = Runtime(handler, Recorder("benchmark", lambda event: None), LocalREPL())
    began = time.monotonic()
    completion = run_job(runtime, Job(context, question, documents=(document.info,), view=view))
    return completion.text, time.monotonic() - began


def letters(text: str) -> str:
    """Return a text's letters and digits, by which quotations are compared."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def stands(answer: str, quote: str, place: object) -> bool:
    """Whether a paragraph of the answer holds the quotation and ends with its place."""
    wanted = letters(quote)
    return any(wanted in letters(part) and part.rstrip().endswith(f" {place}]") for part in answer.split("\n\n"))


def mark(score: Score, entry: Mapping[str, Any], answer: str) -> bool:
    """Add one answer to the score; return whether it is right."""
    not_found = answer.startswith("Nothing relevant was found")
    if entry["kind"] == "absent":
        score.absent += 1
        score.told_absent += not_found
        return not_found
    found = [stands(answer, quote, place) for quote, place in zip(entry["quotes"], entry["places"], strict=True)]
    score.answerable += 1
    score.right += found[0]
    score.quotes += len(found)
    score.quotes_found += sum(found)
    return found[0]


def main(files: list[Path]) -> None:
    documents: dict[str, Document] = {}
    scores: dict[str, Score] = {}
    for entry in [entry for file in files for entry in json.loads(file.read_text(encoding="utf-8"))]:
        name = entry["document"]
        if name not in documents:
            documents[name] = read(SAMPLE_DOCS / name, name)
        score = scores.setdefault(name, Score())
        answer, seconds = ask(documents[name], entry["question"])
        score.seconds.append(seconds)
        citations = AnswerVerifier([documents[name]])(answer)
        score.cited += len(citations)
        score.verified += sum(citation.verdict is Verdict.FOUND for citation in citations)
        if not mark(score, entry, answer):
            print(f"- {name}: {entry['kind']}: {entry['question']}")
    print("\n| document | first quote with its place | all gold quotes | absent told | quotes verified | median s |")
    print("|---|---|---|---|---|---|")
    for name, score in scores.items():
        share = score.right / max(score.answerable, 1)
        print(
            f"| {name} | {score.right}/{score.answerable} ({share:.0%}) | {score.quotes_found}/{score.quotes} "
            f"| {score.told_absent}/{score.absent} | {score.verified}/{score.cited} "
            f"| {sorted(score.seconds)[len(score.seconds) // 2]:.2f} |"
        )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or [SAMPLE_DOCS / "questions.json"])
