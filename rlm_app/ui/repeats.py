"""Asking the same again several times: how far the answers agree, and what they cost."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import IMPORTED, App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError, StoreError
from rlm_app.finding import RunQuery
from rlm_app.records import RunRecord
from rlm_app.trust import ConsentNeeded
from rlm_app.types import RunState
from rlm_app.ui import comparing, keys, safe, shell, words

MOST = 10
_LOOKED_AT = 2_000


def draw(app: App, record: RunRecord) -> None:
    """Draw how far the runs of the same order agree, and the way to ask it again."""
    st.subheader("Repeats", anchor=False, help="Runs with the same question, documents, models and limits")
    same = of_same_order(app, record)
    done = [each for each in same if each.state is RunState.DONE]
    live = sum(each.state.is_live for each in same)
    if len(done) > 1:
        _agreement(app, done)
    else:
        st.caption("This was asked once. Ask it again to see which claims and quotations stay the same.")
    if live:
        st.caption(f":shimmer[{words.count(live, 'repeat')} at work]")
        st.fragment(lambda: _look(app, record, live), run_every=2.0)()
    if record.spec.backend != IMPORTED and not record.sample:
        _again(app, record)


def of_same_order(app: App, record: RunRecord) -> list[RunRecord]:
    """Return the owner's runs that were given the same order, newest first, this one among them."""
    found = app.store.find_runs(record.owner, RunQuery(backends=(record.spec.backend,), limit=_LOOKED_AT)).records
    return [each for each in found if comparing.same_order(each, record)]


def _look(app: App, record: RunRecord, live: int) -> None:
    if sum(each.state.is_live for each in of_same_order(app, record)) != live:
        st.rerun()


def _agreement(app: App, done: list[RunRecord]) -> None:
    quoted = [(app.trajectory(each.id, each.owner) or Trajectory()).citations for each in done]
    found = comparing.agreement([each.answer for each in done], quoted, [each.usage.cost for each in done])
    with st.container(horizontal=True):
        st.metric("Runs that ended", f"{found.runs:,}", width="content")
        st.metric(
            "Claims that agree",
            _share(found.claims),
            width="content",
            help="Sentences with the same numbers and most words, averaged over pairs of runs",
        )
        st.metric(
            "Quotations that agree",
            _share(found.quotes),
            width="content",
            help="Quotations both have, of those either has, averaged over pairs of runs",
        )
        st.metric("Money, least to most", _costs(found.costs), width="content")
    for title, quotes in (("In every run", found.steady), ("In one run alone", found.loose)):
        if quotes:
            with st.expander(f"{title}: {words.count(len(quotes), 'quote')}", type="compact"):
                st.markdown("\n".join(f"- “{safe.label(words.clip(quote, 240))}”" for quote in quotes))


def _again(app: App, record: RunRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        times = st.number_input("Ask it again", 1, MOST, 3, key="repeat-times", width=140)
        cost = record.usage.cost
        about = f", about {words.money(cost * times)}" if cost else ""
        if st.button(
            f"Ask {words.count(int(times), 'time')}{about}".replace("$", r"\$"), key="repeat", icon=":material/repeat:"
        ):
            _start(app, record, int(times))


def _start(app: App, record: RunRecord, times: int) -> None:
    try:
        for _ in range(times):
            app.start(record.spec, record.owner, keys.typed())
    except ConsentNeeded:
        st.warning("Its code would run unconfined here, which nobody agreed to yet. Ask it once on the Ask page first.")
        st.page_link(shell.ASK, label="Ask", icon=":material/edit_note:")
        return
    except (ConfigError, StoreError) as error:
        st.error(safe.markdown(str(error)), icon=":material/error:")
        return
    st.rerun()


def _share(share: float | None) -> str:
    return words.DASH if share is None else f"{share:.0%}"


def _costs(costs: tuple[float, float, float] | None) -> str:
    if costs is None:
        return "unknown"
    least, _, most = (words.money(cost) for cost in costs)
    return (least if least == most else f"{least} – {most}").replace("$", r"\$")
