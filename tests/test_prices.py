from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_app.prices import FREE, UNKNOWN, ModelInfo, Rates, price_table, read_table
from rlm_app.types import Usage

ROOT = Path(__file__).resolve().parent.parent
RATES = Rates(3.0, 15.0, 0.3, 3.75)
COUNTS = st.integers(0, 1_000_000)


def row(**values: Any) -> ModelInfo:
    return read_table([("m", {"mode": "chat", "litellm_provider": "openai", **values})])["m"].model


def test_a_call_costs_what_its_tokens_cost_by_kind() -> None:
    usage = Usage(1, 1_000_000, 100_000, cached_tokens=600_000, cache_write_tokens=100_000)
    assert RATES.cost(usage) == pytest.approx(0.3 * 3 + 0.6 * 0.3 + 0.1 * 3.75 + 0.1 * 15)


def test_what_has_no_price_of_its_own_in_the_cache_costs_what_any_input_costs() -> None:
    usage = Usage(1, 1000, 0, cached_tokens=900, cache_write_tokens=50)
    assert Rates(2.0, 8.0).cost(usage) == pytest.approx(0.002)


@pytest.mark.parametrize("usage", [Usage(), Usage(1, 5), Usage(1, None, 5)])
def test_a_call_whose_tokens_nobody_counted_has_no_known_cost(usage: Usage) -> None:
    assert RATES.cost(usage) is None
    assert UNKNOWN.cost(Usage(1, 5, 5)) is None


@given(COUNTS, COUNTS, st.data())
def test_the_cost_and_what_the_cache_saved_are_together_what_it_costs_without_a_cache(
    sent: int, output: int, data: st.DataObject
) -> None:
    read = data.draw(st.integers(0, sent))
    written = data.draw(st.integers(0, sent - read))
    usage, model = Usage(1, sent, output, read, cache_write_tokens=written), ModelInfo("m", RATES)
    cost, saved, plain = model.cost(usage), model.saved(usage), model.cost(Usage(1, sent, output))
    assert cost is not None
    assert saved is not None
    assert cost + saved == pytest.approx(plain)
    assert (saved >= 0) or written


def test_nothing_is_said_to_be_saved_where_no_price_is_known() -> None:
    assert ModelInfo("m").saved(Usage(1, 10, 10, cached_tokens=5)) is None
    assert ModelInfo("m", FREE).saved(Usage(1, 10, 10, cached_tokens=5)) == 0


def test_a_row_of_the_list_becomes_dollars_per_million_tokens() -> None:
    model = row(
        input_cost_per_token=1.25e-06,
        output_cost_per_token=1e-05,
        cache_read_input_token_cost=1.25e-07,
        max_input_tokens=272_000,
        max_output_tokens=128_000,
        deprecation_date="2026-12-11",
    )
    assert model.rates == Rates(1.25, 10.0, 0.125, None)
    assert (model.context_window, model.max_output, model.retires) == (272_000, 128_000, "2026-12-11")


def test_a_long_prompt_costs_the_rates_for_long_prompts_as_a_whole() -> None:
    model = row(
        input_cost_per_token=1e-06,
        output_cost_per_token=4e-06,
        cache_read_input_token_cost=1e-07,
        input_cost_per_token_above_200k_tokens=2e-06,
        output_cost_per_token_above_200k_tokens=6e-06,
    )
    assert model.cost(Usage(1, 200_000, 0)) == pytest.approx(0.2)
    assert model.cost(Usage(1, 200_001, 1_000_000)) == pytest.approx(0.400002 + 6)
    assert model.rates_at(300_000) == Rates(2.0, 6.0, 0.1)


def test_prices_in_steps_are_read_as_steps() -> None:
    steps = [
        {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "range": [0, 256_000]},
        {"input_cost_per_token": 3e-06, "output_cost_per_token": 6e-06, "range": [256_000, 1_000_000]},
    ]
    model = row(tiered_pricing=steps)
    assert (model.rates, model.rates_at(256_001)) == (Rates(1.0, 2.0), Rates(3.0, 6.0))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"input_cost_per_token": 0, "output_cost_per_token": 0},
        {"input_cost_per_token": 1e-06},
        {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "output_cost_per_reasoning_token": 9e-06},
        {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "input_cost_per_request": 0.005},
        {"input_cost_per_character": 1e-06, "output_cost_per_character": 1e-06},
    ],
)
def test_a_row_that_does_not_say_what_a_call_costs_stays_unknown(values: dict[str, Any]) -> None:
    assert not row(**values).rates.known


def test_what_is_no_language_model_is_left_out() -> None:
    assert read_table([("sample_spec", {"mode": "one of: chat, embedding"}), ("e", {"mode": "embedding"})]) == {}


def test_the_list_is_read_without_importing_the_package_that_carries_it() -> None:
    code = (
        "import sys; from rlm_app.prices import price_table; found = price_table()['gpt-4o'].model\n"
        "print(found.rates.known, found.context_window, [name for name in sys.modules if name.startswith('litellm')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("True 128000 []\n", "")


def test_the_list_knows_thousands_of_models_and_is_read_once() -> None:
    assert len(price_table()) > 1000
    assert price_table() is price_table()
