"""The limits of a run as fields of a form: their names, bounds and units, each in one place; empty is no limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from rlm_app.types import Limits, Stop
from rlm_app.ui import words

NO_LIMIT = "no limit"
MOST_TURNS = 1000
"""Turns of a run that has no limit on them: more would be no use to anybody."""


@dataclass(frozen=True, slots=True)
class Field:
    """A limit as a person enters it: `unit` is how many of the limit's own units one of the shown ones is.

    `emptied` is what the limit becomes when its field is emptied; a field that is no limit cannot be and has `sets` True.
    """

    title: str
    why: str
    low: float
    high: float
    step: float
    unit: int = 1
    form: str | None = None
    emptied: float | None = None
    sets: bool = False


FIELDS: Mapping[str, Field] = {
    "iterations": Field("Turns", "Replies of the root model", 1, MOST_TURNS, 1, emptied=MOST_TURNS),
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
        sets=True,
    ),
    "concurrency": Field("Calls at the same time", "Over the whole run", 1, 256, 1, sets=True),
    "output_chars": Field(
        "Output shown to the model", "Characters of what one piece of code prints", 500, 200_000, 500, sets=True
    ),
}

USUAL = ("iterations", "cost", "seconds", "subcalls")
ADVANCED = ("depth", "errors", "tokens", "concurrency", "output_chars")
_HIT: Mapping[Stop, str] = {
    Stop.ITERATIONS: "iterations",
    Stop.COST: "cost",
    Stop.TIME: "seconds",
    Stop.SUBCALLS: "subcalls",
    Stop.TOKENS: "tokens",
    Stop.ERRORS: "errors",
}


def number(name: str, limits: Limits, key: str, changed: Callable[[], None] | None = None) -> None:
    """Draw the field of one limit, empty where there is no limit.

    With `changed` the field shows what `limits` say each time it is drawn; without, as in a form, only the first time.
    """
    field = FIELDS[name]
    if changed or key not in st.session_state:
        st.session_state[key] = _shown(field, getattr(limits, name))
    kind = _kind(field)
    st.number_input(
        field.title,
        min_value=kind(field.low),
        max_value=kind(field.high),
        value="min" if field.sets else None,
        step=kind(field.step),
        format=field.form,
        key=key,
        on_change=changed,
        placeholder=NO_LIMIT,
        help=f"{field.why}." if field.sets else f"{field.why}. Empty: {NO_LIMIT}.",
    )


def entered(name: str, key: str, limits: Limits) -> float | None:
    """Return what stands in the field of a limit, in the limit's own units; an emptied field is no limit."""
    field = FIELDS[name]
    value: float | None = st.session_state.get(key)
    if value is None:
        return getattr(limits, name) if field.sets else field.emptied
    return value * field.unit


def title(name: str) -> str:
    """Return the name of a limit as it stands within a line."""
    named = FIELDS[name].title if name in FIELDS else name.replace("_", " ")
    return named[:1].lower() + named[1:]


def told(name: str, limits: Limits) -> str:
    """Return a limit in words: "$0.50", "12", "no limit"."""
    now = getattr(limits, name)
    field = FIELDS.get(name)
    if now is None or (field and now == field.emptied):
        return NO_LIMIT
    if name == "cost":
        return words.money(now)
    return f"{now / (field.unit if field else 1):,g}"


def _shown(field: Field, now: float | None) -> float | None:
    """Return a limit as its field shows it."""
    if now is None or now == field.emptied:
        return None
    return _kind(field)(min(max(now / field.unit, field.low), field.high))


def _kind(field: Field) -> Callable[[float], float]:
    return float if field.form else int


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
