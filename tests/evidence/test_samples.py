"""Quotations of the samples, told honestly and falsely, by the benchmark that prints their table."""

from pathlib import Path

import pytest

from benchmarks.evidence import NAMES, Told, across, documents, faults, recognised, table, tellings, timed
from benchmarks.tellings import SUBSTANCE
from rlm_app.citations import Verdict


def told_of(names: tuple[str, ...], quotes: int) -> list[Told]:
    sources = documents(names)
    told = [each for source in sources for each in tellings(source, quotes)]
    return told + list(recognised(sources[0], quotes))


def check(told: list[Told]) -> None:
    assert faults(told) == []
    substance = [each.verdict for each in told if each.kind in SUBSTANCE]
    assert substance.count(Verdict.ALTERED) >= 0.99 * len(substance)


def test_no_altered_quotation_is_found_and_honest_ones_are(samples: Path) -> None:
    told = told_of(("cuad_leval_05.txt", "blog.html"), 5)
    assert len(told) > 150
    check(told)
    assert "| negated |" in table(told)


@pytest.mark.slow
def test_no_altered_quotation_of_any_sample_is_found_and_honest_ones_are(samples: Path) -> None:
    told = told_of(NAMES, 32)
    assert len(told) >= 2_000
    assert len({each.document for each in told}) >= 8
    assert sum(len(across(source, 100)) for source in documents(NAMES[2:4])) >= 10
    check(told)


@pytest.mark.slow
def test_a_quotation_takes_about_a_millisecond_in_a_million_characters(samples: Path) -> None:
    figures = timed(documents(("cuad_leval_05.txt", "cuad_leval_10.txt")), 100)
    kinds = [value for name, value in figures.items() if name.endswith("(ms)")]
    assert sum(kinds) / len(kinds) < 1.0 * SLACK


# The machine that runs the tests may be busy; the figure itself is met when it is not.
SLACK = 3


def test_a_fault_names_the_quotation_that_broke_a_promise() -> None:
    wrong = Told("a.pdf", "negated", False, "the fee is not due", Verdict.FOUND)
    right = [Told("a.pdf", "as it is", True, "the fee is due", Verdict.FOUND)] * 60
    missed = Told("a.pdf", "as it is", True, "the fee is due", Verdict.NOT_FOUND)
    assert faults([wrong, *right]) == ["negated of a.pdf was called Found: 'the fee is not due'"]
    assert faults([*right, missed]) == ["honest quotations, as it is: 98.4% found"]
