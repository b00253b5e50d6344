"""The limits of a run as fields of a form: their names, bounds and units, each in one place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rlm_app.types import Limits, Stop

NO_LIMIT = "no limit"


@dataclass(frozen=True, slots=True)
class Field:
    """A limit as a person enters it: `unit` is how many of the limit's own units one of the shown ones is."""

    title: str
    why: str
    low: float
    high: float
    step: float
    unit: int = 1
    form: str | None = None
    optional: bool = True


FIELDS: Mapping[str, Field] = {
    "iterations": Field("Turns", "Replies of the root model", 1, 1000, 1, optional=False),
    "cost": Field("Money in US dollars", "For all calls together", 0.01, 10_000, 0.25, form="%.2f"),
    "seconds": Field("Minutes", "Wall time", 0.5, 1440, 1, unit=60, form="%g"),
    "subcalls": Field("Sub-calls", "Calls that code makes to models", 0, 100_000, 10),
    "tokens": Field("Tokens", "Input and output of all calls together", 1000, 1_000_000_000, 10_000),
    "errors": Field("Errors in a row", "Turns whose code fails, one after another, before the run ends", 1, 100, 1),
    "depth": Field(
        "Depth",
        "0: no sub-calls; 1: plain sub-calls; 2 and more: code may start runs of its own below this one",
        0,
        6,
        1,
        optional=False,
    ),
    "concurrency": Field("Calls at the same time", "Over the whole run", 1, 256, 1, optional=False),
    "output_chars": Field(
        "Output shown to the model", "Characters of what one piece of code prints", 500, 200_000, 500, optional=False
    ),
}

USUAL = ("iterations", "cost", "seconds", "subcalls")
ADVANCED = ("depth", "errors", "concurrency", "output_chars")
_HIT: Mapping[Stop, str] = {
    Stop.ITERATIONS: "iterations",
    Stop.COST: "cost",
    Stop.TIME: "seconds",
    Stop.SUBCALLS: "subcalls",
    Stop.TOKENS: "tokens",
    Stop.ERRORS: "errors",
}


def number(name: str, limits: Limits, key: str, changed: Callable[[], None] | None = None) -> None:
    """Draw the field of one limit, empty where there is no limit."""
    field = FIELDS[name]
    kind: Callable[[float], float] = float if field.form else int
    now = getattr(limits, name)
    value: Any = None if now is None else kind(min(max(now / field.unit, field.low), field.high))
    st.number_input(
        field.title,
        min_value=kind(field.low),
        max_value=kind(field.high),
        value=value,
        step=kind(field.step),
        format=field.form,
        key=key,
        on_change=changed,
        placeholder=NO_LIMIT,
        help=f"{field.why}. Empty: {NO_LIMIT}." if value is None else f"{field.why}.",
    )


def entered(name: str, key: str, limits: Limits) -> float | None:
    """Return what stands in the field of a limit, in the limit's own units; what cannot be empty stays as it was."""
    field = FIELDS[name]
    value: float | None = st.session_state.get(key)
    if value is None:
        return None if field.optional else getattr(limits, name)
    return value * field.unit


def form(names: Iterable[str], limits: Limits, prefix: str) -> None:
    """Draw the fields of several limits, two in a row."""
    columns = st.columns(2)
    for place, name in enumerate(names):
        with columns[place % 2]:
            number(name, limits, f"{prefix}-{name}")


def read(names: Iterable[str], limits: Limits, prefix: str) -> Limits:
    """Return the limits with what stands in the fields that `form` drew."""
    values: dict[str, Any] = {name: entered(name, f"{prefix}-{name}", limits) for name in names}
    return dataclasses.replace(limits, **values)


def names_for(stop: Stop | None) -> tuple[str, ...]:
    """Return which limits to ask about after such an end: the usual ones and the one that ended it."""
    return tuple(dict.fromkeys((*USUAL, *([_HIT[stop]] if stop and stop in _HIT else []))))


def raised(limits: Limits, stop: Stop | None) -> Limits:
    """Return the limits with the one that ended the run at twice what it was."""
    hit = _HIT.get(stop) if stop else None
    now = getattr(limits, hit) if hit else None
    return dataclasses.replace(limits, **{hit: max(now * 2, FIELDS[hit].step)}) if hit and now is not None else limits
