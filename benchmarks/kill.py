"""What a crash costs: `uv run --group test python -m benchmarks.kill [--random 200]`.

A run with parallel sub-calls and child RLMs goes through the app's own store and OpenAI client against a counting server on
loopback. Its process is killed (SIGKILL) before and after each of its calls, then the run is resumed to its end. One line a
kill; the last line sums up. Ends with status 1 when a promise is broken.

With `--random`, an app with six runs of three owners at work at once, each read as a page reads it, is killed so often: at a
random number of calls, or while it starts. The next process goes on with what the killed one left, and a look at a copy of
that says after each kill: no event that was read is gone or says something else, no number is missing, no run is live, what
was on record is not asked again, and what was asked once is not asked at once a second time. At last all runs must end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rlm_app.types import RunState
from tests.runs.kill_load_trial import Tally, kill_often
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


def at_random(kills: int, seed: int) -> int:
    """Kill so often under load, print how it stands every tenth time, and return 1 when a promise is broken."""
    tally = Tally()
    print("| kills | events read | calls asked | asked, not on record | broken promises |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as home:
        for number, tally in enumerate(kill_often(Path(home), kills, seed), start=1):
            if number % 10 == 0 or number > kills or tally.broken:
                problems = "; ".join(tally.broken[:3]) or "none"
                asked = sum(tally.asked.values())
                print(f"| {tally.kills} | {tally.events} | {asked} | {tally.in_flight} | {problems} |", flush=True)
            if tally.broken:
                return 1
    asked = sum(tally.asked.values())
    print(
        f"\n{tally.kills} kills, seed {seed}: {tally.runs} runs all ended with the right answer; {asked} calls were asked, "
        f"{len(tally.asked)} of them different; the other {asked - len(tally.asked)} were in flight at a kill."
    )
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill")
    parser.add_argument("--random", type=int, metavar="KILLS", help="kill an app with several runs so often, at random")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    return at_random(options.random, options.seed) if options.random else at_each_call()


def at_each_call() -> int:
    """Kill before and after each call of a run; return 1 when a promise is broken."""
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
