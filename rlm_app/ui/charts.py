"""What the runs of a list used day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.finding import Day, RunQuery
from rlm_app.ui import words

SHORTEST, LONGEST = 14, 92
"""Days: fewer than `SHORTEST` are drawn among days without runs; over more than `LONGEST` those are left out."""


def draw(app: App, owner: str, query: RunQuery) -> None:
    """Draw money and time by day of the runs that fit, when it is opened."""
    fold = st.expander(
        "Money and time by day", type="compact", icon=":material/bar_chart:", key="history-charts", on_change="rerun"
    )
    if not fold.open:
        return
    zone = words.zone_of(st.context.timezone)
    days = app.store.days(owner, query, zone)
    shown = filled(days, dt.datetime.now(zone).date())
    with fold:
        left, right = st.columns(2)
        _bars(left, "Money, $", shown, [day.cost or 0.0 for day in shown])
        _bars(right, "Time at work, minutes", shown, [round(day.seconds / 60, 2) for day in shown])
        unknown = sum(day.runs for day in days if day.cost is None)
        if unknown:
            st.caption(f"Nobody knows what the runs of some days cost ({unknown:,}); they count as nothing here.")


def filled(days: Sequence[Day], today: dt.date) -> list[Day]:
    """Return the days with those between them, and before them, on which nothing ran."""
    if not days:
        return []
    first = min(dt.date.fromisoformat(days[0].day), today - dt.timedelta(days=SHORTEST - 1))
    length = (max(today, dt.date.fromisoformat(days[-1].day)) - first).days + 1
    if length > LONGEST:
        return list(days)
    known = {day.day: day for day in days}
    every = (f"{first + dt.timedelta(days=number):%Y-%m-%d}" for number in range(length))
    return [known.get(day, Day(day, 0, 0.0, 0.0)) for day in every]


def _bars(place: st.delta_generator.DeltaGenerator, title: str, days: Sequence[Day], values: Sequence[float]) -> None:
    with place:
        st.caption(title)
        data = {"Day": _names(days), title: list(values)}
        st.bar_chart(data, x="Day", y=title, x_label="", y_label="", sort=False, height=220, alt=f"{title}, by day")


def _names(days: Sequence[Day]) -> list[str]:
    """Return the days as people write them, with their year where it is not the last day's."""
    dates = [dt.date.fromisoformat(day.day) for day in days]
    return [f"{date:%-d %b}" if date.year == dates[-1].year else f"{date:%-d %b %Y}" for date in dates]
