"""What a person chose to see of the runs: the fields above the list, and the query they make."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import streamlit as st

from rlm_app.finding import FoundRuns, Order, RunQuery
from rlm_app.types import RunState
from rlm_app.ui import safe, states, words

PAGE = 20
_DAY = dt.timedelta(days=1)


def query(found: FoundRuns, hidden: tuple[str, ...]) -> RunQuery:
    """Draw the fields and return what they ask for; `found` tells what there is to choose from."""
    left, right = st.columns([3, 4], vertical_alignment="bottom")
    search = left.text_input(
        "Search",
        key="history-search",
        placeholder="words of a question, an answer, code or a document's name",
        icon=":material/search:",
        persist_state="session",
    )
    wanted = _states(right, found)
    more = _more(found)
    return replace(more, words=search or "", states=wanted, hidden=hidden, limit=PAGE)


def _states(place: st.delta_generator.DeltaGenerator, found: FoundRuns) -> tuple[str, ...]:
    looks = {states.STATES[RunState(state)].word: state for state in found.states}
    if len(looks) < 2:
        return ()
    chosen = place.pills("State", list(looks), selection_mode="multi", key="history-states") or []
    return tuple(looks[word] for word in chosen if word in looks)


def _more(found: FoundRuns) -> RunQuery:
    """Draw the fields of the fold while it is open; closed, they hold what they held and the browser has none of them."""
    fold = st.expander(
        "More filters, and what comes first",
        type="compact",
        icon=":material/tune:",
        key="history-more",
        on_change="rerun",
    )
    if fold.open:
        with fold:
            _fields(found)
    held = st.session_state
    since, until = held.get("history-since"), held.get("history-until")
    return RunQuery(
        backends=tuple(held.get("history-backends") or ()),
        documents=tuple(held.get("history-documents") or ()),
        least_cost=held.get("history-least"),
        most_cost=held.get("history-most"),
        since=moment(since, st.context.timezone) if since else None,
        until=moment(until + _DAY, st.context.timezone) if until else None,
        starred=bool(held.get("history-starred")),
        order=held.get("history-order") or Order.NEWEST,
    )


def _fields(found: FoundRuns) -> None:
    one, two, three = st.columns(3)
    one.selectbox("First", list(Order), format_func=str.capitalize, key="history-order", persist_state="page")
    two.multiselect("Backend", found.backends, key="history-backends", placeholder="Any", persist_state="page")
    three.multiselect(
        "Document",
        found.documents,
        key="history-documents",
        placeholder="Any",
        format_func=safe.unmarked,
        persist_state="page",
    )
    one, two, three, four = st.columns(4, vertical_alignment="bottom")
    money: dict[str, Any] = {"min_value": 0.0, "value": None, "persist_state": "page"}
    one.number_input("Money from, $", key="history-least", placeholder="0", **money)
    two.number_input("to, $", key="history-most", placeholder="any", **money)
    three.date_input("Asked from", value=None, key="history-since", persist_state="page")
    four.date_input("to", value=None, key="history-until", persist_state="page")
    st.toggle("Only those with a star", key="history-starred", persist_state="page")


def moment(day: dt.date, zone: str | None) -> float:
    """Return when a day begins where the reader is, in seconds since 1970."""
    return dt.datetime.combine(day, dt.time(), words.zone_of(zone)).timestamp()
