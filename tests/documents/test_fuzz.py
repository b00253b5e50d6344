import random

import pytest

from benchmarks.fuzz_documents import Seed, damaged, run, samples_folder, seeds
from rlm_app.documents.reader import MEMORY


def test_damaged_files_cost_nothing_but_themselves() -> None:
    outcomes = run(seeds(None), 11, workers=1)
    assert outcomes.faults == []
    assert sum(sum(counts.values()) for counts in outcomes.counts.values()) == 11
    assert len(outcomes.counts) == 11
    assert outcomes.peak <= MEMORY


@pytest.mark.slow
def test_hundreds_of_damaged_files_of_every_format_cost_nothing_but_themselves() -> None:
    outcomes = run(seeds(samples_folder()), 400, first=10_000)
    assert outcomes.faults == []
    assert outcomes.peak <= MEMORY


def test_the_damage_is_the_same_each_time_and_is_damage() -> None:
    whole = seeds(None)
    first = [damaged(random.Random(number), whole[0], whole) for number in range(20)]
    assert first == [damaged(random.Random(number), whole[0], whole) for number in range(20)]
    assert sum(data != whole[0].data for data in first) > 15


def test_every_kind_of_damage_takes_short_files() -> None:
    tiny = [Seed("a.txt", b"x"), Seed("b.txt", b"")]
    assert all(isinstance(damaged(random.Random(n), tiny[n % 2], tiny), bytes) for n in range(100))
