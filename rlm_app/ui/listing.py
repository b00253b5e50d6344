"""What a person chose to see of the runs: the fields above the list, and the query they make."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import streamlit as st

from rlm_app.finding import FoundRuns, Order, RunQuery
from rlm_app.types import RunState
from rlm_app.ui import safe, states

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
    with st.expander("More filters, and what comes first", type="compact", icon=":material/tune:", key="history-more"):
        one, two, three = st.columns(3)
        order = one.selectbox("First", list(Order), format_func=str.capitalize, key="history-order")
        backends = two.multiselect("Backend", found.backends, key="history-backends", placeholder="Any")
        documents = three.multiselect(
            "Document", found.documents, key="history-documents", placeholder="Any", format_func=safe.unmarked
        )
        one, two, three, four = st.columns(4, vertical_alignment="bottom")
        least = one.number_input("Money from, $", min_value=0.0, value=None, key="history-least", placeholder="0")
        most = two.number_input("to, $", min_value=0.0, value=None, key="history-most", placeholder="any")
        since = three.date_input("Asked from", value=None, key="history-since")
        until = four.date_input("to", value=None, key="history-until")
        starred = st.toggle("Only those with a star", key="history-starred")
    return RunQuery(
        backends=tuple(backends),
        documents=tuple(documents),
        least_cost=least,
        most_cost=most,
        since=_moment(since) if since else None,
        until=_moment(until + _DAY) if until else None,
        starred=starred,
        order=order or Order.NEWEST,
    )


def _moment(day: dt.date) -> float:
    """Return when a day begins, in seconds since 1970."""
    return dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()
