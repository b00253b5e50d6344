"""History in a real browser, with 10,000 stored runs.

`python -m benchmarks.history [visits]` prints seconds until the first row is seen, coming from another page of the app and in
a new tab, until a search has its count, and until the next page of runs is there; and what an empty page of the app takes,
which is in what a new tab takes. The app's process is warm: another visitor was there before.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.browsing import HEAD, Line, Took, Visit, load, told, visits
from benchmarks.history_runs import keep
from rlm_app.build import open_app
from rlm_app.settings import Settings

RUNS = 10_000
EMPTY, LINK, TAB, SEARCH = "an empty page of the app, in a new tab", "from another page", "in a new tab", "search"
BARS = {EMPTY: None, LINK: 1.0, TAB: None, SEARCH: 1.0}
"""Seconds asked for; in a new tab none, as an empty page may take as long."""

_ROW = ".st-key-run_list a"


def furnish(home: Path) -> None:
    """Keep the runs in a data file of their own."""
    app = open_app(Settings(home=home))
    keep(app, RUNS)
    app.close()


def measure(visitor: Visit, other: Visit) -> dict[str, Took]:
    """Come to History from another page and look for something; come to it in a new tab."""
    return {
        EMPTY: visitor.load("/run", "h2", "No run chosen"),
        LINK: visitor.click("a[href$=history]", _ROW),
        SEARCH: visitor.enter("Search", "liability", "[data-testid=stCaptionContainer]", f"of {RUNS:,} runs"),
        TAB: other.load("/history", _ROW),
    }


def main(times: int = 3) -> None:
    """Print the table: medians of so many visits."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        furnish(home)
        with visits(home) as visitor:
            measure(visitor(), visitor())
            print(f"{load()}\n\n{HEAD}", flush=True)
            found = [measure(visitor(), visitor()) for _ in range(times)]
            for what, seconds in BARS.items():
                took = tuple(each[what] for each in found)
                print(told(Line(f"{RUNS:,} runs: {what}" if what != EMPTY else what, took, seconds)))
    print(f"\n{load()}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
