from __future__ import annotations

import pytest

from rlm_app.prices import ModelInfo, Rates
from rlm_app.types import Usage
from rlm_app.ui import saved

RATES = Rates(3.0, 15.0, 0.3, 3.75)


def known(model: str) -> ModelInfo:
    return ModelInfo(model, RATES)


def test_what_the_cache_saved_is_told_in_tokens_and_money() -> None:
    usage = {"root": Usage(9, 200_000, 500, cached_tokens=100_000), "sub": Usage(50, 10_000, 500)}
    assert saved.told(usage, known) == "100k tokens from the cache, saved $0.27"


def test_filling_the_cache_is_taken_off() -> None:
    usage = {"root": Usage(2, 200_000, 500, cached_tokens=100_000, cache_write_tokens=100_000)}
    assert saved.told(usage, known) == "100k tokens from the cache, saved $0.20"


@pytest.mark.parametrize("usage", [Usage(1, 10, 10), Usage(1, 10, 10, cached_tokens=0, cache_write_tokens=10)])
def test_nothing_is_told_where_nothing_was_read_from_a_cache(usage: Usage) -> None:
    assert saved.told({"m": usage}, known) == ""


def test_without_a_price_the_tokens_alone_are_told_and_a_loss_is_not_called_a_saving() -> None:
    usage = {"m": Usage(1, 1000, 10, cached_tokens=900)}
    assert saved.told(usage, ModelInfo) == "900 tokens from the cache"
    filled = {"m": Usage(1, 10_000, 10, cached_tokens=100, cache_write_tokens=9_000)}
    assert saved.told(filled, known) == "100 tokens from the cache"
