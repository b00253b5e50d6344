"""Runs hostile cells and prints what came of each: `python -m tests.environments.escapes [--control] [--as UID] [NAME…]`."""

from __future__ import annotations

import argparse
import collections
import json
import os
import sys
import time

from rlm_app.environments.confinement import Plan
from rlm_app.environments.local import LocalREPL
from rlm_app.protocols import Environment
from tests.environments.escapes.runner import Case, Outcome, Runner, cases


def main() -> int:
    """Run what was asked for; exit 1 when anything was not contained."""
    parser = argparse.ArgumentParser(prog="python -m tests.environments.escapes", description=__doc__)
    parser.add_argument("names", nargs="*", help="cases or categories (default: all)")
    parser.add_argument("--control", action="store_true", help="without the kernel's walls: what would happen")
    parser.add_argument("--as", type=int, dest="uid", help="become this account first; needs root")
    parser.add_argument("--environment", default="local", choices=["local", "docker"])
    parser.add_argument("--json", action="store_true", help="one JSON object a case")
    parser.add_argument("--plan", default="{}", help="fields of the plan as JSON, such as '{\"landlock\": 0}'")
    options = parser.parse_args()
    if options.uid is not None:
        become(options.uid)
    wanted = [case for case in cases() if chosen(case, options.names)]
    if options.control:
        wanted = [case for case in wanted if case.control]
    if options.environment == "docker":
        wanted = [case for case in wanted if not case.docker]
    outcomes = run(environment(options), wanted, as_json=options.json)
    if not options.json:
        print_summary(outcomes)
    return int(any(outcome.verdict != "contained" for outcome in outcomes) and not options.control)


def become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.environ["HOME"] = "/"


def environment(options: argparse.Namespace) -> Environment:
    if options.environment == "docker":
        from tests.environments.recipes import docker_repl

        return docker_repl()
    plan = {**json.loads(options.plan), "confined": not options.control}
    return LocalREPL(plan=Plan(**plan))


def chosen(case: Case, names: list[str]) -> bool:
    return not names or case.name in names or case.category in names


def run(place: Environment, wanted: list[Case], *, as_json: bool) -> list[Outcome]:
    """Run the cases, printing each."""
    runner = Runner(place)
    outcomes = []
    try:
        for case in wanted:
            outcome = runner.run(case)
            outcomes.append(outcome)
            print_outcome(outcome, as_json=as_json)
    finally:
        runner.close()
    return outcomes


def print_outcome(outcome: Outcome, *, as_json: bool) -> None:
    row = {"case": outcome.case.name, "verdict": outcome.verdict, "why": outcome.why}
    if as_json:
        print(json.dumps(row), flush=True)
    else:
        print(f"{outcome.verdict:15} {outcome.seconds:5.1f} s  {outcome.case.name:40} {outcome.why[:120]}", flush=True)


def print_summary(outcomes: list[Outcome]) -> None:
    """Print a table by category."""
    verdicts = ("contained", "escaped", "broke its rule", "not tried")
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        table[outcome.case.category][outcome.verdict] += 1
        table["all"][outcome.verdict] += 1
    print("\n" + f"{'category':14}" + "".join(f"{verdict:>16}" for verdict in verdicts))
    for category, counts in table.items():
        print(f"{category:14}" + "".join(f"{counts[verdict]:16}" for verdict in verdicts))
    print(f"uid {os.getuid()}, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}")


if __name__ == "__main__":
    sys.exit(main())
