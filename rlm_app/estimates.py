"""What a run is likely to cost and how long it takes, before it starts: from earlier runs, or from the size alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rlm_app.prices import ModelInfo
from rlm_app.records import RunRecord
from rlm_app.types import DocumentInfo, Limits, RunState, Usage

CHARACTERS_PER_TOKEN = 4
SIMILAR = 2.5
"""How many times as long or as short the documents of an earlier run may be to tell something."""
ENOUGH = 3
"""So many runs with the same models tell more than all runs with others."""

_Z = 1.2816  # 80 of 100 values of a normal distribution lie within so many deviations
_USUAL_SPREAD = 0.7  # runs of the same size differ by a factor of about two: what is assumed before there are many
_ASSUMED = 4  # as many runs as that assumption weighs


@dataclass(frozen=True, slots=True)
class Work:
    """A run that may be started: how many characters it is about, how it reads them, with which models and limits."""

    characters: int
    backend: str
    root: ModelInfo
    sub: ModelInfo
    limits: Limits
    mode: str = "rlm"


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run: what it was about, what it used, and the seconds it took."""

    characters: int
    backend: str
    root_model: str
    sub_model: str
    mode: str
    usage: Usage
    seconds: float


@dataclass(frozen=True, slots=True)
class Range:
    """Four of five runs are expected to lie between `low` and `high`."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The value that half of the runs are expected to stay below."""
        return math.sqrt(self.low * self.high)

    def under(self, limit: float | None) -> Range:
        """Return the range as a limit cuts it off."""
        return self if limit is None else Range(min(self.low, limit), min(self.high, limit))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run is likely to cost (USD) and to take (seconds); None is unknown.

    `runs` is how many earlier ones that rests on, 0 for the size alone; `same_models` whether these had the same models.
    """

    cost: Range | None
    seconds: Range | None
    runs: int = 0
    same_models: bool = True


def estimate(work: Work, past: Sequence[Past] = ()) -> Estimate:
    """Return what `work` is likely to use, judged by those of `past` that are like it, else by its size alone."""
    similar = [run for run in past if run.mode == work.mode and _near(run.characters, work.characters)]
    same = [run for run in similar if _same_models(run, work)]
    runs = same if len(same) >= ENOUGH else [*same, *(run for run in similar if run not in same and not _finder(run))]
    costs = [found for run in runs if (found := _cost_again(run, work)) is not None]
    timed = same or ([] if _free(work) else runs)
    if not runs or not (costs or same):
        return _cut(_rough(work), work.limits)
    cost = _spread(costs) if costs else None
    seconds = _spread([(run.seconds, run.seconds) for run in timed]) if timed else None
    return _cut(Estimate(cost, seconds, len(runs), len(same) == len(runs)), work.limits)


def together(estimates: Sequence[Estimate], parallel: int) -> Estimate:
    """Return what several runs are likely to use, `parallel` at a time; unknown where it is unknown of one of them.

    The ends are added up, which is the wider guess: what one run of a model has in common with the next does not even out.
    """
    cost, seconds = _added([each.cost for each in estimates]), _added([each.seconds for each in estimates])
    at_once = max(1, min(parallel, len(estimates)))
    return Estimate(
        cost,
        Range(seconds.low / at_once, seconds.high / at_once) if seconds else None,
        min((each.runs for each in estimates), default=0),
        all(each.same_models for each in estimates),
    )


def _added(ranges: Sequence[Range | None]) -> Range | None:
    known = [each for each in ranges if each is not None]
    if len(known) < len(ranges):
        return None
    return Range(sum(each.low for each in known), sum(each.high for each in known))


def past_runs(records: Iterable[RunRecord], library: Mapping[str, DocumentInfo]) -> list[Past]:
    """Return the finished runs whose documents are all still known, and that did not go on from another run."""
    return [
        Past(
            sum(library[sha256].characters for sha256 in record.spec.documents),
            record.spec.backend,
            record.spec.root_model,
            record.spec.sub_model,
            record.spec.mode,
            record.usage,
            record.seconds,
        )
        for record in records
        if record.state in {RunState.DONE, RunState.LIMIT}
        and not record.spec.parent
        and not record.sample
        and record.usage.calls
        and all(sha256 in library for sha256 in record.spec.documents)
    ]


def prompt_tokens(characters: int) -> int:
    """Return about how many tokens a text has; the true number depends on the model and the language."""
    return math.ceil(characters / CHARACTERS_PER_TOKEN)


def _finder(run: Past) -> bool:
    """Whether a run was counted here and cost nothing: it was sent to nobody, and tells nothing of a model."""
    return run.usage.estimated and run.usage.cost == 0


def _free(work: Work) -> bool:
    return work.root.rates.output == 0 and work.sub.rates.output == 0


def _near(one: int, other: int) -> bool:
    return max(one, other) <= SIMILAR * max(min(one, other), 1)


def _same_models(run: Past, work: Work) -> bool:
    return (run.backend, run.root_model, run.sub_model) == (work.backend, work.root.name, work.sub.name)


def _cost_again(run: Past, work: Work) -> tuple[float, float] | None:
    """Return between which amounts an earlier run would cost with these models: exact where they are the same."""
    if _same_models(run, work) and run.usage.cost is not None and not run.usage.unpriced_calls:
        return run.usage.cost, run.usage.cost
    # Which model used how much of it is not in the list of runs, so both ends are reckoned.
    costs = [model.rates.cost(run.usage) for model in (work.root, work.sub)]
    known = [cost for cost in costs if cost is not None]
    return (min(known), max(known)) if len(known) == len(costs) else None


def _spread(values: Sequence[tuple[float, float]]) -> Range:
    """Return where the next value is expected four times of five: values of runs multiply rather than add.

    It is the prediction interval of Student's t on logarithms, with a usual spread assumed that many values outweigh.
    """
    if not any(high for _, high in values):
        return Range(0.0, 0.0)
    lows, highs = ([math.log(max(value[end], 1e-9)) for value in values] for end in (0, 1))
    return Range(_reach(lows, -1), _reach(highs, 1))


def _reach(logs: Sequence[float], sign: int) -> float:
    count, mean = len(logs), sum(logs) / len(logs)
    known = sum((value - mean) ** 2 for value in logs)
    degrees = count - 1 + _ASSUMED
    deviation = math.sqrt((known + _ASSUMED * _USUAL_SPREAD**2) / degrees)
    student = _Z + (_Z**3 + _Z) / (4 * degrees) + (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / (96 * degrees**2)
    return math.exp(mean + sign * student * deviation * math.sqrt(1 + 1 / count))


def _cut(estimate: Estimate, limits: Limits) -> Estimate:
    """No run costs or takes more than it may."""
    cost = estimate.cost.under(limits.cost) if estimate.cost else None
    seconds = estimate.seconds.under(limits.seconds) if estimate.seconds else None
    return Estimate(cost, seconds, estimate.runs, estimate.same_models)


@dataclass(frozen=True, slots=True)
class _Guess:
    """A run as it may go: turns of the root model, tokens they take and give, and how much of the text sub-calls read."""

    turns: int
    grows: int
    writes: int
    reads: float
    turn_seconds: float


_PROMPT = 3_000  # tokens of the system prompt and the question
_PASSAGE = 20_000  # tokens of a passage that a sub-call reads
_SHORT = _Guess(turns=3, grows=800, writes=250, reads=0.0, turn_seconds=4.0)
_LONG = _Guess(turns=12, grows=2_500, writes=900, reads=1.3, turn_seconds=20.0)


def _rough(work: Work) -> Estimate:
    """Reckon from the size alone: a short, lucky run and a long one that reads everything."""
    ends = [_direct(work, 300, 8.0), _direct(work, 3_000, 60.0)] if work.mode == "direct" else []
    ends = ends or [_through_code(work, guess) for guess in (_SHORT, _LONG)]
    costs = [cost for cost, _ in ends if cost is not None]
    cost = Range(costs[0], costs[1]) if len(costs) == 2 else None
    # How fast a machine of one's own is, nobody can tell before it was seen at work.
    return Estimate(cost, None if _free(work) else Range(ends[0][1], ends[1][1]))


def _direct(work: Work, writes: int, seconds: float) -> tuple[float | None, float]:
    reads = prompt_tokens(work.characters) + 500
    return work.root.cost(Usage(1, reads, writes)), seconds + reads / 20_000


def _through_code(work: Work, guess: _Guess) -> tuple[float | None, float]:
    turns = min(guess.turns, work.limits.iterations)
    reads = sum(_PROMPT + guess.grows * turn for turn in range(turns))
    root = work.root.rates.cost(Usage(turns, reads, guess.writes * turns))
    wanted = math.ceil(guess.reads * prompt_tokens(work.characters) / _PASSAGE)
    calls = min(wanted, wanted if work.limits.subcalls is None else work.limits.subcalls)
    passage = min(_PASSAGE, prompt_tokens(work.characters))
    sub = work.sub.cost(Usage(1, passage, 500))
    rounds = math.ceil(calls / max(1, work.limits.concurrency))
    cost = None if root is None or sub is None else root + calls * sub
    return cost, turns * guess.turn_seconds + rounds * 15
