"""The bundled documents and what the offline backend finds in them: the bar is 80 % of the gold quotations."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.offline_quality import Score, ask, mark
from rlm_app.citations import Verdict
from rlm_app.documents.library import read
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import verify_quote

FOLDER = Path(__file__).resolve().parent.parent / "sample_docs"
QUESTIONS: list[dict[str, Any]] = json.loads((FOLDER / "questions.json").read_text(encoding="utf-8"))
DOCUMENTS = sorted({row["document"] for row in QUESTIONS})


def test_the_documents_are_long_enough_to_need_the_loop() -> None:
    agreement = read(FOLDER / "master-services-agreement.pdf", "msa").info
    assert agreement.unit == "page"
    assert len(agreement.pages) >= 60
    assert len(read(FOLDER / "technical-handbook.md", "handbook").text) >= 300_000
    word = read(FOLDER / "master-services-agreement.docx", "msa").info
    assert word.characters >= 0.9 * agreement.characters


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_gold_quotation_stands_where_the_questions_say(name: str) -> None:
    document = read(FOLDER / name, name)
    index = Index(document.text)
    for row in QUESTIONS:
        for quote, place in zip(row["quotes"], row["places"], strict=True) if row["document"] == name else ():
            verdict, start, _ = verify_quote(index, quote)
            page = document.info.page_at(start)
            assert verdict is Verdict.FOUND, (row["id"], quote)
            assert page is not None
            assert page.label == place, row["id"]


def test_the_agreement_reads_the_same_in_word_as_in_pdf() -> None:
    index = Index(read(FOLDER / "master-services-agreement.docx", "msa").text)
    quotes = [
        quote for row in QUESTIONS if row["document"] == "master-services-agreement.pdf" for quote in row["quotes"]
    ]
    assert [quote for quote in quotes if verify_quote(index, quote)[0] is not Verdict.FOUND] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_offline_backend_finds_four_of_five_and_says_when_nothing_is_there(name: str) -> None:
    document, score = read(FOLDER / name, name), Score()
    for row in QUESTIONS:
        if row["document"] == name:
            answer, _ = ask(document, row["question"])
            mark(score, row, answer)
    assert score.right >= 0.8 * score.answerable
    assert score.told_absent == score.absent


@pytest.mark.parametrize("script", ["build_handbook.py", "build_questions.py"])
def test_building_again_changes_nothing(script: str) -> None:
    built = {path: path.read_bytes() for path in FOLDER.glob("*.*") if path.is_file()}
    subprocess.run([sys.executable, str(FOLDER / script)], check=True, capture_output=True, cwd=FOLDER.parent)
    assert {path.name for path, before in built.items() if path.read_bytes() != before} == set()
