"""History in a real browser, behind the app's own server, with 10,000 stored runs.

`python -m benchmarks.history [visits]` prints seconds until the first row is seen: coming from another page of the app, in a
new tab, and in a browser that was never here; until a search has its count; and what an empty page of the app takes, which
is in what a tab takes. The app's process is warm: another visitor was there before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.browsing import HEAD, Line, Took, Visit, empty, load, told, visits
from benchmarks.history_runs import keep
from rlm_app.build import open_app
from rlm_app.settings import Settings

RUNS = 10_000
LINK, TAB, FIRST, SEARCH = "from another page", "in a new tab", "browser new to the app", "search"
BARS = {LINK: 1.0, TAB: 1.0, FIRST: None, SEARCH: 1.0}
"""Seconds asked for; for a browser that was never here none, as an empty page may take as long."""

_ROW = ".st-key-run_list a"


def furnish(home: Path) -> None:
    """Keep the runs in a data file of their own."""
    app = open_app(Settings(home=home))
    keep(app, RUNS)
    app.close()


def measure(visit: Visit) -> dict[str, Took]:
    """Come to History in three ways, and look for something."""
    found = {FIRST: visit.load("/history", _ROW)}
    tab = visit.tab()
    found[TAB] = tab.load("/history", _ROW)
    tab = visit.tab()
    tab.load("/run", "h2", "No run chosen")
    found[LINK] = tab.click("a[href$=history]", _ROW)
    found[SEARCH] = tab.enter("Search", "liability", "[data-testid=stCaptionContainer]", f"of {RUNS:,} runs")
    return found


def main(times: int = 3) -> None:
    """Print the table: medians of so many visits."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        furnish(home)
        with visits(home, own=True) as visitor:
            measure(visitor())
            print(f"{load()}\n\n{HEAD}", flush=True)
            for line in empty(visitor, times):
                print(told(line), flush=True)
            found = [measure(visitor()) for _ in range(times)]
            for what, seconds in BARS.items():
                took = tuple(each[what] for each in found)
                print(told(Line(f"{RUNS:,} runs: {what}", took, seconds)))
    print(f"\n{load()}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
