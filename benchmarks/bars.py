"""What we hold ourselves to, judged from the figures of one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.figures import Figures, medians

Results = Mapping[tuple[str, str], Sequence[Figures]]


@dataclass(frozen=True)
class Bar:
    """A figure of ours that must not pass `most` times `by`: 1, or the same figure of another peer."""

    scenario: str
    figure: str
    most: float
    says: str
    against: str = ""
    least: bool = False


BARS = (
    Bar("S1", "wall", 1.0, "<= 1.25 x ideal (0.8 s)"),
    Bar("S1", "wall", 0.25, "<= 1/4 of upstream", "upstream"),
    Bar("S1", "cpu_each", 0.0006, "<= 0.6 ms CPU a call"),
    Bar("S2", "turn", 0.002, "<= 2 ms a turn"),
    Bar("S2", "start_stop", 0.1, "start + stop <= 100 ms"),
    Bar("S2", "turn", 0.25, "a turn <= 1/4 of upstream", "upstream"),
    Bar("S4", "each", 0.0012, "<= 1.2 ms a call"),
    Bar("S4", "each", 2.0, "<= 2 x floor_proc a call", "floor_proc"),
    Bar("S4", "each", 0.5, "<= 1/2 of upstream a call", "upstream"),
    Bar("S5", "wall", 0.8, "16 children <= 0.8 s"),
    Bar("S5", "wall", 1.5, "<= 1.5 x floor_proc", "floor_proc"),
    Bar("S5", "cpu_each", 0.05, "<= 50 ms CPU a child"),
    Bar("S5", "memory_each", 20e6, "<= 20 MB a child"),
    Bar("S5-sub", "right", 1.0, "16/16 right in every run", least=True),
    Bar("S6", "tokens", 0.45, "<= 0.45 x upstream's input tokens", "upstream"),
    Bar("S6", "same", 0.9, ">= 90 % of the root's input as in the request before", least=True),
    Bar("S8-loop", "over", 0.5, "stopped <= 0.5 s after the limit, run goes on"),
    Bar("S8-output", "first_turn", 0.5, "200 MB printed in <= 0.5 s"),
    Bar("S8-output", "memory", 40e6, "<= 40 MB over idle"),
    Bar("S8-memory", "first_turn", 3.0, "an error in <= 3 s, run goes on"),
    Bar("S7-S1", "stored_ratio", 1.3, "store <= 1.3 x new text"),
    Bar("S7-S6", "stored_ratio", 1.3, "store <= 1.3 x new text"),
    Bar("S7-S3-10", "stored_ratio", 1.3, "store <= 1.3 x new text"),
    Bar("S7-S1", "wall", 1.05, "wall <= 1.05 x no store", "no store"),
    Bar("S7-S6", "wall", 1.05, "wall <= 1.05 x no store", "no store"),
)


def judge(results: Results) -> str:
    """Return a table of the bars whose scenario was run: what is asked, what was found, whether it holds."""
    lines = ["| scenario | peer | bar | found | holds |", "|---|---|---|---|---|"]
    for bar in BARS:
        for peer in ("ours", "ours_sdk", "ours_thin"):
            found = _found(bar, results, peer)
            if found is not None:
                unit = "x" if bar.against else ""
                lines.append(f"| {bar.scenario} | {peer} | {bar.says} | {found:.4g}{unit} | {_holds(bar, found)} |")
    return "\n".join(lines)


def _holds(bar: Bar, found: float) -> str:
    return "yes" if (found >= bar.most if bar.least else found <= bar.most) else "NO"


def _found(bar: Bar, results: Results, peer: str) -> float | None:
    value = _value(bar.figure, results.get((bar.scenario, peer), ()))
    if value is None or not bar.against:
        return value
    other = f"{peer}, no store" if bar.against == "no store" else bar.against
    theirs = _value(bar.figure, results.get((bar.scenario, other), ()))
    return value / theirs if theirs else None


def _value(figure: str, runs: Sequence[Figures]) -> float | None:
    if not runs:
        return None
    if figure == "right":
        return min(run["right"] for run in runs)
    found = medians(runs)
    found["start_stop"] = found.get("start", 0) + found.get("stop", 0)
    found["memory_each"] = found.get("memory", 0) / 16
    if "first_turn" in found:
        found["over"] = found["first_turn"] - 2.0
    return found.get(figure)
