from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.types import RunState
from tests.runs.kill_site import CALLS, WIDTH, KillSite, Moment
from tests.runs.kill_trial import Trial, run_and_kill

NEVER = Moment(10**6, after=False)
# `python -m benchmarks.kill` goes through all 70; these 8 are one in each kind of turn.
MOMENTS = [Moment(number, after) for number in (5, 12, 22, 33) for after in (False, True)]


@pytest.fixture(scope="module")
def site() -> Iterator[KillSite]:
    with KillSite() as opened:
        yield opened


@pytest.fixture(scope="module")
def undisturbed(site: KillSite, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    trial = run_and_kill(site, tmp_path_factory.mktemp("undisturbed"), [NEVER])
    assert (trial.state, trial.paid) == (RunState.DONE, CALLS)
    return trial


def check(trial: Trial, undisturbed: Trial) -> None:
    assert (trial.state, trial.answer) == (RunState.DONE, undisturbed.answer)
    assert trial.paid <= CALLS + sum(attempt.unrecorded for attempt in trial.attempts)
    assert all(attempt.unrecorded <= WIDTH for attempt in trial.attempts)
    assert [attempt.lost for attempt in trial.attempts] == [[] for _ in trial.attempts]
    assert list(trial.seqs) == list(range(1, len(trial.seqs) + 1))
    assert (trial.calls_told, trial.trajectory.usage) == (CALLS, undisturbed.trajectory.usage)
    shape = [len(turn.subcalls) for turn in trial.trajectory.turns]
    assert shape == [len(turn.subcalls) for turn in undisturbed.trajectory.turns]


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_run_killed_at_a_call_ends_alike_and_pays_only_for_what_was_in_flight(
    site: KillSite, undisturbed: Trial, tmp_path: Path, moment: Moment
) -> None:
    trial = run_and_kill(site, tmp_path, [moment])
    assert trial.attempts[0].killed
    assert trial.attempts[0].state is RunState.INTERRUPTED
    check(trial, undisturbed)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_run_that_is_killed_again_and_again_still_comes_to_its_end(
    site: KillSite, undisturbed: Trial, tmp_path: Path
) -> None:
    trial = run_and_kill(site, tmp_path, [Moment(12, after=True)] * 20)
    assert sum(attempt.killed for attempt in trial.attempts) >= 2
    check(trial, undisturbed)
