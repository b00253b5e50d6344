"""What a crash costs: `uv run --group test python -m benchmarks.kill`.

A run with parallel sub-calls and child RLMs goes through the app's own store and OpenAI client against a counting server on
loopback. Its process is killed (SIGKILL) before and after each of its calls, then the run is resumed to its end. One line a
kill; the last line sums up. Ends with status 1 when a promise is broken.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rlm_app.types import RunState
from tests.runs.kill_site import CALLS, KillSite, Moment
from tests.runs.kill_trial import Trial, run_and_kill

NEVER = Moment(10**6, after=False)


def trial_of(site: KillSite, moments: list[Moment]) -> Trial:
    with tempfile.TemporaryDirectory() as home:
        return run_and_kill(site, Path(home), moments)


def broken(trial: Trial, whole: Trial) -> list[str]:
    """Return the promises that this trial breaks."""
    promises = {
        "ends": trial.state is RunState.DONE,
        "same answer": trial.answer == whole.answer,
        "pays for nothing twice": trial.paid <= CALLS + sum(attempt.unrecorded for attempt in trial.attempts),
        "loses no event that was seen": not any(attempt.lost for attempt in trial.attempts),
        "numbers without gaps": list(trial.seqs) == list(range(1, len(trial.seqs) + 1)),
        "tells what was used": trial.trajectory.usage == whole.trajectory.usage and trial.calls_told == CALLS,
    }
    return [promise for promise, kept in promises.items() if not kept]


def line(name: str, trial: Trial, whole: Trial) -> str:
    killed = [attempt for attempt in trial.attempts if attempt.killed]
    in_flight = sum(attempt.unrecorded for attempt in killed)
    seen = max((len(attempt.seen) for attempt in killed), default=0)
    problems = ", ".join(broken(trial, whole)) or "none"
    recorded = sum(attempt.recorded for attempt in killed)
    return f"| {name} | {recorded} | {in_flight} | {trial.paid} | {seen} | {problems} |"


def main() -> int:
    with KillSite() as site:
        whole = trial_of(site, [NEVER])
        print(f"Undisturbed: {whole.paid} calls, {len(whole.seqs)} events, {whole.state}.\n")
        print("| killed | replies on record | in flight | paid in all | events seen before | broken promises |")
        print("|---|---|---|---|---|---|")
        cases = [[Moment(number, after)] for number in range(1, CALLS + 1) for after in (False, True)]
        cases += [[Moment(number, after)] * 20 for number in (10, 12, 15) for after in (False, True)]
        failures = 0
        for moments in cases:
            trial = trial_of(site, moments)
            times = sum(attempt.killed for attempt in trial.attempts)
            print(line(f"{moments[0]}, {times} x" if len(moments) > 1 else str(moments[0]), trial, whole), flush=True)
            failures += bool(broken(trial, whole))
    print(f"\n{len(cases)} cases, {failures} with a broken promise.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
