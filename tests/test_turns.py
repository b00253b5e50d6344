import sys
import threading
from pathlib import Path

import pytest

from tests.turns import turn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests wait for nobody on Windows")


def test_who_measures_waits_for_those_at_work_and_lets_nobody_begin_meanwhile(tmp_path: Path) -> None:
    said: list[str] = []
    alone_is_in, may_leave = threading.Event(), threading.Event()

    def alone() -> None:
        with turn(tmp_path, alone=True):
            said.append("alone")
            alone_is_in.set()
            may_leave.wait(10)
            said.append("done")

    def beside() -> None:
        with turn(tmp_path, alone=False):
            said.append("beside")

    with turn(tmp_path, alone=False), turn(tmp_path, alone=False):
        first = threading.Thread(target=alone)
        first.start()
        assert not alone_is_in.wait(0.1)
        said.append("two at work")
    assert alone_is_in.wait(10)
    second = threading.Thread(target=beside)
    second.start()
    second.join(0.1)
    may_leave.set()
    first.join(10)
    second.join(10)
    assert said == ["two at work", "alone", "done", "beside"]
