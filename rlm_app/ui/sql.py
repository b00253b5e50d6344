"""The SQL page: a question, its table, and questions that are kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.ui import safe, words

_KEPT = "sql"
_FIELD = "sql-question"
_READY = {
    "Money by model": "SELECT model, count(*) AS calls, round(sum(cost), 4) AS usd, sum(input_tokens) AS input_tokens\n"
    "FROM calls GROUP BY model ORDER BY usd DESC NULLS LAST",
    "Quotations by verdict": "SELECT verdict, count(*) AS quotes FROM citations WHERE turn = 0\n"
    "GROUP BY verdict ORDER BY quotes DESC",
    "What was not found": "SELECT runs.question, citations.quote FROM citations JOIN runs ON runs.id = citations.run_id\n"
    "WHERE verdict IN ('Not found', 'Altered') AND turn = 0 ORDER BY runs.created DESC",
    "Dearest runs": "SELECT created, question, cost, calls, seconds FROM runs ORDER BY cost DESC NULLS LAST LIMIT 20",
    "Failed calls": "SELECT run_id, call_id, model, error FROM calls WHERE error IS NOT NULL ORDER BY ended DESC",
}
_COLUMNS = """
**runs**: id, question, title, answer, state, stop, backend, root_model, sub_model, environment, mode, documents, created,
finished, seconds, cost, calls, input_tokens, cached_tokens, output_tokens, quotes_found, quotes_total, starred, error

**calls**: run_id, call_id, parent_id, depth, turn, role, model, ended, seconds, cost, input_tokens, cached_tokens,
output_tokens, finish, error, replayed

**citations**: run_id, turn (0: of the answer), quote, verdict, document, page, start, end, sha256
"""


def draw(app: App, owner: str) -> None:
    """Draw the field, the questions that are ready or kept, and the table that comes of one."""
    st.caption(
        "Read only, and your own runs alone: the question is answered from a copy of their rows. One SELECT, five seconds, a "
        "thousand rows."
    )
    kept: dict[str, str] = app.store.preference(owner, _KEPT) or {}
    _choose({**_READY, **kept})
    sql = st.text_area("Question in SQL", key=_FIELD, height=150, persist_state="session")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.button("Ask", key="sql-ask", type="primary", icon=":material/play_arrow:")
        _keep(app, owner, kept, sql or "")
    with st.expander("Tables and columns", type="compact", icon=":material/table:"):
        st.markdown(_COLUMNS)
    if asked and sql and sql.strip():
        _answer(app, owner, sql)


def _choose(questions: dict[str, str]) -> None:
    def take() -> None:
        name = st.session_state["sql-chosen"]
        if name:
            st.session_state[_FIELD] = questions[name]

    st.session_state.setdefault(_FIELD, _READY["Money by model"])
    st.selectbox(
        "Ready and kept questions",
        list(questions),
        index=None,
        key="sql-chosen",
        on_change=take,
        placeholder="Choose one",
        format_func=safe.unmarked,
    )


def _keep(app: App, owner: str, kept: dict[str, str], sql: str) -> None:
    with st.popover("Keep this question", icon=":material/bookmark:"):
        name = st.text_input("Name", key="sql-name", max_chars=80)
        st.button(
            "Keep it",
            key="sql-keep",
            disabled=not sql.strip(),
            on_click=lambda: _store(app, owner, {**kept, (name or "").strip(): sql} if (name or "").strip() else kept),
        )
        for known in kept:
            st.button(
                f"Forget “{safe.label(words.clip(known, 40))}”",
                key=f"sql-forget-{known}",
                type="tertiary",
                icon=":material/delete:",
                on_click=lambda gone=known: _store(app, owner, {n: q for n, q in kept.items() if n != gone}),
            )


def _store(app: App, owner: str, questions: dict[str, str]) -> None:
    app.store.keep_preference(owner, _KEPT, questions or None)


def _answer(app: App, owner: str, sql: str) -> None:
    try:
        with st.spinner("Asking"):
            table = app.store.ask(owner, sql)
    except StoreError as error:
        st.error(safe.label(str(error)), icon=":material/error:")
        return
    if not table.rows:
        st.info("No row fits.", icon=":material/search_off:")
        return
    columns: dict[str, Any] = {
        name: [_shown(row[at]) for row in table.rows] for at, name in enumerate(_different(table.columns))
    }
    st.dataframe(columns, hide_index=True, width="stretch")
    more = "; there are more, which are not shown" if table.cut else ""
    st.caption(f"{words.count(len(table.rows), 'row')} in {words.duration(table.seconds)}{more}")


def _different(names: tuple[str, ...]) -> list[str]:
    """Return the names of columns, those that occur again with a number."""
    return [safe.level(name if name not in names[:at] else f"{name} {at + 1}") for at, name in enumerate(names)]


def _shown(value: Any) -> Any:
    return safe.level(value) if isinstance(value, str) else value
