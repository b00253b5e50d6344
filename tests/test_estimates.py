from __future__ import annotations

import dataclasses
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlm_app.estimates import Estimate, Past, Range, Work, estimate, past_runs, together
from rlm_app.prices import FREE, ModelInfo, Rates
from rlm_app.records import RunRecord, RunSpec
from rlm_app.types import DocumentInfo, Limits, RunState, Usage

BIG, SMALL = ModelInfo("big", Rates(2.0, 10.0), 200_000), ModelInfo("small", Rates(0.2, 1.0), 100_000)
FREELY = Limits(iterations=30)
WORK = Work(200_000, "openai", BIG, SMALL, FREELY)


def past(cost: float | None = 0.2, seconds: float = 60.0, characters: int = 200_000, **changes: object) -> Past:
    usage = Usage(10, 50_000, 5_000, cost=cost)
    run = Past(characters, "openai", "big", "small", "rlm", usage, seconds)
    return dataclasses.replace(run, **changes)  # type: ignore[arg-type]


def test_without_earlier_runs_the_size_alone_gives_a_rough_range() -> None:
    found = estimate(WORK)
    assert found.runs == 0
    assert found.cost is not None
    assert found.seconds is not None
    assert 0.01 < found.cost.low < found.cost.high < 2
    assert 5 < found.seconds.low < found.seconds.high < 1200


@given(st.integers(1, 10_000_000), st.integers(1, 10_000_000), st.sampled_from(["rlm", "direct"]))
def test_more_text_is_never_estimated_cheaper(one: int, other: int, mode: str) -> None:
    less, more = (estimate(dataclasses.replace(WORK, characters=size, mode=mode)).cost for size in sorted((one, other)))
    assert less is not None
    assert more is not None
    assert (less.low, less.high) <= (more.low, more.high)


@given(st.floats(0.01, 5), st.floats(1, 2000), st.lists(st.floats(0.001, 50), max_size=6))
def test_the_limits_cut_the_range_off(cost: float, seconds: float, costs: list[float]) -> None:
    work = dataclasses.replace(WORK, limits=Limits(cost=cost, seconds=seconds))
    found = estimate(work, [past(value, value * 100) for value in costs])
    assert found.cost is not None
    assert found.seconds is not None
    assert 0 < found.cost.low <= found.cost.high <= cost
    assert 0 < found.seconds.low <= found.seconds.high <= seconds


def test_fewer_turns_and_sub_calls_cost_less() -> None:
    narrow = estimate(dataclasses.replace(WORK, limits=Limits(iterations=2, subcalls=0))).cost
    wide = estimate(WORK).cost
    assert narrow is not None
    assert wide is not None
    assert narrow.high < wide.high / 3


@pytest.mark.parametrize("unknown", ["root", "sub"])
def test_an_unknown_price_stays_unknown(unknown: str) -> None:
    work = dataclasses.replace(WORK, **{unknown: ModelInfo("nobody knows")})  # type: ignore[arg-type]
    assert estimate(work).cost is None
    assert estimate(work).seconds is not None
    assert estimate(work, [past()] * 5).cost is None


def test_a_model_on_ones_own_machine_costs_nothing_and_takes_nobody_knows_how_long() -> None:
    own = ModelInfo("own", FREE)
    work = dataclasses.replace(WORK, root=own, sub=own, backend="ollama")
    found = estimate(work)
    assert found.cost is not None
    assert (found.cost.high, found.seconds) == (0.0, None)
    seen = estimate(work, [past(0.0, 300.0, backend="ollama", root_model="own", sub_model="own")])
    assert seen.seconds is not None
    assert seen.seconds.low < 300 < seen.seconds.high


def test_runs_with_the_same_models_go_before_all_others() -> None:
    same, others = [past(0.10)] * 3, [past(9.0, root_model="huge")] * 50
    found = estimate(WORK, [*others, *same])
    assert (found.runs, found.same_models) == (3, True)
    assert found.cost is not None
    assert found.cost.low < 0.10 < found.cost.high < 0.5


def test_what_others_used_is_priced_anew_for_the_models_of_this_run() -> None:
    dear = [past(50.0, root_model="huge", usage=Usage(10, 100_000, 10_000, cost=50.0))] * 20
    found = estimate(WORK, dear)
    assert (found.runs, found.same_models) == (20, False)
    assert found.cost is not None
    assert found.cost.low < 0.03
    assert 0.3 < found.cost.high < 1


def test_runs_of_another_size_or_another_way_of_reading_say_nothing() -> None:
    far = [past(characters=50_000), past(characters=2_000_000), past(mode="direct")]
    assert estimate(WORK, far) == estimate(WORK)


def test_the_finders_runs_say_nothing_of_a_model() -> None:
    finder = past(0.0, 1.0, backend="offline", usage=Usage(5, 10_000, 100, cost=0.0, estimated=True))
    assert estimate(WORK, [finder] * 5) == estimate(WORK)
    work = dataclasses.replace(WORK, backend="offline", root=ModelInfo("big", FREE), sub=ModelInfo("small", FREE))
    found = estimate(work, [finder] * 5)
    assert found.cost is not None
    assert (found.runs, found.cost.high) == (5, 0.0)


@pytest.mark.parametrize("count", [1, 3, 5, 12])
def test_four_of_five_runs_end_inside_the_range_that_earlier_runs_gave(count: int) -> None:
    dice = random.Random(count)

    def draw() -> float:
        return math.exp(dice.gauss(math.log(0.3), 0.7))

    inside = 0
    for _ in range(1_000):
        found = estimate(WORK, [past(draw()) for _ in range(count)]).cost
        assert found is not None
        inside += found.low <= draw() <= found.high
    assert 0.75 <= inside / 1_000 <= 0.88


def record() -> RunRecord:
    spec = RunSpec("q", ("a", "b"), "openai", "big", "small")
    return RunRecord("id", "ann", spec, RunState.DONE, "boot", 1.0, usage=Usage(3, 10, 10, cost=0.1), seconds=5.0)


def test_stored_runs_become_what_an_estimate_can_be_made_from() -> None:
    library = {name: DocumentInfo(name, name, "txt", 1, size, "page", ()) for name, size in (("a", 1000), ("b", 500))}
    kept = record()
    left_out = [
        dataclasses.replace(kept, state=RunState.FAILED),
        dataclasses.replace(kept, state=RunState.RUNNING),
        dataclasses.replace(kept, sample=True),
        dataclasses.replace(kept, usage=Usage(calls=0)),
        dataclasses.replace(kept, spec=dataclasses.replace(kept.spec, parent="other")),
        dataclasses.replace(kept, spec=dataclasses.replace(kept.spec, documents=("a", "gone"))),
    ]
    assert past_runs([kept, *left_out], library) == [
        Past(1500, "openai", "big", "small", "rlm", kept.usage, 5.0),
    ]


def test_several_runs_cost_their_sum_and_take_less_time_side_by_side() -> None:
    one = Estimate(Range(0.10, 0.30), Range(30.0, 60.0), runs=4)
    other = Estimate(Range(0.20, 0.40), Range(10.0, 20.0), runs=2, same_models=False)
    both = together([one, other], parallel=3)
    assert both.cost is not None
    assert (round(both.cost.low, 6), round(both.cost.high, 6)) == (0.3, 0.7)
    assert both.seconds == Range(20.0, 40.0)
    assert (both.runs, both.same_models) == (2, False)
    assert together([one, Estimate(None, None)], parallel=1).cost is None
