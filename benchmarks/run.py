"""What the engine costs beyond the model, beside others: `uv run --group test python -m benchmarks.run --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bars import judge
from benchmarks.figures import Figures, figures, table
from benchmarks.measure import measure, provider
from benchmarks.peers import Peer, peers, versions
from benchmarks.scenarios import SCENARIOS

STORED = ("S1", "S6", "S3-10")
"""The work of S7: the size of what is kept of each, and what keeping it costs."""
SAMPLED = frozenset({"S5", "S8-output", "S8-memory"})
ALL = "S2,S4,S5,S5-sub,S6,S7,S8-loop,S8-output,S8-memory"

Results = dict[tuple[str, str], list[Figures]]


def main() -> None:
    chosen = _arguments()
    who = peers(chosen.peers.split(","))
    results: Results = {}
    print("; ".join(f"{users}: {what}" for users, what in versions(who).items()))
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC\n"
    )
    with provider() as address:
        for name in chosen.scenarios.split(","):
            for _ in range(chosen.repeat):
                for peer in who:
                    _once(name, peer, address, results)
            print(f"{name} done", file=sys.stderr)
    print(table(results), "\n")
    print(judge(results))
    if chosen.json:
        rows = [{"scenario": name, "peer": peer, "runs": runs} for (name, peer), runs in results.items()]
        chosen.json.write_text(json.dumps({"versions": versions(who), "results": rows}, indent=1), encoding="utf-8")


def _once(name: str, peer: Peer, address: str, results: Results) -> None:
    """Run a scenario once with one peer and add its figures; S7 is several, each with a store and without."""
    if name != "S7":
        outcome = measure(peer, SCENARIOS[name], address, sample=name in SAMPLED)
        results.setdefault((name, peer.name), []).append(figures(SCENARIOS[name], outcome))
        return
    for work in STORED if peer.name != "floor_proc" else ():
        for store in (True, False):
            outcome = measure(peer, SCENARIOS[work], address, sample=False, store=store)
            label = peer.name if store else f"{peer.name}, no store"
            results.setdefault((f"S7-{work}", label), []).append(figures(SCENARIOS[work], outcome))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", default=ALL, help=f"comma-separated; default: {ALL}; also: S1, S3-10")
    parser.add_argument(
        "--peers", default="ours,ours_sdk,ours_thin,floor_proc,upstream", help="comma-separated, in rotation"
    )
    parser.add_argument("--repeat", type=int, default=5, help="runs of each; the table shows medians")
    parser.add_argument("--json", type=Path, help="also save all figures of all runs here")
    return _checked(parser.parse_args())


def _checked(chosen: argparse.Namespace) -> argparse.Namespace:
    names: Sequence[str] = chosen.scenarios.split(",")
    if unknown := [name for name in names if name != "S7" and name not in SCENARIOS]:
        raise SystemExit(f"There is no scenario called {', '.join(unknown)}. Known: {', '.join(SCENARIOS)}, S7.")
    return chosen


if __name__ == "__main__":
    main()
