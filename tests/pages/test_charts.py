from __future__ import annotations

import datetime as dt

import pytest

from rlm_app.finding import Day
from rlm_app.types import Limits
from rlm_app.ui import allowing, charts

TODAY = dt.date(2026, 3, 2)


def test_one_day_stands_among_the_two_weeks_before_it() -> None:
    shown = charts.filled([Day("2026-03-01", 2, 0.5, 60.0)], TODAY)
    assert [shown[0].day, shown[-1].day, len(shown)] == ["2026-02-17", "2026-03-02", charts.SHORTEST]
    assert [day.day for day in shown if day.runs] == ["2026-03-01"]


def test_days_without_runs_are_left_out_of_a_long_time() -> None:
    days = [Day("2024-05-01", 1, None, 1.0), Day("2026-03-01", 2, 0.5, 60.0)]
    assert charts.filled(days, TODAY) == days
    assert charts.filled([], TODAY) == []


@pytest.mark.parametrize(
    ("name", "limits", "told"),
    [
        ("cost", Limits(cost=0.5), "$0.50"),
        ("cost", Limits(cost=None), "no limit"),
        ("seconds", Limits(seconds=90.0), "1.5"),
        ("iterations", Limits(iterations=12), "12"),
        ("tokens", Limits(tokens=20_000), "20,000"),
    ],
)
def test_a_limit_is_told_in_the_units_of_its_field(name: str, limits: Limits, told: str) -> None:
    assert allowing.told(name, limits) == told
