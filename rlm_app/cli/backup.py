"""The commands that write a workspace to one file and take it in again."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from rlm_app.backup import ENDING
from rlm_app.build import open_app
from rlm_app.cli.report import OWNER, say

DONE, IN_PART = 0, 1


def add_commands(commands: Any) -> None:
    """Add `backup` and `restore` to the parser's commands."""
    saving = commands.add_parser(
        "backup", help="write runs, documents, grids and settings to one file; it holds no keys"
    )
    saving.add_argument("-o", "--output", type=Path, metavar="FILE", help="(default: a name with today's date, here)")
    saving.add_argument(
        "--without-files", action="store_true", help="leave out the uploaded files; their texts stay in"
    )
    _add_owner(saving)
    saving.set_defaults(command=_backup)

    taking = commands.add_parser("restore", help="take in what a backup holds and is not here yet")
    taking.add_argument("file", type=Path, metavar="FILE")
    _add_owner(taking)
    taking.set_defaults(command=_restore)


def _add_owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--owner", default=OWNER, help="whose, in the data of a shared app (default: this installation's)"
    )


def _backup(options: argparse.Namespace) -> int:
    target = options.output or Path(f"rlm-app-{datetime.datetime.now():%Y-%m-%d-%H%M}{ENDING}")
    app = open_app()
    try:
        made = app.backups.write(options.owner, target, files=not options.without_files)
    finally:
        app.close()
    say(f"{made.path}: {_count(made.runs, 'run')} and {_count(made.documents, 'document')}, {made.size:,} bytes")
    return DONE


def _restore(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        told = app.backups.restore(options.file, options.owner)
    finally:
        app.close()
    say(told.sentence())
    return IN_PART if told.unreadable else DONE


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
