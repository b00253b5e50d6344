from __future__ import annotations

import datetime as dt

import pytest

from rlm_app.estimates import Estimate, Range
from rlm_app.models import HERE
from rlm_app.prices import FREE, ModelInfo, Rates
from rlm_app.ui import facts

TODAY = dt.date(2026, 11, 22)
LISTED = ModelInfo("big", Rates(2.5, 10.0, 1.25), 128_000, 16_000, "price list")


@pytest.mark.parametrize(
    ("model", "label"),
    [
        (LISTED, "big · 128k window · $2.5 in, $10 out"),
        (ModelInfo("own", FREE, source=HERE), "own · free"),
        (ModelInfo("nobody"), "nobody"),
        (ModelInfo("half", context_window=8_000), "half · 8.0k window"),
    ],
)
def test_beside_a_name_stands_what_is_known(model: ModelInfo, label: str) -> None:
    assert facts.label(model) == label


def test_a_price_is_told_with_what_the_cache_costs_and_where_it_is_from() -> None:
    assert facts.price(LISTED) == "$2.5 in, $1.25 from the cache, $10 out per million tokens (price list)."
    assert facts.price(ModelInfo("x")) == "Price unknown."
    assert "on your machine" in facts.price(ModelInfo("x", FREE, source=HERE))


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-12-11", "m retires on 11 Dec 2026."),
        ("2026-10-01", "m retired on 1 Oct 2026."),
        ("2027-12-11", ""),
        ("", ""),
        ("some day", ""),
    ],
)
def test_a_model_that_is_soon_taken_away_is_said_to_be(day: str, told: str) -> None:
    model = ModelInfo("m", LISTED.rates, retires=day)
    assert facts.retires(model, TODAY) == told
    assert facts.worth_knowing([model, model], TODAY) == told


def test_an_unknown_price_is_worth_knowing_and_a_free_model_is_not() -> None:
    told = facts.worth_knowing([ModelInfo("x"), ModelInfo("own", FREE, source=HERE), LISTED], TODAY)
    assert told == "Price unknown for x: unless its provider states it, a limit on money cannot hold."


@pytest.mark.parametrize(
    ("estimate", "told"),
    [
        (Estimate(Range(0.1, 0.6), Range(61, 240)), "about $0.10–0.60 and 1–4 min · from the size alone; rough"),
        (Estimate(None, Range(12, 240)), "price unknown, about 12 s to 4 min · from the size alone; rough"),
        (
            Estimate(Range(0.1, 0.1), Range(100, 240), 5),
            "about $0.10 and 2–4 min · from 5 earlier runs of similar size",
        ),
        (
            Estimate(Range(0.1, 2), None, 1, same_models=False),
            "about $0.10–2.00 · from 1 earlier run of similar size, some with other models",
        ),
        (Estimate(Range(0, 0), Range(0.2, 20)), "no cost, about 1–20 s · from the size alone; rough"),
        (Estimate(Range(0, 0), None), "no cost, time unknown before the first run · from the size alone; rough"),
        (Estimate(None, Range(5, 80)), "price unknown, about 5–80 s · from the size alone; rough"),
    ],
)
def test_what_is_expected_is_told_as_a_range_with_what_it_rests_on(estimate: Estimate, told: str) -> None:
    assert facts.expected(estimate) == told
