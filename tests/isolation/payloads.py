"""What a hostile document, file name, model or log would put before a reader: each tries to run, to load, or to mislead."""

from __future__ import annotations

import dataclasses
import json
import time
import uuid
from pathlib import Path
from typing import Any

from rlm_app.build import App
from rlm_app.cell_results import CellError
from rlm_app.citations import Citation, Verdict
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.exports.frozen import freeze
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.grids import Place
from rlm_app.records import RunRecord, RunSpec
from rlm_app.shares import DAY
from rlm_app.types import DocumentInfo, Limits, RunState, Stop, Usage

ELSEWHERE = "http://canary.example"
"""Where nothing may be asked for."""
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
_HTML = (
    f"<script>window.ran=1</script><img src={ELSEWHERE}/i.png onerror=window.ran=1><svg onload=window.ran=1>"
    f"<iframe src='{ELSEWHERE}/f'></iframe><link rel=stylesheet href={ELSEWHERE}/c.css>"
    f"<style>@import '{ELSEWHERE}/s.css';</style><form action={ELSEWHERE}><button>go</button></form>"
)
_MARKDOWN = (
    f"![p]({ELSEWHERE}/m.png) [ok](javascript:window.ran=1) <{ELSEWHERE}/a> "
    f"![d](data:text/html,<script>window.ran=1</script>) [r]: {ELSEWHERE}/r"
)
_MATHS = rf"$\href{{javascript:window.ran=1}}{{x}}$ $\includegraphics{{{ELSEWHERE}/l.png}}$"
_TABLE = f"\n\n| a | b |\n|---|---|\n| ![t]({ELSEWHERE}/t.png) | [x]({ELSEWHERE}/l) |\n"
_STREAMLIT = (
    f":red[x] :material/delete: [^1] \N{ESCAPE}[31m zero\N{ZERO WIDTH SPACE}width {'w' * 600}\n\n[^1]: {ELSEWHERE}/foot"
)
PAYLOAD = f"MARK {_HTML} {_MARKDOWN} {_MATHS} {OVERRIDE}txt.exe </div></pre>\"'>` {_STREAMLIT}{_TABLE}"
NAME = f"MARK<img src=x onerror=window.ran=1>![n]({ELSEWHERE}%2Fn.png){OVERRIDE}fdp.txt".replace("/", "_")
USAGE = Usage(calls=1, input_tokens=9, output_tokens=9, cost=0.01)


def furnish(app: App, owner: str, folder: Path) -> dict[str, str]:
    """Keep payloads wherever text of strangers is kept; return the ids of what was kept."""
    info = _document(app, owner, folder)
    run = _run(app, owner, info)
    again = _run(app, owner, info)
    log = folder / "log.jsonl"
    log.write_text("\n".join(json.dumps(line) for line in _log()), encoding="utf-8")
    (imported,) = app.import_file(log, owner).run_ids
    app.shelf.keep_collection(owner, PAYLOAD[:80], [info.sha256])
    app.store.keep_preference(owner, "sql", {PAYLOAD: f"SELECT '{ELSEWHERE}' AS \"<img src=x onerror=window.ran=1>\""})
    grid = app.grids.create(owner, PAYLOAD, RunSpec("", (), "offline", "offline", "offline"))
    app.grids.add_rows(grid.id, owner, [(info.sha256, info.name)])
    laid = app.grids.add_columns(grid.id, owner, [PAYLOAD])
    place = Place(grid.id, owner, laid.rows[0].id, laid.columns[0].id)
    app.grids.edit(place, PAYLOAD)
    record, trajectory = app.run(run, owner), app.trajectory(run, owner)
    assert record is not None
    assert trajectory is not None
    copy = freeze(Material(record, trajectory), Share(prompts=True, sources=Sources.WHOLE), time.time())
    link, _ = app.sharing.make(run, owner, copy, time.time() + DAY)
    ids = {"link": link, "run": run, "again": again, "imported": imported, "document": info.sha256, "grid": grid.id}
    return {**ids, "cell": f"{place.row}.{place.column}"}


