"""The commands behind `python -m rlm_app`: start the app, ask from a terminal, list the runs, take them in and out."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rlm_app import cli_files
from rlm_app.assemble import backend_named
from rlm_app.build import App, open_app
from rlm_app.engine.trajectory import Trajectory, Turn
from rlm_app.errors import DocumentError, RLMError, StoreError
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import DocumentInfo, Limits, RunState

OWNER = "local"
"""Who the runs and documents of a one-person installation belong to."""

ANSWERED, FAILED, UNUSABLE, STOPPED = 0, 1, 2, 130
"""Exit codes: an answer was given; the run failed or ended without one; the command cannot be carried out; stopped."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return the exit code; a message that explains a failure goes to standard error."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except RLMError as error:
        _say(str(error))
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rlm_app", description="Ask long documents; every quotation is checked."
    )
    commands = parser.add_subparsers(required=True, metavar="serve | ask | runs | import | export")

    serve = commands.add_parser("serve", help="start the app in the browser")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.set_defaults(command=_serve)

    ask = commands.add_parser("ask", help="ask a question of files, without the app")
    ask.add_argument("files", nargs="+", type=Path, metavar="FILE")
    ask.add_argument("--question", "-q", required=True)
    ask.add_argument("--backend", default="offline", help="who answers (default: offline, which needs no key)")
    ask.add_argument("--model", help="the root model (default: the backend's usual one)")
    ask.add_argument("--sub-model", help="the model of sub-calls (default: the backend's usual one)")
    ask.add_argument("--base-url", help="the server's address, for servers of your own")
    ask.add_argument("--environment", default="local", help="where code runs (default: local)")
    ask.add_argument("--max-turns", type=int, default=Limits().iterations)
    ask.add_argument("--max-cost", type=float, metavar="USD")
    ask.add_argument("--max-seconds", type=float, metavar="SECONDS")
    ask.add_argument("--max-sub-calls", type=int)
    ask.add_argument("--json", action="store_true", help="print answer, citations and usage as one JSON object")
    ask.set_defaults(command=_ask)

    runs = commands.add_parser("runs", help="list the runs that are kept")
    runs.add_argument("--json", action="store_true", help="one JSON object a line")
    runs.add_argument("--limit", type=int, default=50)
    runs.set_defaults(command=_runs)

    cli_files.add_commands(commands, OWNER)
    return parser


def _serve(options: argparse.Namespace) -> int:
    script = Path(__file__).resolve().parent.parent / "app.py"
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--server.port={options.port}", f"--server.address={options.address}"]
    command += [f"--server.headless={str(options.no_browser).lower()}"]
    os.chdir(script.parent)  # Streamlit reads .streamlit/config.toml from the folder it is started in
    os.execv(command[0], command)  # noqa: S606 - this process becomes the server, so that Ctrl-C reaches it


def _ask(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    backend = backend_named(settings, options.backend)
    app = _open_or_forget(settings)
    try:
        documents = _read(app, options.files)
        if not documents:
            return UNUSABLE
        spec = RunSpec(
            question=options.question,
            documents=tuple(info.sha256 for info in documents),
            backend=backend.name,
            root_model=options.model or backend.root_models[0],
            sub_model=options.sub_model or backend.sub_models[0],
            environment=options.environment,
            limits=Limits(
                iterations=options.max_turns,
                cost=options.max_cost,
                seconds=options.max_seconds,
                subcalls=options.max_sub_calls,
            ),
            options={"base_url": options.base_url} if options.base_url else {},
        )
        record = _watch(app, app.start(spec, OWNER))
        _print_result(app, record, as_json=options.json)
        return _exit_code(record)
    finally:
        app.close()


def _open_or_forget(settings: Settings) -> App:
    """Open the kept store; when the app holds it, work without keeping anything and say so."""
    try:
        return open_app(settings)
    except StoreError as error:
        _say(f"{error} This run is carried out, but it will not be in the History.")
        return open_app(settings, keep=False)


def _read(app: App, files: Sequence[Path]) -> list[DocumentInfo]:
    documents = []
    for path in files:
        try:
            info = app.add_file(path, path.name, OWNER)
        except DocumentError as error:
            _say(f"{error.name}: {error.reason}")
            continue
        _say(f"{info.name}: {app.health(info)}")
        documents.append(info)
    if not documents:
        _say("None of the files could be read, so there is nothing to ask.")
    return documents


def _watch(app: App, run_id: str) -> RunRecord:
    """Wait for the run to end and tell each turn as it comes; Ctrl-C stops the run, not the wait."""
    told = 0
    while True:
        try:
            record = app.run(run_id, OWNER)
            trajectory = app.trajectory(run_id, OWNER)
            turns = trajectory.turns if trajectory else []
            finished = record is not None and not record.state.is_live
            for turn in turns[told : len(turns) if finished else max(told, len(turns) - 1)]:
                _say(_turn_line(turn))
                told += 1
            if record is not None and finished:
                return record
            time.sleep(0.1)
        except KeyboardInterrupt:
            _say("Stopping …")
            app.manager.stop(run_id, OWNER)


def _turn_line(turn: Turn) -> str:
    intent = next((line.strip() for line in turn.reply.reply.splitlines() if line.strip(" `#*\t")), "")
    calls = f" · {len(turn.subcalls)} sub-calls" if turn.subcalls else ""
    failed = " · with an error" if turn.failed else ""
    return f"Turn {turn.reply.iteration} · {turn.seconds:.1f} s{calls}{failed} · {intent[:100]}"


def _print_result(app: App, record: RunRecord, *, as_json: bool) -> None:
    trajectory = app.trajectory(record.id, OWNER) or Trajectory()
    if as_json:
        print(json.dumps(_as_json(record, trajectory), ensure_ascii=False, indent=2))
        return
    if record.answer:
        print(record.answer)
    for citation in trajectory.citations:
        place = f"{citation.document}, {citation.page}" if citation.document else "no place"
        _say(f"{citation.verdict}: “{citation.quote[:70]}” ({place})")
    if record.state is not RunState.DONE:
        _say(f"The run ended early: {record.state}{' · ' + record.error if record.error else ''}")


def _as_json(record: RunRecord, trajectory: Trajectory) -> dict[str, object]:
    return {
        "run": record.id,
        "question": record.spec.question,
        "state": record.state,
        "stop": record.stop,
        "answer": record.answer,
        "error": record.error or None,
        "citations": [dataclasses.asdict(citation) for citation in trajectory.citations],
        "usage": dataclasses.asdict(record.usage),
        "seconds": round(record.seconds, 3),
    }


def _exit_code(record: RunRecord) -> int:
    if record.state is RunState.CANCELLED:
        return STOPPED
    return ANSWERED if record.state is RunState.DONE or (record.state is RunState.LIMIT and record.answer) else FAILED


def _runs(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        for record in app.store.runs(OWNER, options.limit):
            print(_run_json(record) if options.json else _run_line(record))
    finally:
        app.close()
    return ANSWERED


def _run_json(record: RunRecord) -> str:
    row = {"run": record.id, "created": record.created, "state": record.state, "question": record.spec.question}
    row |= {"documents": record.document_names, "cost": record.usage.cost, "seconds": round(record.seconds, 3)}
    return json.dumps(row, ensure_ascii=False)


def _run_line(record: RunRecord) -> str:
    when = datetime.datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M")
    return f"{record.id[:8]}  {when}  {record.state:<13}  {record.spec.question[:80]}"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
