"""Taking runs in from files: logs of the reference, or files this app exported."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from rlm_app.build import App, ImportReport
from rlm_app.errors import DocumentError, StoreError
from rlm_app.ui import freeing, safe, shell, words

_ROUND, _OUTCOMES = "ui_import_round", "ui_imports"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file: a report, or the reason why there is none."""

    name: str
    report: ImportReport | None = None
    reason: str = ""


def draw(app: App, owner: str) -> None:
    """Draw the field for files, folded away, and what came of the last ones."""
    outcomes: list[Outcome] = st.session_state.setdefault(_OUTCOMES, [])
    this_round = st.session_state.setdefault(_ROUND, 0)
    fold = st.expander("Import runs", key="history-import", type="compact", icon=":material/upload:", on_change="rerun")
    files = _field(fold, this_round) if fold.open else []
    if files:
        outcomes[:] = [_take(app, owner, file) for file in files]
        st.session_state[_ROUND] = this_round + 1
        st.rerun()
    for outcome in outcomes:
        _outcome(outcome)


def _field(fold: DeltaGenerator, this_round: int) -> list[UploadedFile]:
    return fold.file_uploader(
        "Files of runs",
        type=["jsonl", "json"],
        accept_multiple_files=True,
        key=f"import-{this_round}",
        help="Logs of the reference, new or old, or files exported here; a run that is here already is left as it is",
    )


def _take(app: App, owner: str, file: UploadedFile) -> Outcome:
    name = words.clip(file.name, 120)
    try:
        with freeing.on_disk(file) as path:
            return Outcome(name, app.import_file(path, owner, name))
    except DocumentError as error:
        return Outcome(name, reason=error.reason)
    except StoreError as error:
        return Outcome(name, reason=str(error))
    finally:
        freeing.free(file)


def _outcome(outcome: Outcome) -> None:
    report = outcome.report
    if report is None:
        st.markdown(f":red[:material/error:] **{safe.label(outcome.name)}** {safe.markdown(outcome.reason)}")
        return
    sign = ":orange[:material/warning:]" if report.damaged else ":green[:material/check_circle:]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{sign} **{safe.label(outcome.name)}** {_came_in(report)}", width="content")
        if report.run_ids:
            st.page_link(
                shell.RUN, label="Open it", icon=":material/arrow_forward:", query_params={"run": report.run_ids[0]}
            )
    if report.damaged:
        with st.expander(f"{words.count(len(report.damaged), 'line')} could not be used", type="compact"):
            rows = [f"- line {each.line}: {safe.markdown(each.reason)}" for each in report.damaged[:SHOWN]]
            st.markdown("\n".join(rows))


def _came_in(report: ImportReport) -> str:
    told = f"{words.count(report.completions, 'run')} from {words.count(report.lines, 'line')}"
    return f"{told}, {len(report.known)} of them here already" if report.known else told
