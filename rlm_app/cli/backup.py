"""The commands that write a workspace to one file and take it in again."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from rlm_app import owners
from rlm_app.backup import ENDING
from rlm_app.build import SAMPLES, open_app
from rlm_app.cli.report import OWNER, say
from rlm_app.errors import ConfigError

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

    listing = commands.add_parser("owners", help="list whose workspaces are kept here, for backup and restore")
    listing.set_defaults(command=_owners)


def _add_owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--owner",
        default=OWNER,
        help="whose, in the data of a shared app, as `owners` lists them (default: this installation's)",
    )


def _backup(options: argparse.Namespace) -> int:
    target = options.output or Path(f"rlm-app-{datetime.datetime.now():%Y-%m-%d-%H%M}{ENDING}")
    app = open_app()
    try:
        if options.owner not in {workspace.owner for workspace in app.store.workspaces()}:
            raise ConfigError(
                f'Nothing is kept of "{options.owner}" here, so no backup was written. `python -m rlm_app owners` lists who '
                "keeps something; name one with --owner."
            )
        made = app.backups.write(options.owner, target, files=not options.without_files)
    finally:
        app.close()
    say(f"{made.path}: {_count(made.runs, 'run')} and {_count(made.documents, 'document')}, {made.size:,} bytes")
    return DONE


def _restore(options: argparse.Namespace) -> int:
    if not owners.is_owner(options.owner):
        raise ConfigError(
            f'Nobody is called "{options.owner}" in this app, so nothing was restored. Settings, Your data, shows a visitor '
            "what their workspace is called; `python -m rlm_app owners` lists those there are."
        )
    app = open_app()
    try:
        told = app.backups.restore(options.file, options.owner)
    finally:
        app.close()
    say(told.sentence())
    return IN_PART if told.unreadable else DONE


def _owners(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        for each in app.store.workspaces():
            if each.owner != SAMPLES:
                day = datetime.datetime.fromtimestamp(each.latest).strftime("%Y-%m-%d %H:%M")
                held = f"{_count(each.runs, 'run')}, {_count(each.documents, 'document')}"
                print(f"{each.owner}  {day}  {held}, {app.store.storage(each.owner):,} bytes")
    finally:
        app.close()
    return DONE


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
