import threading

import pytest

from rlm_app.engine.budget import Budget
from rlm_app.errors import LimitReached
from rlm_app.types import Limits, Usage


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_limits_every_call_is_let_through() -> None:
    budget = Budget(Limits())
    budget.charge(Usage(input_tokens=10**9, cost=10**6))
    budget.admit(subcall=True)
    assert budget.subcalls == 1
    assert budget.left() == {}


@pytest.mark.parametrize(
    ("limits", "usage", "name"),
    [
        (Limits(cost=1.0), Usage(cost=0.9), "cost"),
        (Limits(tokens=1000), Usage(input_tokens=800, output_tokens=100), "tokens"),
    ],
)
def test_a_tenth_is_kept_back_for_the_closing_call(limits: Limits, usage: Usage, name: str) -> None:
    budget = Budget(limits)
    budget.charge(usage)
    with pytest.raises(LimitReached) as caught:
        budget.admit()
    assert caught.value.limit == name
    budget.admit(closing=True)


def test_time_is_wall_time_since_the_run_began() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=10.0), clock)
    budget.admit()
    clock.now += 9.0
    with pytest.raises(LimitReached, match="time"):
        budget.admit()
    budget.admit(closing=True)
    clock.now += 1.0
    with pytest.raises(LimitReached):
        budget.admit(closing=True)


def test_a_cell_gets_no_more_time_than_the_run_has_left() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=100.0, cell_seconds=60.0), clock)
    assert budget.cell_seconds() == 60.0
    clock.now += 70.0
    assert budget.cell_seconds() == pytest.approx(20.0)
    clock.now += 70.0
    assert budget.cell_seconds() == pytest.approx(0.1)


def test_sub_calls_are_counted_exactly_from_many_threads() -> None:
    budget = Budget(Limits(subcalls=50))
    refused = []

    def work() -> None:
        for _ in range(20):
            try:
                budget.admit(subcall=True)
            except LimitReached:
                refused.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.subcalls == 50
    assert len(refused) == 110


def test_what_is_left_is_told_in_each_limits_own_unit() -> None:
    budget = Budget(Limits(cost=1.0, tokens=100, subcalls=5, seconds=60.0), Clock())
    budget.charge(Usage(input_tokens=30, output_tokens=10, cost=0.25))
    budget.admit(subcall=True)
    assert budget.left() == {"cost": 0.75, "tokens": 60.0, "subcalls": 4.0, "seconds": 60.0}


def test_time_that_earlier_attempts_took_counts() -> None:
    budget = Budget(Limits(seconds=10.0), Clock(), seconds_used=9.5)
    with pytest.raises(LimitReached, match="time"):
        budget.admit()


def test_near_a_limit_a_call_waits_for_those_in_flight_and_is_judged_by_what_they_really_cost() -> None:
    budget = Budget(Limits(cost=1.0))
    for _ in range(2):
        budget.admit(subcall=True)
    budget.settle(Usage(cost=0.5), subcall=True)
    admitted = threading.Event()

    def work() -> None:
        budget.admit(subcall=True)
        admitted.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not admitted.wait(0.05)
    budget.settle(Usage(cost=0.1), subcall=True)
    thread.join(5.0)
    assert admitted.is_set()
    assert budget.left()["cost"] == pytest.approx(0.4)


def test_a_call_that_failed_costs_nothing_and_keeps_nobody_waiting() -> None:
    budget = Budget(Limits(cost=1.0))
    budget.admit(subcall=True)
    budget.settle(Usage(cost=0.5), subcall=True)
    budget.admit(subcall=True)
    thread = threading.Thread(target=lambda: budget.admit(subcall=True))
    thread.start()
    budget.settle(None, subcall=True)
    thread.join(5.0)
    assert not thread.is_alive()
    assert budget.usage.cost == 0.5
