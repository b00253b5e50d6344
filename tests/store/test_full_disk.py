import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState

Child = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("a small disk can be made as root only")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the disk is made by Linux's mount")
def test_a_full_disk_is_said_reading_goes_on_and_so_does_writing_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    original = tmp_path / "upload.pdf"
    original.write_bytes(os.urandom(5_000_000))
    here = Path(__file__).parent
    child = subprocess.Popen(
        [sys.executable, str(here / "disk_child.py"), str(disk / "rlm.duckdb"), str(original)],
        env={**os.environ, "PYTHONPATH": str(here.parent.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        said = {}
        for line in child.stdout:
            name, _, sentence = line.strip().partition(": ")
            if name == "waiting":
                break
            said[name] = sentence
        for name in ("event", "record", "reply"):
            assert "Free some disk space; the app goes on by itself then" in said[name], name
        assert "could not be kept" in said["original"]
        assert not list((disk / "originals").iterdir())
        assert said["read"] == "True"
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        out, errors = child.communicate("\n", timeout=40)
    finally:
        child.kill()
        child.wait()
    lines = dict(line.split(": ", 1) for line in out.splitlines())
    assert (lines["kept"].split()[0], lines["after"]) == ("True", "1 interrupted"), out + errors
    kept, _, written = lines["kept"].split()[1:]
    assert int(written) - int(kept) <= 1  # what was queued when the disk was full is there
    again = DuckDBStore(disk / "rlm.duckdb")
    record = again.run("r1", "ann")
    assert record is not None
    assert record.state is RunState.INTERRUPTED
    assert len(again.events("r1", "ann")) == int(kept) + 1
    assert again.journal("r1").reply("k" * 64, 0) is not None
    again.close()
