"""A grid spread over workers: `uv run --group test --extra ray python -m benchmarks.spread [cells] [at once]`.

The same grid is run by the app's own threads and by a Ray cluster of this machine, against a provider on loopback that takes
2.5 s for each reply. Printed for each: seconds until all cells are done, processor time of the app's process, calls asked,
and whether each cell was computed once. Wall time says little on a machine that does other work, which is printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.browsing import load
from benchmarks.load import provider
from benchmarks.scenarios import QUESTION, SCENARIOS
from rlm_app.build import open_app
from rlm_app.grids import Standing
from rlm_app.records import RunSpec
from rlm_app.registry import SPREADS, find
from rlm_app.settings import Settings
from rlm_app.spread import Spread
from rlm_app.types import Document, DocumentInfo, Limits

OWNER = "local"
CALLS = 5 * (len(SCENARIOS["load"].cells) - 1) + 1
"""What a cell costs: each turn but the last asks four parts."""


def measured(name: str, url: str, cells: int, at_once: int) -> bool:
    """Run the grid on an engine and print its line; return whether every cell was computed once."""
    began = time.monotonic()
    spread: Spread = find(SPREADS, "engine", name)()
    started = time.monotonic() - began
    with tempfile.TemporaryDirectory() as folder:
        app = open_app(Settings(Path(folder), parallel_runs=at_once), spread=spread)
        options = {"base_url": f"{url}/load/v1"}
        limits = Limits(concurrency=4, cost=None)
        order = RunSpec("", (), "vllm", "big", "small", limits=limits, options=options)
        grid = app.grids.create(OWNER, "Spread", order)
        for number in range(cells):
            info = DocumentInfo(f"{number:064x}", f"{number}.txt", "text", 12, 1, "page", ())
            app.store.add_document(Document(info, f"text {number}"), OWNER)
            app.grids.add_rows(grid.id, OWNER, [(info.sha256, info.name)])
        app.grids.add_columns(grid.id, OWNER, [QUESTION])
        began, spent = time.monotonic(), time.process_time()
        app.grids.run(grid.id, OWNER, {}).wait()
        took, used = time.monotonic() - began, time.process_time() - spent
        done = sum(square.standing is Standing.DONE for square in app.grids.view(grid.id, OWNER).squares)
        app.close()
    spread.close()
    with urllib.request.urlopen(f"{url}/log") as answer:
        asked = len(json.load(answer))
    once = done == cells and asked == cells * CALLS
    print(
        f"| {name} | {started:.1f} | {took:.1f} | {used:.1f} | {done} | {asked} | {'yes' if once else 'NO'} |",
        flush=True,
    )
    return once


def main(cells: int = 8, at_once: int = 4) -> int:
    """Print the table; return 1 when a cell was not computed once."""
    print(f"{cells} cells, {at_once} at once, {CALLS} calls each; {load()}\n")
    print(
        "| on | engine ready s | wall s | app's CPU s | done | calls asked | each cell once |\n|---|---|---|---|---|---|---|"
    )
    with provider() as url:
        held = [measured(name, url, cells, at_once) for name in ("here", "ray")]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
