"""The timeline in a real browser, behind the app's own server, with a stored run of 10,000 sub-calls and one of 300 turns.

`python -m benchmarks.timeline [visits]` prints, for each run: seconds until the first rows are seen, in a browser that was
never here and in a new tab of it, bytes sent by then, seconds until a step is open, seconds until a search has its count; and
what an empty page of the app takes, which is in the first two. The app's process is warm: a run of another visitor was opened
before. A step is opened once the page has what it readies for that, which it asks for a second after the rows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks import live_runs
from benchmarks.browsing import HEAD, Line, Took, Visit, empty, load, told, visits
from benchmarks.timeline_runs import keep
from rlm_app.build import open_app
from rlm_app.settings import Settings

RUNS = {"10,000 sub-calls": (10, 1000), "300 turns": (300, 3)}
FIRST, TAB = "first rows, browser new to the app", "first rows, in a new tab"
STEP, ANOTHER, SEARCH = "opening a step", "opening another", "search"
BARS: dict[str, tuple[float, float | None]] = {
    FIRST: (2.0, 500),
    TAB: (2.0, 500),
    STEP: (0.3, None),
    ANOTHER: (0.3, None),
    SEARCH: (1.0, None),
}
LIVE = "a live run of 50 turns"
TURNS = 50
"""A page of turns, and the page before it."""
_ROW = "[class*=st-key-turnrow-]"
_LOOK = 1500
"""Milliseconds for which a person looks at the rows, once the page is ready, before a step is opened."""
_READY = ".st-key-rlm_readying [data-testid=stDataFrame]"


def furnish(home: Path) -> tuple[Path, dict[str, str]]:
    """Keep the runs in a data file of their own; return what the model of the live one says, and their ids."""
    script, live = live_runs.furnish(home, TURNS, 0.0, live_runs.STAND)
    app = open_app(Settings(home=home))
    ids = {name: keep(app, turns, calls) for name, (turns, calls) in RUNS.items()}
    ids["warm"] = keep(app, 2, 2)
    app.close()
    return script, {**ids, LIVE: live}


def measure(visit: Visit, run_id: str) -> dict[str, Took]:
    """Open a run's timeline, two of its turns, and search in it."""
    address = f"/run?run={run_id}&step=0"
    found = {FIRST: visit.load(address, ".rlm-strip")}
    visit = visit.tab()
    found[TAB] = visit.load(address, ".rlm-strip")
    visit.wait_for(_READY)
    visit.page.wait_for_timeout(_LOOK)
    for number, what in enumerate((STEP, ANOTHER)):
        found[what] = visit.click("summary", "[data-testid=stDataFrame]", _ROW, number)
    found[SEARCH] = visit.enter("Search in this run", "needle", ".st-key-run_search", "in all")
    return found


def measure_live(visit: Visit, run_id: str) -> dict[str, Took]:
    """Open two turns of a run that is at work in its last one."""
    visit.load(f"/run?run={run_id}&step={TURNS}", ".rlm-strip")
    visit.wait_for(_READY)
    visit.page.wait_for_timeout(_LOOK)
    found = {
        what: visit.click("summary", "[data-testid=stDataFrame]", _ROW, number)
        for number, what in enumerate((STEP, ANOTHER))
    }
    visit.page.close()  # or it would be drawn again while the next visitor is measured
    return found


def begin(visit: Visit, run_id: str) -> None:
    """Have the run go on that was stopped, until it is at work in its last turn."""
    live_runs.resume(visit, run_id)
    visit.page.get_by_text(f"Turn {TURNS}: ").wait_for()
    visit.page.close()


def main(times: int = 3) -> None:
    """Print the table: medians of so many visits of each run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        script, ids = furnish(home)
        with visits(home, own=True) as visitor:
            _warm(visitor(), ids["warm"])
            print(f"{load()}\n\n{HEAD}", flush=True)
            for line in empty(visitor, times):
                print(told(line), flush=True)
            for name in RUNS:
                found = [measure(visitor(), ids[name]) for _ in range(times)]
                for what, (seconds, kilobytes) in BARS.items():
                    took = tuple(each[what] for each in found)
                    print(told(Line(f"{name}: {what}", took, seconds, kilobytes)), flush=True)
        _live(home, script, ids[LIVE], times)
    print(f"\n{load()}")


def _live(home: Path, script: Path, run_id: str, times: int) -> None:
    """Print what a step of a run at work takes; a page with nothing new is left as it is."""
    with visits(home, script, own=True) as visitor:
        begin(visitor(), run_id)
        found = [measure_live(visitor(), run_id) for _ in range(times)]
    for what in found[0]:
        print(told(Line(f"{LIVE}: {what}", tuple(each[what] for each in found), *BARS[what])), flush=True)


def _warm(visit: Visit, run_id: str) -> None:
    visit.load(f"/run?run={run_id}&step=0", ".rlm-strip")
    visit.click("summary", "[data-testid=stDataFrame]", _ROW)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
