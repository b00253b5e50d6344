"""The commands that go on from a run: resume it, fork it, ask it further, or go through it again without a model."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from rlm_app.build import App, open_app
from rlm_app.cli.numbers import whole
from rlm_app.cli.report import ANSWERED, FAILED, OWNER, exit_code, find_run, print_result, say, watch
from rlm_app.errors import ClientError, ConfigError, ReplayDiverged
from rlm_app.events import CellFinished, CellStarted, Event, ModelReplied, SubcallFinished
from rlm_app.records import RunRecord
from rlm_app.types import Limits

_LIMITS = {"max_turns": "iterations", "max_cost": "cost", "max_seconds": "seconds", "max_sub_calls": "subcalls"}


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the four limits that commands share; what is not given is None."""
    parser.add_argument("--max-turns", type=int, metavar="N")
    parser.add_argument("--max-cost", type=float, metavar="USD")
    parser.add_argument("--max-seconds", type=float, metavar="SECONDS")
    parser.add_argument("--max-sub-calls", type=int, metavar="N")


def add_consent(parser: argparse.ArgumentParser) -> None:
    """Add the word by which a person agrees to run a model's code where it cannot be confined."""
    parser.add_argument(
        "--allow-unconfined", action="store_true", help="run a model's code even where nothing confines it"
    )


def limits_from(options: argparse.Namespace, base: Limits) -> Limits:
    """Return the base limits with those that were given in their place."""
    given = {field: getattr(options, name) for name, field in _LIMITS.items() if getattr(options, name) is not None}
    return dataclasses.replace(base, **given)


def add_commands(commands: Any) -> None:
    """Add `resume`, `fork`, `follow` and `replay` to the parser's commands."""
    resume = _command(commands, "resume", "go on with a run that ended early, without paying for anything twice")
    resume.add_argument("--anyway", action="store_true", help="go on even if a cell prints something else than it did")
    add_limits(resume)
    resume.set_defaults(command=_resume)

    fork = _command(commands, "fork", "share a run's turns up to one of them, for nothing, and go on differently")
    fork.add_argument("--turn", type=whole(0, 1_000_000), required=True, help="the last turn to share; 0 begins anew")
    fork.add_argument("--question", "-q")
    fork.add_argument("--model", help="another root model")
    fork.add_argument("--sub-model", help="another model for sub-calls")
    fork.add_argument("--system-prompt", metavar="TEXT", help="another system prompt")
    add_limits(fork)
    fork.set_defaults(command=_fork)

    follow = _command(commands, "follow", "ask a further question in the REPL of a run that has ended")
    follow.add_argument("--question", "-q", required=True)
    follow.set_defaults(command=_follow)

    replay = _command(commands, "replay", "go through a run again, step by step, with no way to reach a model")
    replay.add_argument("--step", action="store_true", help="wait for Enter before each turn")
    replay.set_defaults(command=_replay)


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text)
    parser.add_argument("run", metavar="RUN", help="the run's id, or how it begins (see: runs)")
    add_consent(parser)
    if name != "replay":
        parser.add_argument("--json", action="store_true", help="print answer, citations and usage as one JSON object")
    return parser


def _resume(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        record = _record(app, options.run)
        saved, sent = app.saved_calls(record.id, record.owner)
        say(f"{saved} of {sent} calls are saved. Resuming may pay again for at most {sent - saved}.")
        limits = limits_from(options, record.spec.limits)
        known = app.trajectory(record.id, OWNER)
        app.resume(record.id, OWNER, limits=limits, strict=not options.anyway)
        return _report(app, record.id, options, len(known.turns) if known else 0)
    finally:
        app.close()


def _fork(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        record = _record(app, options.run)
        asked = {
            "question": options.question,
            "root_model": options.model,
            "sub_model": options.sub_model,
            "system_prompt": options.system_prompt,
        }
        changes = {name: value for name, value in asked.items() if value is not None}
        limits = limits_from(options, record.spec.limits)
        return _report(app, app.fork(record.id, OWNER, options.turn, limits=limits, **changes), options)
    finally:
        app.close()


def _follow(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        return _report(app, app.follow_up(_record(app, options.run).id, OWNER, options.question), options)
    finally:
        app.close()


def _report(app: App, run_id: str, options: argparse.Namespace, told: int = 0) -> int:
    record = watch(app, run_id, told)
    print_result(app, record, as_json=options.json)
    return exit_code(record)


def _replay(options: argparse.Namespace) -> int:
    app = open_app()
    try:
        record = _record(app, options.run)

        def show(event: Event) -> None:
            if options.step and isinstance(event, ModelReplied) and event.iteration > 1:
                input("-- Enter: next turn ")
            _show(event)

        try:
            completion = app.replay(record.id, OWNER, show)
        except (ReplayDiverged, ClientError) as error:
            say(str(error))
            return FAILED
        same = completion.text == record.answer
        say("Each cell printed what it printed then, and the answer is the same." if same else "The answer differs.")
        return ANSWERED if same else FAILED
    finally:
        app.close()


def _show(event: Event) -> None:
    indent = "  " * event.depth
    match event:
        case ModelReplied():
            print(f"{indent}== Turn {event.iteration}\n{event.reply}")
        case CellStarted():
            print(f"{indent}-- Cell {event.cell}")
        case CellFinished():
            print(event.stdout + (event.error.traceback if event.error else ""), end="")
        case SubcallFinished():
            print(f"{indent}sub-call {event.call_id}: {event.error or event.reply[:200]}")


def _record(app: App, given: str) -> RunRecord:
    record = app.run(find_run(app, given), OWNER)
    if record is None:
        raise ConfigError("This run does not exist.")
    return record
