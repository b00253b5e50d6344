import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from rlm_app.environments.scratch import make_scratch, sweep_scratch


def test_processes_that_start_together_may_all_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    for number in range(300):
        (tmp_path / f"rlm-scratch-{ended.pid}-{number}" / "below").mkdir(parents=True)
    ours = make_scratch()
    failures: list[BaseException] = []
    together = threading.Barrier(4, timeout=10.0)

    def sweep() -> None:
        together.wait()
        try:
            sweep_scratch()
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30.0)
    assert failures == []
    assert [str(path) for path in tmp_path.iterdir()] == [ours]
