"""Memory over a live run with its page open: what the app's process holds, and what the page's program holds.

`python -m benchmarks.watching [minutes] [turns]` has a scripted model make 300 turns of 12 sub-calls each, as a run of half
an hour does, in so many minutes (10), with the Timeline tab in front and its last step open, and prints a line for every
twentieth of the run. The record itself is part of what is held: its text is printed with the verdict.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.browsing import Visit, load, memory, visits
from benchmarks.live_runs import OWNER, furnish, resume
from rlm_app.build import open_app
from rlm_app.settings import Settings
from rlm_app.types import RunState

SAMPLES = 20
APP_GROWTH, PAGE_GROWTH = 0.15, 0.25
"""How much more than after a tenth of the run the app and the page may hold at its end, as a share; what is flat varies."""

Sample = tuple[float, float, float, int]


def watch(visit: Visit, seconds: float) -> list[Sample]:
    """Print and return what is held, at regular moments of the run and once it has ended."""
    began, found = time.monotonic(), list[Sample]()
    while True:
        heap, nodes = visit.heap()
        found.append((time.monotonic() - began, memory(visit.pid), heap, nodes))
        print("| {:.0f} | {:.0f} | {:.1f} | {:,} |".format(*found[-1]), flush=True)
        if _ended(visit, seconds / SAMPLES):
            return found


def _ended(visit: Visit, seconds: float) -> bool:
    """Look on for so many seconds; return whether the run is over by then."""
    visit.page.wait_for_timeout(1000 * seconds)
    return visit.page.get_by_role("button", name="Ask again").count() > 0


def verdict(found: list[Sample], text: float) -> str:
    """Return whether memory stayed flat; `text` is megabytes of the run's own record, which the app holds by right."""
    first, last = found[max(1, len(found) // 10)], found[-1]
    app, page = (last[1] - text) / first[1] - 1, last[2] / first[2] - 1
    flat = "yes" if app <= APP_GROWTH and page <= PAGE_GROWTH else "NO"
    return (
        f"app {first[1]:.0f} to {last[1]:.0f} MB, {text:.1f} MB of them the run's text: {app:+.0%} (bar +{APP_GROWTH:.0%}); "
        f"page {first[2]:.1f} to {last[2]:.1f} MB: {page:+.0%} (bar +{PAGE_GROWTH:.0%}); flat: {flat}"
    )


def main(minutes: float = 10, turns: int = 300) -> None:
    """Print memory over the run, and whether it stayed flat."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        script, run_id = furnish(home, turns, 30 * minutes / turns)
        with visits(home, script) as visitor:
            visit = visitor()
            resume(visit, run_id)
            print(f"{load()}\n\n| seconds | app, MB | page's program, MB | nodes |\n|---|---|---|---|")
            found = watch(visit, 60 * minutes)
        app = open_app(Settings(home=home))
        record, text = app.run(run_id, OWNER), len(app.export(run_id, OWNER, "events")) / 1e6
        app.close()
        assert record is not None
        print(f"\n{record.state}, {record.usage.calls:,} calls; {verdict(found, text)}\n{load()}")
    if record.state is not RunState.DONE:
        raise SystemExit(f"The run was to answer after {turns} turns and ended as “{record.state}”: measure again.")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(float(given[0]) if given else 10, int(given[1]) if given[1:] else 300)
