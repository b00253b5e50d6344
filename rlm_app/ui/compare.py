"""The Compare page: two runs side by side, and repeats of a run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.finding import RunQuery
from rlm_app.records import RunRecord
from rlm_app.ui import comparing, header, marked, naming, repeats, safe, shell, states, words

_LATEST = 200
_NAMES = ("One run", "The other")


def draw(app: App, owner: str) -> None:
    """Draw which runs are compared, and how they differ; both are in the page's address."""
    left, right = _chosen(app, owner)
    if left is None or right is None:
        st.markdown("Choose two runs above, or tick two on the History page.")
        st.page_link(shell.HISTORY, label="History", icon=":material/history:")
        return
    if left.id == right.id:
        st.markdown("This is one run twice; choose another to compare it with, or repeat it.")
        repeats.draw(app, left)
        return
    one, two = (app.trajectory(record.id, owner) or Trajectory() for record in (left, right))
    _settings(left, right)
    _answers(left, right)
    _evidence(one.citations, two.citations)
    _parting(left, right, one, two)
    repeats.draw(app, left)


def _chosen(app: App, owner: str) -> tuple[RunRecord | None, RunRecord | None]:
    latest = {record.id: record for record in app.store.find_runs(owner, RunQuery(limit=_LATEST)).records}
    for side in ("left", "right"):
        named = st.query_params.get(side, "")
        record = app.run(named, owner) if named and named not in latest else None
        if record is not None:
            latest[record.id] = record
    columns = st.columns(2)
    return (
        _pick(columns[0], "left", _NAMES[0], latest),
        _pick(columns[1], "right", _NAMES[1], latest),
    )


def _pick(
    place: st.delta_generator.DeltaGenerator, side: str, label: str, runs: dict[str, RunRecord]
) -> RunRecord | None:
    """Draw the field that chooses a run. It shows what the address names, which Back changes too."""
    key, named = f"compare-{side}", st.query_params.get(side, "")
    names = naming.by_id({run_id: _name(record) for run_id, record in runs.items()})
    st.session_state[key] = named if named in runs else None
    chosen = place.selectbox(
        label,
        list(runs),
        format_func=lambda run_id: names.get(run_id, ""),
        placeholder="Choose a run",
        key=key,
        on_change=lambda: _choose(side, st.session_state[key]),
    )
    return runs[chosen] if chosen else None


def _choose(side: str, run_id: str | None) -> None:
    if run_id:
        st.query_params[side] = run_id
    else:
        st.query_params.pop(side, None)


def _name(record: RunRecord) -> str:
    when = words.moment(record.created, st.context.timezone)
    return f"{words.clip(record.name, 70)} · {states.look_of(record).word} · {when}"


def _settings(left: RunRecord, right: RunRecord) -> None:
    st.subheader("Settings, money and time", anchor=False)
    rows = comparing.settings(left, right)
    st.table(
        {
            "": [safe.label(name) for name, _, _ in rows],
            _NAMES[0]: [safe.label(words.clip(ours, 160)) for _, ours, _ in rows],
            _NAMES[1]: [safe.label(words.clip(theirs, 160)) for _, _, theirs in rows],
        },
        hide_index=True,
    )


def _answers(left: RunRecord, right: RunRecord) -> None:
    st.subheader("Answers", anchor=False, help="Words that the other answer lacks are marked")
    for column, name, record, stretches in zip(
        st.columns(2), _NAMES, (left, right), comparing.marked_words(left.answer, right.answer), strict=True
    ):
        with column:
            st.page_link(shell.RUN, label=name, icon=":material/open_in_new:", query_params={"run": record.id})
            st.html(f'<div class="rlm-text">{_html(stretches) or "No answer."}</div>')


def _html(stretches: comparing.Marked) -> str:
    pieces = (f"<mark>{safe.html(text)}</mark>" if differs else safe.html(text) for text, differs in stretches)
    return "".join(pieces)


def _evidence(left: Sequence[Citation], right: Sequence[Citation]) -> None:
    st.subheader("Evidence", anchor=False)
    titles = ("Only the one", "Both", "Only the other")
    for column, title, found in zip(st.columns(3), titles, comparing.shared_evidence(left, right), strict=True):
        with column:
            st.markdown(f"**{title}** :gray[{words.count(len(found), 'quote')}]")
            for same in found:
                st.markdown(_quoted(same))


def _quoted(same: comparing.Same) -> str:
    """Return a quotation with its verdict and place; with those of both runs where they differ."""
    looks = dict.fromkeys(states.VERDICTS[each.verdict].markdown for each in same)
    places = dict.fromkeys(filter(None, (_place(each) for each in same)))
    quote = safe.label(words.clip(same[0].quote, 240))
    return f"{' '.join(looks)} “{quote}” :gray[{safe.label(' · '.join(places))}]"


def _place(citation: Citation) -> str:
    page = marked.place(citation.unit or "page", citation.page)
    return ", ".join(filter(None, (citation.document, page)))


def _parting(left: RunRecord, right: RunRecord, one: Trajectory, two: Trajectory) -> None:
    st.subheader("Where they part", anchor=False)
    found = comparing.parting(one, two)
    if found is None:
        st.markdown("They never do: every turn has the same code and the same output.")
        return
    number, how = found
    st.markdown(f"**Turn {number}**: {how}.")
    for column, name, record, trajectory in zip(st.columns(2), _NAMES, (left, right), (one, two), strict=True):
        with column:
            st.caption(name)
            if number > len(trajectory.turns):
                st.caption(f"It ended before, after {header.time_of(record)}.")
                continue
            turn = trajectory.turns[number - 1]
            code = "\n\n".join(cell.started.code for cell in turn.cells)
            st.code(safe.level(code or turn.reply.reply), language="python" if code else None, wrap_lines=True)
