"""Sentences of our own sample documents, told honestly and told falsely."""

import random
import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from rlm_app.citations import Verdict
from rlm_app.documents.library import read
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import verify_quote

SAMPLE_DOCS = Path(__file__).resolve().parents[2] / "sample_docs"
NAMES = [
    "master-services-agreement.pdf",
    "master-services-agreement.docx",
    "research-paper.pdf",
    "technical-handbook.md",
]
SENTENCE = re.compile(r"(?<=[.;][ \n])[A-Z(][^.;|#*`]{60,300}[.;]")
A_DOCUMENT = 120

SUBSTANCE = {"another number", "negated", "another duty"}

Change = Callable[[str, random.Random], str | None]


def hyphenated(quote: str, rng: random.Random) -> str:
    word = max(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", quote), key=len)
    return quote.replace(word, f"{word[: len(word) // 2]}-\n{word[len(word) // 2 :]}", 1) if len(word) > 5 else quote


def elided(quote: str, rng: random.Random) -> str:
    words = quote.split()
    return " ".join([*words[:5], "…", *words[-5:]]) if len(words) > 11 else quote


def other_number(quote: str, rng: random.Random) -> str | None:
    digits = list(re.finditer(r"\d", quote))
    if not digits:
        return None
    digit = rng.choice(digits)
    return quote[: digit.start()] + str((int(digit[0]) + rng.randint(1, 9)) % 10) + quote[digit.end() :]


def negated(quote: str, rng: random.Random) -> str | None:
    without = re.sub(r"\bnot\s+", "", quote, count=1)
    changed = without if without != quote else re.sub(r"\b(shall|may|must|is|are|will)\b", r"\1 not", quote, count=1)
    return changed if changed != quote else None


def other_duty(quote: str, rng: random.Random) -> str | None:
    changed = re.sub(r"\b(shall|must)\b", "may", quote, count=1)
    return changed if changed != quote else None


def other_word(quote: str, rng: random.Random) -> str:
    words = quote.split()
    words[rng.randrange(len(words))] = "zebra"
    return " ".join(words)


def swapped(quote: str, rng: random.Random) -> str | None:
    words = quote.split()
    at = rng.randrange(len(words) - 1)
    if words[at] == words[at + 1]:
        return None
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


HONEST: dict[str, Change] = {
    "as it is": lambda quote, rng: quote,
    "wrapped anew": lambda quote, rng: textwrap.fill(quote, 30, break_on_hyphens=False),
    "hyphenated": hyphenated,
    "plain marks": lambda quote, rng: quote.translate(str.maketrans("“”‘’–", "\"\"''-")).replace("—", "--"),
    "ligatures": lambda quote, rng: quote.replace("fi", "ﬁ").replace("fl", "ﬂ"),
    "capitals": lambda quote, rng: quote.upper(),
    "elided": elided,
}
ALTERED: dict[str, Change] = {
    "another number": other_number,
    "negated": negated,
    "another duty": other_duty,
    "another word": other_word,
    "two words swapped": swapped,
}


@pytest.fixture(scope="module", params=NAMES)
def material(request: pytest.FixtureRequest) -> tuple[Index, list[str]]:
    path = SAMPLE_DOCS / request.param
    if not path.exists():
        pytest.skip(f"{path} is not there")
    document = read(path, path.name)
    sentences = [" ".join(found.split()) for found in SENTENCE.findall(document.text) if "\n\n" not in found]
    random.Random(7).shuffle(sentences)
    return Index(document.text, document.info.pages), sentences[:A_DOCUMENT]


def outcomes(material: tuple[Index, list[str]], change: Change) -> list[Verdict]:
    index, sentences = material
    rng = random.Random(11)
    told = [change(sentence, rng) for sentence in sentences]
    return [verify_quote(index, quote)[0] for quote in told if quote is not None]


@pytest.mark.parametrize("kind", HONEST)
def test_every_honest_telling_is_found(material: tuple[Index, list[str]], kind: str) -> None:
    verdicts = outcomes(material, HONEST[kind])
    assert len(verdicts) > 50
    assert Verdict.NOT_FOUND not in verdicts


@pytest.mark.parametrize("kind", ALTERED)
def test_no_altered_telling_is_found(material: tuple[Index, list[str]], kind: str) -> None:
    verdicts = outcomes(material, ALTERED[kind])
    assert not {Verdict.FOUND, Verdict.FOUND_IN_PARTS, Verdict.SCANNED_PAGE} & set(verdicts)
    if kind in SUBSTANCE:
        assert verdicts.count(Verdict.ALTERED) >= 0.99 * len(verdicts)


def test_a_sentence_of_the_word_file_is_found_in_the_pdf_of_the_same_contract() -> None:
    word, pdf = (SAMPLE_DOCS / f"master-services-agreement.{suffix}" for suffix in ("docx", "pdf"))
    if not (word.exists() and pdf.exists()):
        pytest.skip("the sample contract is not there in both forms")
    lines = [line for line in read(word, word.name).text.split("\n") if "|" not in line and not line.startswith("[")]
    sentences = [part for line in lines for part in re.split(r"(?<=[.;])\s+", line) if len(part) >= 60]
    document = read(pdf, pdf.name)
    index = Index(document.text, document.info.pages)
    missing = [sentence for sentence in sentences if verify_quote(index, sentence)[0] is not Verdict.FOUND]
    assert len(sentences) > 500
    assert len(missing) <= len(sentences) // 100
