"""The commands that take runs in from files and write them out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rlm_app.build import open_app
from rlm_app.cli.report import OWNER, find_run
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.exports.check import check
from rlm_app.runs.files import FORMS

DONE, SOME_REFUSED, ALL_REFUSED = 0, 1, 2


def add_commands(commands: Any) -> None:
    """Add `import`, `export` and `verify` to the parser's commands."""
    taking = commands.add_parser("import", help="take in runs from files: logs of the reference, or exported runs")
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    taking.set_defaults(command=_import)

    giving = commands.add_parser(
        "export", help="write a run to a file that the reference's visualizer or this app opens"
    )
    giving.add_argument("run", metavar="RUN", help="the run's id, or how it begins (see: runs)")
    giving.add_argument(
        "--format", choices=FORMS, default=FORMS[0], help="events keeps everything (default: reference)"
    )
    giving.add_argument("-o", "--output", type=Path, metavar="FILE", help="(default: standard output)")
    giving.set_defaults(command=_export)

    checking = commands.add_parser("verify", help="check a shared run (HTML): that nothing in it was changed")
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    checking.set_defaults(command=_verify)


def _import(options: argparse.Namespace) -> int:
    app = open_app()
    refused = 0
    try:
        for path in options.files:
            try:
                report = app.import_file(path, OWNER)
            except DocumentError as error:
                refused += 1
                print(error, file=sys.stderr)
                continue
            for run_id in report.run_ids:
                record = app.run(run_id, OWNER)
                if record is not None:
                    print(f"{run_id[:8]}  {record.state:<13}  {record.spec.question[:80]!r}")
            print(report.sentence(), file=sys.stderr)
    finally:
        app.close()
    if not refused:
        return DONE
    return ALL_REFUSED if refused == len(options.files) else SOME_REFUSED


def _export(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        text = app.export(find_run(app, options.run), OWNER, options.format)
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


def _verify(options: argparse.Namespace) -> int:
    wrong = 0
    for path in options.files:
        try:
            report = check(path.read_bytes())
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be read: {error.strerror}. Name a file that was shared as HTML."
            ) from error
        wrong += not report.fine
        if report.fine:
            print(f"{path}: nothing was changed; {len(report.findings)} things checked, {report.quotes} quotations")
            print(f"  fingerprint {report.fingerprint}")
        else:
            print(f"{path}: CHANGED OR DAMAGED: {'; '.join(report.wrong)}")
    return SOME_REFUSED if wrong else DONE
