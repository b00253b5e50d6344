"""Finds the PDF page on which each gold quotation stands and writes it into the questions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pypdf import PdfReader

DROPPED = re.compile(r"[\s\-\u00ad\u2010\u2011]+")


def squeeze(text: str) -> str:
    """Remove all white space and hyphens."""
    return DROPPED.sub("", text)


def page_texts(path: Path) -> list[str]:
    """Return the squeezed text of every page of a PDF."""
    return [squeeze(page.extract_text()) for page in PdfReader(path).pages]


def page_of(quote: str, pages: list[str]) -> int:
    """Return the 1-based page of a quotation, which must occur exactly once."""
    wanted = squeeze(quote)
    hits = [number for number, text in enumerate(pages, 1) for _ in range(text.count(wanted))]
    if len(hits) != 1:
        raise SystemExit(f"quotation found on pages {hits}, not on exactly one: {quote!r}")
    return hits[0]


def check_question(question: dict[str, Any]) -> None:
    """Refuse a question whose quotations do not suit its kind."""
    lengths = [len(quote) for quote in question["quotes"]]
    least = {"fact": 1, "contradiction": 2, "absent": 0}[question["kind"]]
    if len(lengths) < least or (question["kind"] == "absent" and lengths):
        raise SystemExit(f"{question['id']}: wrong number of quotations")
    if any(not 60 <= length <= 300 for length in lengths):
        raise SystemExit(f"{question['id']}: quotation lengths {lengths}")


def fill_pages(questions_file: Path, folder: Path) -> None:
    """Write the page of every quotation into the file of questions."""
    questions = json.loads(questions_file.read_text(encoding="utf-8"))
    texts = {name: page_texts(folder / name) for name in sorted({q["document"] for q in questions})}
    if len({q["id"] for q in questions}) != len(questions):
        raise SystemExit("two questions have the same id")
    for question in questions:
        check_question(question)
        question["pages"] = [page_of(quote, texts[question["document"]]) for quote in question["quotes"]]
    written = json.dumps(questions, ensure_ascii=False, indent=2) + "\n"
    questions_file.write_text(written, encoding="utf-8")
