from __future__ import annotations

from dataclasses import replace

import pytest

from rlm_app.estimates import Past, Work
from rlm_app.prices import FREE, ModelInfo, Rates
from rlm_app.types import Limits, Usage
from rlm_app.ui import mode

UNKNOWN = ModelInfo("m")
LARGE = ModelInfo("large", Rates(1.25, 10.0, 0.125), 272_000)
SMALL = ModelInfo("small", Rates(0.25, 2.0), 272_000)
CRAMPED = ModelInfo("cramped", Rates(1.25, 10.0), 20_000)
OWN = ModelInfo("own", FREE)
DEAR = ModelInfo("dear", Rates(15.0, 75.0), 1_000_000)


def work(way: str, characters: int, root: ModelInfo = UNKNOWN) -> Work:
    return Work(characters, "b", root, SMALL if root.rates.known else root, Limits(), way)


@pytest.mark.parametrize(
    ("way", "characters", "root", "word"),
    [
        ("rlm", 0, UNKNOWN, ""),
        ("rlm", 90_000, UNKNOWN, "likely better."),
        ("rlm", 100_001, UNKNOWN, ""),
        ("direct", 90_000, UNKNOWN, ""),
        ("direct", 10**6, UNKNOWN, "may not fit"),
        ("rlm", 90_000, LARGE, "better and cheaper"),
        ("rlm", 90_000, LARGE, "8% of the window of large"),
        ("rlm", 500_000, LARGE, ""),  # fits, and costs more than looking for the parts
        ("rlm", 90_000, CRAMPED, ""),
        ("rlm", 400_000, DEAR, ""),
        ("direct", 500_000, LARGE, ""),
        ("direct", 1_000_000, LARGE, "may not fit"),
        ("direct", 4_000_000, LARGE, "do not fit"),
        ("direct", 90_000, CRAMPED, "do not fit"),
        ("rlm", 90_000, OWN, "likely better."),
        ("rlm", 400_000, OWN, ""),
    ],
)
def test_advice_is_given_where_the_other_way_does_better(way: str, characters: int, root: ModelInfo, word: str) -> None:
    said = mode.advice(work(way, characters, root))
    assert word in said
    assert bool(said) == bool(word)


def test_what_earlier_runs_cost_decides_over_what_the_size_suggests() -> None:
    asked = work("rlm", 90_000, LARGE)
    run = Past(90_000, "b", "large", "small", "rlm", Usage(5, 1000, 100, cost=0.004), 20.0)
    assert mode.advice(asked)
    assert mode.advice(asked, [run] * 5) == ""
    assert mode.advice(asked, [replace(run, usage=Usage(5, 1000, 100, cost=0.5))] * 5)
