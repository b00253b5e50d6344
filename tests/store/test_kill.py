import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rlm_app.store.duckdb_store import DuckDBStore


@pytest.mark.parametrize("kills", [4, pytest.param(22, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_sigkill_at_any_moment(
    path: Path, child: Callable[..., subprocess.Popen[str]], kills: int
) -> None:
    moments = random.Random(7)
    acknowledged = {"event": 0, "call": -1}
    for _ in range(kills):
        process = child("kill_child.py", path)
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        # The random moment of the kill is the point here, so there is no condition to wait for.
        time.sleep(moments.uniform(0.0, 0.12))
        process.kill()
        rest, stderr = process.communicate()
        lines += [line for line in rest.splitlines() if line]
        assert stderr == ""
        for line in lines:
            word, number = line.split()
            acknowledged[word] = max(acknowledged[word], int(number))
        check(path, acknowledged)
    assert acknowledged["event"] > kills


def check(path: Path, acknowledged: dict[str, int]) -> None:
    store = DuckDBStore(path)
    events = store.events("r1", "ann")
    seqs = [event.seq for event in events]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) >= acknowledged["event"]
    journal = store.journal("r1")
    assert journal.counts()[0] > acknowledged["call"]
    for number in range(max(acknowledged["call"] - 4, 0), acknowledged["call"] + 1):
        reply = journal.reply("key", number)
        assert reply is not None
        assert reply.text == f"reply {number} " * 400
    store.close()
