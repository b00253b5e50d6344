"""What is known of a model, in the few words that stand beside its name; pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from rlm_app.estimates import Estimate, Range
from rlm_app.models import HERE
from rlm_app.prices import ModelInfo
from rlm_app.ui import words

SOON = dt.timedelta(days=60)
_MINUTE = 60
_CLOCK = 90


def label(model: ModelInfo) -> str:
    """Return a model's name with its window and its price, as far as they are known."""
    parts = [model.name]
    if model.context_window:
        parts.append(f"{words.short(model.context_window)} window")
    if model.source == HERE:
        parts.append("free")
    elif model.rates.known:
        parts.append(f"${model.rates.input:g} in, ${model.rates.output:g} out")
    return " · ".join(parts)


def sentence(model: ModelInfo) -> str:
    """Return what a model holds and costs, and where that is known from."""
    holds = f"A prompt of {words.short(model.context_window)} tokens. " if model.context_window else "Window unknown. "
    return holds + price(model)


def worth_knowing(models: Iterable[ModelInfo], today: dt.date) -> str:
    """Return what stands beside no name and yet may matter: a price that is unknown, a model that is taken away."""
    told = []
    for model in dict.fromkeys(models):
        if model.source != HERE and not model.rates.known:
            told.append(f"Price unknown for {model.name}: unless its provider states it, a limit on money cannot hold.")
        told.append(retires(model, today))
    return " ".join(filter(None, told))


def price(model: ModelInfo) -> str:
    """Return what a million tokens cost, or that nobody knows."""
    rates = model.rates
    if model.source == HERE:
        return "No cost: it runs on your machine."
    if not rates.known:
        return "Price unknown."
    cached = f", ${rates.cached_input:g} from the cache" if rates.cached_input is not None else ""
    return f"${rates.input:g} in{cached}, ${rates.output:g} out per million tokens ({model.source})."


def retires(model: ModelInfo, today: dt.date) -> str:
    """Return that a model is taken away, or was, when that is near; "" otherwise."""
    try:
        day = dt.date.fromisoformat(model.retires)
    except ValueError:
        return ""
    if day - today > SOON:
        return ""
    return f"{model.name} {'retired' if day <= today else 'retires'} on {day:%-d %b %Y}."


def expected(estimate: Estimate) -> str:
    """Return what a run is likely to cost and to take, and what that rests on."""
    time = _time(estimate.seconds) if estimate.seconds else ""
    return f"{_expected(estimate.cost, time)} · {_basis(estimate)}"


def _expected(cost: Range | None, time: str) -> str:
    if cost and cost.high:
        return f"about {_money(cost)}{f' and {time}' if time else ''}"
    money = "price unknown" if cost is None else "no cost"
    return f"{money}, {f'about {time}' if time else 'time unknown before the first run'}"


def _basis(estimate: Estimate) -> str:
    if not estimate.runs:
        return "from the size alone; rough"
    others = "" if estimate.same_models else ", some with other models"
    return f"from {words.count(estimate.runs, 'earlier run')} of similar size{others}"


def _money(cost: Range) -> str:
    low, high = words.money(cost.low), words.money(cost.high)
    return low if low == high else f"{low}–{high.removeprefix('$')}"


def _time(seconds: Range) -> str:
    low, high = round(seconds.low), round(seconds.high)
    if high < _CLOCK:
        return _between(max(low, 1), max(high, 1), "s")
    if low < _CLOCK / 2:
        return f"{max(low, 1)} s to {round(high / _MINUTE)} min"
    return _between(round(low / _MINUTE), round(high / _MINUTE), "min")


def _between(low: int, high: int, unit: str) -> str:
    return f"{low} {unit}" if low == high else f"{low}–{high} {unit}"
