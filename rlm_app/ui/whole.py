"""The whole run at once: as a tree, as a waterfall on one axis, and by model."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from rlm_app.engine.trajectory import Trajectory
from rlm_app.ui import address, axis, crumbs, outline, safe, tables, words
from rlm_app.ui.outline import Line

PAGE = 100
_LONG = 10.0
"""Seconds from which on tenths tell what the steps of a run took."""
_BAR = (
    '<span class="rlm-what" style="padding-left:{indent}rem" title="{title}">{what}</span>'
    '<span class="rlm-axis{state}" aria-hidden="true"><i style="left:{left}%;width:{width}%"></i></span>'
    '<span class="rlm-took">{took}</span>'
)
_INDENT = "\u2003"  # a space that tables do not take away


def tree(run_id: str, trajectory: Trajectory, view_key: str, turns_view: str) -> None:
    """Draw the run as an indented table; choosing a line opens that step among the turns."""
    every = outline.lines(trajectory, grouped=True)
    places = 1 if max(line.end for line in every) >= _LONG else 3
    lines = _page(f"tree-page-{run_id}", every)
    key = f"tree-{run_id}-{address.written(lines[0].path)}-{len(lines)}"

    def go() -> None:
        rows = st.session_state[key].selection.rows
        if rows:
            st.session_state[view_key] = turns_view
            address.open_way(run_id, lines[rows[0]].path)
            address.note(lines[rows[0]].path)

    st.caption("Choose a line to open it among the turns.")
    st.dataframe(
        [_row(line, places) for line in lines],
        key=key,
        on_select=go,
        selection_mode="single-row",
        hide_index=True,
        height=tables.height(len(lines), 18),
        column_config={
            "Step": st.column_config.TextColumn(width="medium"),
            "What": st.column_config.TextColumn(width="large"),
            "Seconds": st.column_config.NumberColumn(format=f"%.{places}f", width=80),
            "Calls": st.column_config.NumberColumn(format="localized", width=70),
            "Money": st.column_config.NumberColumn(format="$%.5f", width=90),
        },
        alt="The run as a tree: each turn, its sub-calls, and the turns of these",
    )


def waterfall(run_id: str, trajectory: Trajectory, *, live: bool) -> None:
    """Draw every turn and sub-call as a bar on the axis of the whole run, a page at a time."""
    whole = axis.length(axis.stretches(trajectory.turns), live=False)
    lines = _page(f"fall-page-{run_id}", outline.lines(trajectory, grouped=False))
    first, last = min(line.start for line in lines), max(line.end for line in lines)
    st.caption(
        f"From left to right: {words.reach(first, last, whole)} at work. Red: something in it ended in an error."
    )
    body = "".join(_bar(line, first, last - first or 1.0, live=live) for line in lines)
    st.html(f'<div class="rlm-fall" role="group" aria-label="Waterfall of the run">{body}</div>')


def models(trajectory: Trajectory) -> None:
    """Draw what each model was asked, took and cost."""
    rows = [
        {
            "Model": safe.level(name),
            "Calls": usage.calls,
            "Tokens in": usage.input_tokens if words.counts(usage) else None,
            "Tokens out": usage.output_tokens if words.counts(usage) else None,
            "Money": usage.cost,
            "Seconds waited": _seconds(waited := trajectory.seconds_by_model.get(name, 0.0)),
            "Seconds a call": _seconds(waited / usage.calls) if usage.calls else None,
        }
        for name, usage in trajectory.usage_by_model.items()
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Money": st.column_config.NumberColumn(format="$%.5f"),
            **{
                name: st.column_config.NumberColumn(format="localized")
                for name in ("Calls", "Tokens in", "Tokens out", "Seconds waited", "Seconds a call")
            },
        },
        alt="Calls, tokens, money and time by model",
    )
    st.caption(
        "Calls that were under way side by side count in full, so their seconds may add up to more than the run took."
    )


def _seconds(seconds: float) -> float:
    """Return seconds with as many places as say something: tenths, of less than ten of them milliseconds."""
    return round(seconds, 1 if seconds >= _LONG else 3)


def _page(key: str, lines: Sequence[Line]) -> Sequence[Line]:
    pages = -(-len(lines) // PAGE)
    if pages <= 1:
        return lines
    page = st.pagination(pages, key=f"{key}-{pages}")
    return lines[(page - 1) * PAGE : page * PAGE]


def _row(line: Line, places: int) -> dict[str, object]:
    return {
        "Step": _INDENT * line.level + (line.name or crumbs.last(line.path)),
        "What": ("✕ " if line.failed else "") + safe.level(line.what),
        "Seconds": round(line.end - line.start, places) if line.is_done else None,
        "Calls": line.calls,
        "Money": line.cost,
    }


def _bar(line: Line, first: float, seconds: float, *, live: bool) -> str:
    left, width = axis.percent(line.start - first, line.end - first, seconds)
    text = f"{crumbs.last(line.path)} · {line.what}"
    return _BAR.format(
        indent=min(line.level, 8),
        title=html.escape(safe.unmarked(f"{crumbs.sentence(line.path)} · {line.what}"), quote=True),
        what=("✕ " if line.failed else "") + html.escape(safe.unmarked(text)),
        state=" rlm-failed" if line.failed else "",
        left=left,
        width=width,
        took=words.brief(line.end - line.start) if line.is_done else "under way" if live else "interrupted",
    )
