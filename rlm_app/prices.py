"""What models cost and hold: the table that the litellm package carries, read as a file without importing litellm."""

from __future__ import annotations

import dataclasses
import functools
import importlib.util
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rlm_app.types import Usage

MILLION = 1_000_000
PRICE_LIST = "price list"

_FILE = "model_prices_and_context_window_backup.json"
_MODES = frozenset({"chat", "responses", "completion"})
_KINDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
}


@dataclass(frozen=True, slots=True)
class Rates:
    """USD per million tokens; None is unknown. `cached_input` and `cache_write` are what the provider's cache costs."""

    input: float | None = None
    output: float | None = None
    cached_input: float | None = None
    cache_write: float | None = None

    @property
    def known(self) -> bool:
        """Whether a call can be priced."""
        return self.input is not None and self.output is not None

    def cost(self, usage: Usage) -> float | None:
        """Return the USD of one call; None where a rate or a count is unknown."""
        if self.input is None or self.output is None or usage.input_tokens is None or usage.output_tokens is None:
            return None
        read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
        plain = max(0, usage.input_tokens - read - written)
        # A provider that lists no rate of its own for its cache charges what any input costs.
        cached_input = self.input if self.cached_input is None else self.cached_input
        cache_write = self.input if self.cache_write is None else self.cache_write
        total = plain * self.input + read * cached_input + written * cache_write + usage.output_tokens * self.output
        return total / MILLION


UNKNOWN = Rates()
FREE = Rates(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model: its rates, how many tokens a prompt and a reply may have, and who says so.

    `long_rates` hold for a whole call whose prompt has more tokens than the number beside them, lowest number first.
    `retires` is the date (YYYY-MM-DD) on which its provider takes it away, "" where none is announced.
    """

    name: str
    rates: Rates = UNKNOWN
    context_window: int | None = None
    max_output: int | None = None
    source: str = ""
    long_rates: tuple[tuple[int, Rates], ...] = ()
    retires: str = ""

    def rates_at(self, input_tokens: int) -> Rates:
        """Return the rates of a call whose prompt has this many tokens."""
        return next((rates for over, rates in reversed(self.long_rates) if input_tokens > over), self.rates)

    def cost(self, usage: Usage) -> float | None:
        """Return the USD of one call, None where that is unknown; what a client is given as its price."""
        return self.rates_at(usage.input_tokens or 0).cost(usage)

    def saved(self, usage: Usage) -> float | None:
        """Return how many USD the provider's cache saved over one or several calls; None where that is unknown.

        It is less than 0 where more was paid for filling the cache than reading from it saved.
        """
        if not usage.cached_tokens and not usage.cache_write_tokens:
            return 0.0 if self.rates.known else None
        paid, plain = self.rates.cost(usage), self.rates.cost(_uncached(usage))
        return None if paid is None or plain is None else plain - paid


def _uncached(usage: Usage) -> Usage:
    return dataclasses.replace(usage, cached_tokens=None, cache_write_tokens=None)


@dataclass(frozen=True, slots=True)
class Row:
    """A language model of the table; `chats` says whether it can be asked by the chat protocol."""

    provider: str
    chats: bool
    model: ModelInfo


@functools.cache
def price_table() -> Mapping[str, Row]:
    """Return the rows by the table's name of the model; none where litellm is not installed.

    The first call reads three megabytes, which takes a tenth of a second.
    """
    found = importlib.util.find_spec("litellm")  # looks for the package and does not run it
    path = Path(found.origin).with_name(_FILE) if found and found.origin else None
    if path is None or not path.is_file():
        return MappingProxyType({})
    return MappingProxyType(read_table(json.loads(path.read_bytes()).items()))


def read_table(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Row]:
    """Reduce rows of litellm's table to the language models and to what is used of them."""
    return {
        name: Row(row.get("litellm_provider", ""), row["mode"] == "chat", _model(name, row))
        for name, row in rows
        if row.get("mode") in _MODES
    }


def _model(name: str, row: Mapping[str, Any]) -> ModelInfo:
    steps = row.get("tiered_pricing") or []
    base = steps[0] if steps and "input_cost_per_token" not in row else row
    long_rates = {int(step["range"][0]): _rates(step, row) for step in steps[1:] if step.get("range")}
    for key in row:
        over = _threshold(key)
        if over:
            long_rates[over[0]] = _rates(row, row, over[1])
    return ModelInfo(
        name,
        _rates(base, row),
        _whole(row.get("max_input_tokens")),
        _whole(row.get("max_output_tokens")),
        PRICE_LIST,
        tuple(sorted(long_rates.items())),
        row.get("deprecation_date", ""),
    )


def _threshold(key: str) -> tuple[int, str] | None:
    """Return the tokens and the ending in "input_cost_per_token_above_200k_tokens"."""
    start = f"{_KINDS['input']}_above_"
    if not (key.startswith(start) and key.endswith("k_tokens")):
        return None
    thousands = key[len(start) : -len("k_tokens")]
    return (int(thousands) * 1000, f"_above_{thousands}k_tokens") if thousands.isdecimal() else None


def _rates(step: Mapping[str, Any], row: Mapping[str, Any], ending: str = "") -> Rates:
    """Return the rates of a row, or of a step of it; what thinks at a price of its own cannot be priced by us."""
    thinking = step.get("output_cost_per_reasoning_token")
    per = {kind: _price(step.get(key + ending, row.get(key) if ending else None)) for kind, key in _KINDS.items()}
    unusual = thinking not in (None, step.get("output_cost_per_token")) or "input_cost_per_request" in row
    # The table has 0 for what is free and for what nobody entered; a price of 0 is only known where we know why.
    return UNKNOWN if unusual or not per["input"] or not per["output"] else Rates(**per)


def _price(per_token: Any) -> float | None:
    return round(per_token * MILLION, 6) if isinstance(per_token, int | float) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None
