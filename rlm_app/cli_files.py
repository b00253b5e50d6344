"""The commands that take runs in from files and write them out."""

from __future__ import annotations

import argparse
import functools
import sys
from pathlib import Path
from typing import Any

from rlm_app.build import App, open_app
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.runs.files import FORMS

DONE, SOME_REFUSED, ALL_REFUSED = 0, 1, 2
_MANY = 100_000


def add_commands(commands: Any, owner: str) -> None:
    """Add `import` and `export`, which work on the owner's runs, to the parser's commands."""
    taking = commands.add_parser("import", help="take in runs from files: logs of the reference, or exported runs")
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    taking.set_defaults(command=functools.partial(_import, owner))

    giving = commands.add_parser(
        "export", help="write a run to a file that the reference's visualizer or this app opens"
    )
    giving.add_argument("run", metavar="RUN", help="the run's id, or how it begins (see: runs)")
    giving.add_argument(
        "--format", choices=FORMS, default=FORMS[0], help="events keeps everything (default: reference)"
    )
    giving.add_argument("-o", "--output", type=Path, metavar="FILE", help="(default: standard output)")
    giving.set_defaults(command=functools.partial(_export, owner))


def _import(owner: str, options: argparse.Namespace) -> int:
    app = open_app()
    refused = 0
    try:
        for path in options.files:
            try:
                report = app.import_file(path, owner)
            except DocumentError as error:
                refused += 1
                print(error, file=sys.stderr)
                continue
            for run_id in report.run_ids:
                record = app.run(run_id, owner)
                if record is not None:
                    print(f"{run_id[:8]}  {record.state:<13}  {record.spec.question[:80]!r}")
            print(report.sentence(), file=sys.stderr)
    finally:
        app.close()
    if not refused:
        return DONE
    return ALL_REFUSED if refused == len(options.files) else SOME_REFUSED


def _export(owner: str, options: argparse.Namespace) -> int:
    app = open_app()
    try:
        text = app.export(_find(app, owner, options.run), owner, options.format)
    finally:
        app.close()
    if options.output is None:
        sys.stdout.write(text)
        return DONE
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{options.output} cannot be written: {error.strerror}.") from error
    print(f"{options.output}: {text.count(chr(10)):,} lines", file=sys.stderr)
    return DONE


def _find(app: App, owner: str, given: str) -> str:
    """Return the id of the one run that begins so; raise `ConfigError` when there is none or more than one."""
    if app.run(given, owner) is not None:
        return given
    found = [record.id for record in app.store.runs(owner, _MANY) if record.id.startswith(given)]
    if len(found) != 1:
        many = f"{len(found)} runs begin" if found else "No run begins"
        raise ConfigError(f"{many} with {given!r}. List them with: python -m rlm_app runs")
    return found[0]
