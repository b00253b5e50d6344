"""Running a grid: with which settings, what it is likely to cost, how far it is, and the button that stops it."""

from __future__ import annotations

import contextlib
from collections import Counter

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import ConfigError
from rlm_app.grid_estimates import expected
from rlm_app.grids import Grid, GridView, Place, Square, Standing
from rlm_app.records import RunSpec
from rlm_app.ui import asking, choice, consent, environments, facts, keys, picker, quota, rows, safe, words


def settings(app: App, owner: str, grid: Grid) -> None:
    """Draw with what the grid's cells are run, and the way to another backend or other limits."""
    backend, order = choice.named(app, grid.order.backend), grid.order
    models = "" if order.root_model == backend.title or not backend.reasons else f" · {order.root_model}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover("Backend and limits", icon=":material/tune:", type="tertiary"):
            pick(app, "grid")
        st.caption(
            safe.label(f"Each cell: {backend.title}{models} · {choice.allowance(order.limits)}"), width="content"
        )
    quota.paying(app, owner, order)
    wanted = asking.order(app, "", [])
    if wanted != order:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(safe.label(f"Chosen now: {choice.sentence(app)}."), width="content")
            st.button(
                "Use this for the grid",
                key="grid-order",
                on_click=_use,
                args=(app, owner, grid, wanted),
                help="Cells that were answered by another backend or model are then out of date",
            )


def _use(app: App, owner: str, grid: Grid, order: RunSpec) -> None:
    with contextlib.suppress(ConfigError):  # deleted in another tab: the page shows that when it is drawn
        app.grids.change_order(grid.id, owner, order)


def pick(app: App, place: str) -> None:
    """Draw the fields that choose backend, models, environment and limits; `place` tells them from others on the page."""
    picker.backend_and_models(app, place)
    environments.pick(app, place)
    picker.limits(app, place)


def bar(app: App, owner: str, view: GridView, library: rows.Library) -> None:
    """Draw how far the grid is with the button that stops it, or what is left to run with the button that starts it."""
    work = app.grids.work(view.grid.id, view.grid.owner)
    if work and work.is_live:
        _under_way(app, owner, view)
        return
    if work and work.problem:
        st.error(safe.markdown(work.problem), icon=":material/error:")
    if view.due:
        _to_run(app, owner, view, library)
    elif view.squares:
        st.caption(f":material/check: {words.count(len(view.squares), 'cell')}, none is left to run. {_spent(view)}")


def one(app: App, owner: str, square: Square) -> None:
    """Draw the button that runs one cell, where it is due."""
    work = app.grids.work(square.place.grid_id, square.place.owner)
    if not square.standing.is_due or (work and work.is_live):
        return
    if st.button("Run this cell", key="grid-run-one", icon=":material/play_arrow:"):
        _begin(app, owner, square.place.grid_id, [square.place])


def _under_way(app: App, owner: str, view: GridView) -> None:
    counted = Counter(square.standing for square in view.squares)
    done = sum(number for standing, number in counted.items() if not standing.is_due and not standing.is_live)
    work = app.grids.work(view.grid.id, view.grid.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / max(1, len(view.squares)), text=_progress(counted, done, view))
        stopping = bool(work and work.stopping)
        st.button(
            "Stopping" if stopping else "Stop",
            key="grid-stop",
            icon=":material/stop_circle:",
            disabled=stopping,
            on_click=_stop,
            args=(app, owner, view.grid.id),
            help="What is answered stays; the rest can be run later",
        )


def _progress(counted: Counter[Standing], done: int, view: GridView) -> str:
    moving = " · ".join(f"{counted[standing]} {standing}" for standing in (Standing.RUNNING, Standing.WAITING))
    ended = "".join(f" · {counted[each]} {each}" for each in (Standing.INTERRUPTED, Standing.FAILED) if counted[each])
    return f"{done} of {words.count(len(view.squares), 'cell')} done · {moving}{ended}. {_spent(view)}"


def _stop(app: App, owner: str, grid_id: str) -> None:
    with contextlib.suppress(ConfigError):  # deleted in another tab, which has stopped it
        app.grids.stop(grid_id, owner)


def _to_run(app: App, owner: str, view: GridView, library: rows.Library) -> None:
    backend = choice.named(app, view.grid.order.backend)
    likely = facts.expected(expected(app.catalogue, backend, view, library, app.settings.parallel_runs))
    counted = Counter(square.standing for square in view.due)
    kinds = ", ".join(f"{number} {standing}" for standing, number in counted.items())
    with st.container(horizontal=True, vertical_alignment="center"):
        label = f"Run {words.count(len(view.due), 'cell')}"
        clicked = st.button(label, key="grid-run", type="primary", icon=":material/play_arrow:")
        st.caption(f"{kinds} · :material/payments: {safe.label(likely)}. {_spent(view)}", width="content")
    if clicked:
        _begin(app, owner, view.grid.id)


def _begin(app: App, owner: str, grid_id: str, only: list[Place] | None = None) -> None:
    def start() -> str:
        app.grids.run(grid_id, owner, keys.typed(), only)
        return grid_id

    consent.begin(app, owner, start, lambda _: st.rerun())


def _spent(view: GridView) -> str:
    """Return what the runs that the cells show have cost so far."""
    costs = [square.record.usage.cost for square in view.squares if square.record and square.record.usage.cost]
    return f"Spent so far: {words.money(sum(costs))}.".replace("$", r"\$") if costs else ""
