"""The command that asks every question of every file, and goes on where it was stopped."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from rlm_app.assemble import backend_named
from rlm_app.build import App, open_app
from rlm_app.cli.again import limits_from
from rlm_app.cli.ordering import add_order, order_from, read_files
from rlm_app.cli.report import ANSWERED, FAILED, OWNER, STOPPED, UNUSABLE, say
from rlm_app.errors import ConfigError
from rlm_app.estimates import Estimate
from rlm_app.exports.xlsx_grid import csv_text, workbook
from rlm_app.grid_estimates import expected
from rlm_app.grids import Grid, GridView, Standing
from rlm_app.records import RunSpec
from rlm_app.registry import SPREADS, find
from rlm_app.runs.grid_work import GridWork
from rlm_app.spread import Spread
from rlm_app.types import Limits

_GOOD = frozenset({Standing.DONE, Standing.EDITED})
_OVER = frozenset({*_GOOD, Standing.INTERRUPTED, Standing.FAILED, Standing.LIMIT})


def add_command(commands: Any) -> None:
    """Add `grid` to the parser's commands."""
    parser = commands.add_parser("grid", help="ask every question of every file; once more, it goes on where it ended")
    parser.add_argument("name", metavar="NAME", help="the grid's name; one that exists gets what is new added")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="documents to add as rows")
    parser.add_argument("--question", "-q", action="append", default=[], help="a question to add; may be given again")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="a file with a question a line")
    add_order(parser)
    parser.set_defaults(backend=None, environment=None, depth=None)  # what is not given stays as the grid has it
    parser.add_argument("--estimate", action="store_true", help="say what it is likely to cost, and run nothing")
    parser.add_argument(
        "--on",
        choices=sorted(SPREADS),
        default="here",
        help="what carries the cells out: this process, or workers of a Ray cluster (RAY_ADDRESS, else one of this machine)",
    )
    parser.add_argument(
        "--address", default="", help="where the app is reached; cells of the workbook lead to their run"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="FILE.xlsx or FILE.csv (default: CSV to standard output)"
    )
    parser.set_defaults(command=_grid)


def _grid(options: argparse.Namespace) -> int:
    if options.output and options.output.suffix.lower() not in {".xlsx", ".csv"}:
        raise ConfigError(f"A grid is written as .xlsx or .csv, and {options.output.name} is neither.")
    questions = [*options.question, *_lines(options.questions)]
    spread: Spread | None = None if options.on == "here" or options.estimate else find(SPREADS, "engine", options.on)()
    try:
        return _on(spread, options, questions)
    finally:
        if spread is not None:
            spread.close()


def _on(spread: Spread | None, options: argparse.Namespace, questions: list[str]) -> int:
    app = open_app(spread=spread)
    try:
        grid = _laid_out(app, options, questions)
        view = app.grids.view(grid.id, OWNER)
        if not view.squares:
            say("This grid has no cell yet: give it at least one FILE and one --question.")
            return UNUSABLE
        say(f"{len(view.due)} of {len(view.squares)} cells to run: {_likely(app, view)}")
        if options.estimate:
            return ANSWERED
        stopped = bool(view.due) and _watch(app, app.grids.run(grid.id, OWNER, {}), grid)
        view = app.grids.view(grid.id, OWNER)
        _write(app, view, options)
        return STOPPED if stopped else _code(view)
    finally:
        app.close()


def _laid_out(app: App, options: argparse.Namespace, questions: list[str]) -> Grid:
    """Return the grid of that name with the files and questions added, a new one if there is none."""
    grid = next((each for each in app.grids.all(OWNER) if each.name == options.name), None)
    order = _order(app, options, grid)
    if grid is None:
        grid = app.grids.create(OWNER, options.name, order)
    elif grid.order != order:
        app.grids.change_order(grid.id, OWNER, order)
    documents = read_files(app, options.files)
    app.grids.add_rows(grid.id, OWNER, [(info.sha256, info.name) for info in documents])
    return app.grids.add_columns(grid.id, OWNER, questions)


def _order(app: App, options: argparse.Namespace, grid: Grid | None) -> RunSpec:
    """Return how cells are run: as before with what was given in its place, or anew where another backend was given."""
    if grid is None or options.backend:
        usual = {"backend": "offline", "environment": "local", "depth": Limits().depth}
        filled = {name: getattr(options, name) or value for name, value in usual.items()}
        options = argparse.Namespace(**{**vars(options), **filled})
        return order_from(options, backend_named(app.settings, options.backend), "", ())
    given = {"root_model": options.model, "sub_model": options.sub_model, "environment": options.environment}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value}
    limits = limits_from(options, grid.order.limits)
    return dataclasses.replace(grid.order, limits=limits, **changes)


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The questions in {path} cannot be read: {error}.") from error


def _likely(app: App, view: GridView) -> str:
    library = {info.sha256: info for info in app.documents(OWNER)}
    backend = backend_named(app.settings, view.grid.order.backend)
    return _sentence(expected(app.catalogue, backend, view, library, app.settings.parallel_runs))


def _sentence(estimate: Estimate) -> str:
    cost, basis = estimate.cost, f"from {estimate.runs} earlier runs" if estimate.runs else "from the size alone; rough"
    if cost is None:
        return f"price unknown ({basis})"
    return f"about ${cost.low:.2f}–{cost.high:.2f} ({basis})" if cost.high else "no cost"


def _watch(app: App, work: GridWork, grid: Grid) -> bool:
    """Wait for the work and tell each cell that is over; Ctrl-C stops it. Return whether it was stopped."""
    told = {(s.place.row, s.place.column) for s in app.grids.view(grid.id, OWNER).squares if s.standing in _GOOD}
    interrupted = False
    while True:
        try:
            over = not work.is_live
            told = _tell(app.grids.view(grid.id, OWNER), told, _OVER if over else _GOOD)
            if over:
                break
            time.sleep(0.1)
        except KeyboardInterrupt:
            interrupted = True
            say("Stopping …")
            work.stop()
    if work.problem:
        say(work.problem)
    return interrupted


def _tell(view: GridView, told: set[tuple[str, str]], standings: Collection[Standing]) -> set[tuple[str, str]]:
    """Say of each cell in one of the standings that was not told yet how it ended; return all that were told."""
    for square in view.squares:
        spot = (square.place.row, square.place.column)
        if square.standing in standings and spot not in told:
            row, column = view.grid.row(spot[0]), view.grid.column(spot[1])
            said = square.text or square.why
            say(
                f"{square.standing}: {row.name if row else ''} · {column.question[:60] if column else ''} · {said[:100]}"
            )
    return told | {(s.place.row, s.place.column) for s in view.squares if s.standing in standings}


def _write(app: App, view: GridView, options: argparse.Namespace) -> None:
    citations = app.grids.citations(view)
    if options.output is None:
        sys.stdout.write(csv_text(view, citations))
        return
    excel = options.output.suffix.lower() == ".xlsx"
    data = workbook(view, citations, options.address) if excel else csv_text(view, citations).encode("utf-8-sig")
    try:
        options.output.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{options.output} cannot be written: {error.strerror}.") from error
    counted = Counter(square.standing for square in view.squares)
    say(f"{options.output}: " + ", ".join(f"{number} {standing}" for standing, number in counted.items()))


def _code(view: GridView) -> int:
    return ANSWERED if all(square.standing in _GOOD for square in view.squares) else FAILED
