"""Where code that a model writes runs: each place with what it covers, what is missing, and how fast it starts."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App, EnvironmentInfo, Measurement, Start
from rlm_app.ui import choice, safe, words

_MEASUREMENTS = "ui_measurements"
_EVERY = 0.3
_SENT = "Documents are sent there, and your account is charged for the time."


def draw(app: App) -> None:
    """Draw every environment, for a person to compare and to choose."""
    st.subheader("Where code that a model writes runs", anchor=False)
    st.caption(
        "A document can hold instructions, and a model may follow them. Each environment says what it keeps such code "
        "from, and what it does not."
    )
    for environment in app.environments:
        _environment(app, environment)


def pick(app: App, place: str) -> None:
    """Draw a field to choose the environment, with what is missing where the chosen one cannot be used."""
    now, key = choice.current(app).environment, f"{place}-environment"
    titles = app.environment_titles
    st.session_state[key] = now
    st.selectbox(
        "Code runs in",
        list(titles),
        format_func=lambda name: titles.get(name, name),
        key=key,
        on_change=lambda: choice.change(app, environment=st.session_state[key]),
        help="What each covers, and what it does not, stands under Settings",
    )
    if now not in titles:
        return
    if missing := app.missing_for(now):
        st.caption(f":orange[:material/warning:] {safe.markdown(missing)}")
    elif now in app.remote_environments:
        st.caption(_SENT)


def _environment(app: App, environment: EnvironmentInfo) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{safe.label(environment.title)}** {_badge(environment)}")
        covers, misses = st.columns(2, gap="large")
        covers.markdown(f":green[:material/shield:] **Covers**  \n{safe.markdown(environment.covers)}")
        misses.markdown(f":orange[:material/warning:] **Does not cover**  \n{safe.markdown(environment.misses)}")
        if environment.available:
            _use(app, environment)
        else:
            st.markdown(f":material/build: **What is missing**  \n{safe.markdown(environment.missing)}")


def _badge(environment: EnvironmentInfo) -> str:
    if environment.available:
        return ":green-badge[:material/check: available]"
    return ":gray-badge[:material/block: not set up]"


def _use(app: App, environment: EnvironmentInfo) -> None:
    """Draw the buttons that choose and measure, and what was measured last."""
    used = choice.current(app).environment == environment.name
    running = _measurements().get(environment.name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "In use" if used else "Use this one",
            key=f"environment-{environment.name}",
            disabled=used,
            on_click=lambda: choice.change(app, environment=environment.name),
        )
        if app.settings.shared:  # each click would cost the host a start
            return
        st.button(
            "Measure now",
            key=f"measure-{environment.name}",
            icon=":material/timer:",
            disabled=running is not None and running.outcome is None,
            on_click=lambda: _measurements().update({environment.name: app.measure(environment.name)}),
            help="Starts it, runs one cell and ends it" + (f". {_SENT}" if environment.remote else ""),
        )
        if running is not None:
            _follow(running)


def _follow(measurement: Measurement) -> None:
    live = measurement.outcome is None

    def body() -> None:
        outcome = measurement.outcome
        if live and outcome is not None:
            st.rerun()
        _outcome(outcome)

    st.fragment(body, run_every=_EVERY if live else None)()


def _outcome(outcome: Start | None) -> None:
    if outcome is None:
        st.caption(":shimmer[Starting]")
    elif outcome.problem:
        st.markdown(f":red[:material/close:] {safe.markdown(outcome.problem)}")
    else:
        took = f"{outcome.seconds * 1_000:,.0f} ms" if outcome.seconds < 1 else words.duration(outcome.seconds)
        st.markdown(f":green[:material/check: First cell after {took}]")


def _measurements() -> dict[str, Measurement]:
    held: dict[str, Measurement] = st.session_state.setdefault(_MEASUREMENTS, {})
    return held
