from pathlib import Path

import pytest

from tests.runs.kill_load_trial import CALLS, Tally, kill_often


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_several_runs_killed_ten_times_at_random_lose_nothing_that_was_read_and_pay_for_nothing_twice(
    tmp_path: Path,
) -> None:
    # `python -m benchmarks.kill --random 200` does the same at length.
    tally = Tally()
    for tally in kill_often(tmp_path, 10, seed=7):
        assert tally.broken == []
    assert tally.kills == 10
    assert tally.looks == 11
    assert tally.runs > 0
    assert len(tally.asked) == tally.runs * CALLS
    assert sum(tally.asked.values()) == len(tally.asked) + tally.in_flight
