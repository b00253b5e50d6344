"""The commands behind `python -m rlm_app`: start the app, ask from a terminal, list the runs, take them in and out."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rlm_app import signing
from rlm_app.assemble import backend_named
from rlm_app.build import App, open_app
from rlm_app.cli import again, backup, doctor, files, grid, ordering
from rlm_app.cli.numbers import whole
from rlm_app.cli.report import ANSWERED, FAILED, OWNER, UNUSABLE, exit_code, print_result, say, watch
from rlm_app.errors import RLMError, StoreError
from rlm_app.records import RunRecord
from rlm_app.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command and return the exit code; a message that explains a failure goes to standard error."""
    options = _parser().parse_args(arguments)
    if vars(options).get("allow_unconfined"):
        os.environ["RLM_APP_ALLOW_UNCONFINED"] = "1"
    try:
        code: int = options.command(options)
    except RLMError as error:
        say(str(error))
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rlm_app", description="Ask long documents; every quotation is checked."
    )
    commands = parser.add_subparsers(
        required=True,
        metavar="serve | ask | grid | runs | resume | fork | follow | replay | import | export | verify | backup | restore "
        "| owners | doctor",
    )

    serve = commands.add_parser("serve", help="start the app in the browser")
    serve.add_argument("--port", type=whole(1, 65_535), default=8501, metavar="PORT")
    serve.add_argument("--address", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser")
    serve.set_defaults(command=_serve)

    ask = commands.add_parser("ask", help="ask a question of files, without the app")
    ask.add_argument("files", nargs="+", type=Path, metavar="FILE")
    ask.add_argument("--question", "-q", required=True)
    ordering.add_order(ask)
    ask.add_argument("--json", action="store_true", help="print answer, citations and usage as one JSON object")
    ask.set_defaults(command=_ask)

    runs = commands.add_parser("runs", help="list the runs that are kept")
    runs.add_argument("--json", action="store_true", help="one JSON object a line")
    runs.add_argument("--limit", type=whole(1, 1_000_000), default=50, metavar="N", help="how many at most (50)")
    runs.set_defaults(command=_runs)

    grid.add_command(commands)
    again.add_commands(commands)
    files.add_commands(commands)
    backup.add_commands(commands)
    doctor.add_command(commands)
    return parser


def _serve(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    settings.check_address(options.address)
    if settings.shared and not settings.login:
        signing.secret(settings)  # what is wrong with it is told here, and not to the first visitor
    command = [sys.executable, "-m", "rlm_app.ui.serving", f"--port={options.port}", f"--address={options.address}"]
    if options.no_browser:
        command.append("--no-browser")
    os.chdir(Path(__file__).resolve().parents[2])  # Streamlit reads .streamlit/config.toml from the folder it starts in
    os.execv(command[0], command)  # noqa: S606 - this process becomes the server, so that Ctrl-C reaches it


def _ask(options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    backend = backend_named(settings, options.backend)
    app = _open_or_forget(settings)
    try:
        documents = ordering.read_files(app, options.files)
        if not documents:
            return UNUSABLE
        spec = ordering.order_from(options, backend, options.question, [info.sha256 for info in documents])
        record = watch(app, app.start(spec, OWNER))
        print_result(app, record, as_json=options.json)
        return exit_code(record)
    finally:
        app.close()


def _open_or_forget(settings: Settings) -> App:
    """Open the kept store; when the app holds it, work without keeping anything and say so."""
    try:
        return open_app(settings)
    except StoreError as error:
        say(f"{error} This run is carried out, but it will not be in the History.")
        return open_app(settings, keep=False)


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
