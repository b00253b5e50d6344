"""Figures of a run from what its adapter and the provider noted, and the table of them."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.measure import Outcome
from benchmarks.scenarios import Scenario

Figures = Mapping[str, float]


def figures(scenario: Scenario, outcome: Outcome) -> dict[str, float]:
    """Return the figures of one run: seconds, bytes, shares and tokens by name; those it did not reach are left out."""
    rows = [row for row in outcome.log if "replied" in row]
    found: dict[str, float] = {"right": float(outcome.answer == scenario.answer), "memory": outcome.memory}
    roots = [row for row in rows if row["root"]]
    if roots:
        found["tokens"] = sum(row["chars"] for row in outcome.log) / 4
        found["same"] = sum(row["same"] for row in roots[1:]) / max(1, sum(row["length"] for row in roots[1:]))
    if len(roots) > 1:
        gaps = [after["arrived"] - before["replied"] for before, after in itertools.pairwise(roots)]
        if scenario.unit == "turn":
            found["turn"] = gaps[0] if scenario.name.startswith("S8") else statistics.median(gaps)
        found["first_turn"] = gaps[0]
    if outcome.ended:
        found |= _times(scenario, outcome, rows)
    if outcome.stored:
        found |= {"stored": outcome.stored, "stored_ratio": outcome.stored / max(1, scenario.new_text)}
    return found


def _times(scenario: Scenario, outcome: Outcome, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    found = {"wall": outcome.ended - outcome.began, "cpu_each": outcome.cpu / scenario.units}
    if rows:
        found["connections"] = len({row["line"] for row in rows})
        found["start"] = rows[0]["arrived"] - outcome.began
        found["stop"] = outcome.ended - max(row["replied"] for row in rows)
    calls = [row for row in rows if not row["root"]]
    if scenario.unit == "call" and calls:
        found["each"] = (calls[-1]["replied"] - calls[0]["arrived"]) / len(calls)
    return found


def medians(runs: Sequence[Figures]) -> dict[str, float]:
    """Return the median of each figure over the runs that have it."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: statistics.median([run[name] for run in runs if name in run]) for name in names}


COLUMNS: Sequence[tuple[str, str, float, str]] = (
    ("wall", "wall s", 1, "{:.3f}"),
    ("start", "start ms", 1e3, "{:.1f}"),
    ("turn", "turn ms", 1e3, "{:.2f}"),
    ("each", "call ms", 1e3, "{:.3f}"),
    ("stop", "stop ms", 1e3, "{:.1f}"),
    ("cpu_each", "CPU ms a unit", 1e3, "{:.2f}"),
    ("connections", "connections", 1, "{:.0f}"),
    ("memory", "MB over idle", 1e-6, "{:.0f}"),
    ("tokens", "input tokens", 1, "{:,.0f}"),
    ("same", "same as before", 1, "{:.1%}"),
    ("stored_ratio", "store / new text", 1, "{:.2f}"),
)


def table(results: Mapping[tuple[str, str], Sequence[Figures]]) -> str:
    """Return the results as a table in Markdown: a row a scenario and peer, medians, right answers, ratios of wall time."""
    heads = ["scenario", "peer", "right", *(head for _, head, _, _ in COLUMNS), "wall x floor_proc", "wall x upstream"]
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for (scenario, peer), runs in results.items():
        middle = medians(runs)
        right = f"{sum(int(run['right']) for run in runs)}/{len(runs)}"
        cells = [form.format(middle[name] * by) if name in middle else "" for name, _, by, form in COLUMNS]
        ratios = [_ratio(results, scenario, middle, other) for other in ("floor_proc", "upstream")]
        lines.append(f"| {' | '.join([scenario, peer, right, *cells, *ratios])} |")
    return "\n".join(lines)


def _ratio(
    results: Mapping[tuple[str, str], Sequence[Figures]], scenario: str, middle: Mapping[str, float], other: str
) -> str:
    theirs = medians(results.get((scenario, other), ()))
    return f"{middle['wall'] / theirs['wall']:.2f}" if "wall" in middle and "wall" in theirs else ""