def _document(app: App, owner: str, folder: Path) -> DocumentInfo:
    file = folder / "hostile.txt"
    file.write_text(f"{PAYLOAD}\n\nMay end this agreement with ninety days' notice.\n{PAYLOAD}\n", encoding="utf-8")
    return app.add_file(file, NAME, owner)


def _run(app: App, owner: str, info: DocumentInfo) -> str:
    run_id = uuid.uuid4().hex
    spec = RunSpec(PAYLOAD, (info.sha256,), "offline", PAYLOAD[:60], PAYLOAD[:60], limits=Limits(cost=1.0))
    record = RunRecord(
        run_id,
        owner,
        spec,
        RunState.DONE,
        app.boot,
        time.time() - 60,
        document_names=(info.name,),
        finished=time.time(),
        seconds=12.0,
        stop=Stop.ANSWERED,
        answer=f"{PAYLOAD} “{PAYLOAD}”",
        usage=USAGE,
        quotes_found=0,
        quotes_total=1,
        title=PAYLOAD[:200],
    )
    for number, event in enumerate(_events(run_id, info), 1):
        app.store.append_event(dataclasses.replace(event, seq=number))
    app.store.flush()
    app.store.add_run(record)
    return run_id


def _events(run_id: str, info: DocumentInfo) -> list[Any]:
    root: dict[str, Any] = {
        "run_id": run_id,
        "seq": 0,
        "call_id": "0",
        "parent_id": None,
        "depth": 0,
        "at": time.time(),
    }
    call = {**root, "call_id": "0.1", "parent_id": "0", "depth": 1}
    here: dict[str, Any] = {"iteration": 1, "cell": 1}
    error = CellError(type=PAYLOAD[:80], message=PAYLOAD, traceback=PAYLOAD)
    judged = Citation(PAYLOAD, Verdict.NOT_FOUND, info.sha256, info.name, page="1", unit="page", detail=PAYLOAD)
    found = Citation(
        "May end this agreement", Verdict.FOUND, info.sha256, info.name, 0, 22, "1", "page", PAYLOAD, PAYLOAD
    )
    about: dict[str, Any] = {"question": PAYLOAD, "backend": "offline", "environment": "local", "documents": (info,)}
    return [
        RunStarted(**root, **about, root_model=PAYLOAD[:60], sub_model=PAYLOAD[:60]),
        ModelReplied(**root, iteration=1, messages=(), reply=PAYLOAD, model=PAYLOAD, usage=USAGE, reasoning=PAYLOAD),
        CellStarted(**root, **here, code=f"# {PAYLOAD}"),
        SubcallStarted(**call, **here, role="llm", model=PAYLOAD, prompt=PAYLOAD),
        SubcallFinished(**call, **here, reply=PAYLOAD, model=PAYLOAD, usage=USAGE, error=PAYLOAD),
        CellFinished(**root, **here, stdout=PAYLOAD, error=error, draft=PAYLOAD, variables={PAYLOAD[:40]: PAYLOAD}),
        Noticed(**root, iteration=1, topic="imported", text=PAYLOAD),
        Cited(**root, citation=judged),
        Cited(**root, citation=found),
        RunFinished(**root, answer=f"{PAYLOAD} “{PAYLOAD}”", stop=Stop.ANSWERED, usage=USAGE, seconds=12.0),
    ]


def _log() -> list[dict[str, Any]]:
    result = {
        "stdout": PAYLOAD,
        "stderr": PAYLOAD,
        "execution_time": 1.0,
        "locals": {PAYLOAD[:40]: PAYLOAD},
        "rlm_calls": [],
    }
    turn = {"type": "iteration", "iteration": 1, "response": PAYLOAD, "iteration_time": 1.0, "final_answer": PAYLOAD}
    turn |= {"prompt": [{"role": "user", "content": PAYLOAD}], "timestamp": "2026-08-08T20:23:44"}
    head = {"type": "metadata", "root_model": PAYLOAD, "backend": PAYLOAD, "environment_type": PAYLOAD, "max_depth": 1}
    return [head, {**turn, "code_blocks": [{"code": PAYLOAD, "result": result}]}]
