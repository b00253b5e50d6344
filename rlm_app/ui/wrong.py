"""Why a run went wrong, as far as its record tells, and what to try; pure functions beside the drawing of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Subcall, Turn
from rlm_app.records import RunRecord
from rlm_app.types import RunState, Stop
from rlm_app.ui import address, safe, words
from rlm_app.ui.crumbs import Path

_ENDED_BADLY = frozenset({RunState.FAILED, RunState.LIMIT})
_SHOWN = 4

_LIMITS = {
    Stop.ITERATIONS: "Allow more turns, or ask for less at once.",
    Stop.COST: "Allow more money, or give the sub-calls to a cheaper model.",
    Stop.TOKENS: "Allow more tokens, or ask of fewer documents.",
    Stop.TIME: "Allow more time, or let more sub-calls go side by side.",
    Stop.SUBCALLS: "Allow more sub-calls, or ask of fewer documents.",
    Stop.ERRORS: "Another root model may write better code; or go on differently from the turn before the errors.",
}
_NOTICED = {
    "no code": ("replied without code", "This model may not keep to the form; another root model may."),
    "empty reply": ("replied with nothing", "Ask again; if it recurs, choose another root model."),
    "reply cut off": ("was cut off in its code", "Choose a model with longer replies, or a smaller question."),
    "cell stopped": ("wrote code that computed for too long", "Allow more seconds for a piece of code."),
    "REPL restarted": (
        "lost the session its code runs in",
        "Fewer or smaller documents at once need less memory; or choose another environment.",
    ),
    "same code again": (
        "ran the same code again and again",
        "Go on differently from an earlier turn, with a plainer question.",
    ),
    "error used as data": (
        "took the message of a failed sub-call for its reply",
        "Look into the sub-calls that failed; then ask again.",
    ),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What went wrong, what to try, and the step where it shows, () where none does."""

    why: str
    attempt: str
    path: Path = ()


def causes(record: RunRecord, trajectory: Trajectory) -> list[Cause]:
    """Return what went wrong in a run that failed or reached a limit, the likeliest first; [] for any other."""
    if record.state not in _ENDED_BADLY:
        return []
    found = [*_limit(record), *_errors(trajectory.turns), *_subcalls(trajectory.turns), *_noticed(trajectory.turns)]
    return found[:_SHOWN]


def _limit(record: RunRecord) -> Iterator[Cause]:
    if record.stop in _LIMITS:
        yield Cause("It reached a limit before it had its answer.", _LIMITS[record.stop])


def _errors(turns: list[Turn]) -> Iterator[Cause]:
    """Name the error that ended most pieces of code, and where it was last."""
    ended = [
        (cell.finished.error.type, turn.reply.iteration)
        for turn in turns
        for cell in turn.cells
        if cell.finished and cell.finished.error
    ]
    if ended:
        ((name, times),) = Counter(name for name, _ in ended).most_common(1)
        last = max(turn for kind, turn in ended if kind == name)
        yield Cause(
            f"Its code stopped with {name} {words.count(times, 'time')}.",
            "Open the step; go on differently from the turn before it, or choose another root model.",
            (last,),
        )


def _subcalls(turns: list[Turn]) -> Iterator[Cause]:
    every = list(_calls(turns, ()))
    failed = [(path, call) for path, call in every if call.failed]
    if failed:
        path, _ = failed[-1]
        ((said, _times),) = Counter(_error(call) for _, call in failed).most_common(1)
        yield Cause(
            f"{len(failed):,} of {words.count(len(every), 'sub-call')} failed, most with: {words.clip(said, 160)}",
            "If a key, an address or a model's name is the cause, mend it in Settings; if the provider was busy, let fewer "
            "go side by side. Then resume or ask again.",
            path,
        )


def _calls(turns: list[Turn], place: Path) -> Iterator[tuple[Path, Subcall]]:
    """Yield each sub-call at any depth with the way to it."""
    for turn in turns:
        for number, call in enumerate(turn.subcalls, 1):
            path = (*place, turn.reply.iteration, number)
            yield path, call
            if call.child is not None:
                yield from _calls(call.child.turns, path)


def _error(call: Subcall) -> str:
    return (call.finished.error or "") if call.finished else ""


def _noticed(turns: list[Turn]) -> Iterator[Cause]:
    places: dict[str, list[int]] = {}
    for turn in turns:
        for notice in turn.notices:
            places.setdefault(notice.topic, []).append(turn.reply.iteration)
    for topic, (what, attempt) in _NOTICED.items():
        if topic in places:
            yield Cause(f"The model {what} {words.count(len(places[topic]), 'time')}.", attempt, (places[topic][-1],))


def draw(record: RunRecord, trajectory: Trajectory) -> None:
    """Draw above the turns why the run went wrong and what to try, with the way to each step."""
    found = causes(record, trajectory)
    if not found:
        return
    with st.container(border=True, gap="xsmall", key="run_wrong"):
        st.markdown("**What went wrong, and what to try**")
        for number, cause in enumerate(found):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{safe.label(cause.why)} {safe.label(cause.attempt)}", width="stretch")
                if cause.path:
                    st.button(
                        "Open the step", key=f"wrong-{record.id}-{number}", on_click=_go, args=(record.id, cause.path)
                    )


def _go(run_id: str, path: Path) -> None:
    address.open_way(run_id, path)
    address.look_at(run_id, path)
    address.note(path)
