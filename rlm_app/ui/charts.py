"""What the runs of a list used day by day."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.finding import RunQuery


def draw(app: App, owner: str, query: RunQuery) -> None:
    """Draw money and time by day of the runs that fit, when it is opened."""
    fold = st.expander(
        "Money and time by day", type="compact", icon=":material/bar_chart:", key="history-charts", on_change="rerun"
    )
    if not fold.open:
        return
    days = app.store.days(owner, query)
    with fold:
        left, right = st.columns(2)
        with left:
            st.caption("Money, $")
            st.bar_chart(
                {"Day": [day.day for day in days], "Money, $": [day.cost or 0.0 for day in days]}, x="Day", y="Money, $"
            )
        with right:
            st.caption("Time at work, minutes")
            minutes = [round(day.seconds / 60, 2) for day in days]
            st.bar_chart({"Day": [day.day for day in days], "Minutes": minutes}, x="Day", y="Minutes")
        unknown = sum(day.runs for day in days if day.cost is None)
        if unknown:
            st.caption(f"Nobody knows what the runs of some days cost ({unknown:,}); they count as nothing here.")
