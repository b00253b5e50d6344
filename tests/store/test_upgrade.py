import gzip
from pathlib import Path

import duckdb
import pytest

from rlm_app.engine.trajectory import Trajectory
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.store.migrations import read_steps
from rlm_app.types import RunState, Stop
from tests.store import write_layout as was

LAYOUTS = sorted(Path(__file__).with_name("layouts").glob("*.duckdb.gz"))


def layout_of(path: Path) -> int:
    with duckdb.connect(str(path)) as connection:
        row = connection.execute("SELECT max(number) FROM migrations").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(params=LAYOUTS, ids=lambda path: str(path.name).split(".")[0])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    """Return a data file as the program of its time wrote it, and its layout."""
    path = tmp_path / "rlm.duckdb"
    path.write_bytes(gzip.decompress(request.param.read_bytes()))
    layout = layout_of(path)
    assert layout == int(request.param.name[:4])
    return path, layout


def test_a_file_of_every_earlier_layout_opens_and_shows_its_runs(old: tuple[Path, int]) -> None:
    path, layout = old
    store = DuckDBStore(path)
    assert store.notice == ""
    assert [record.id for record in store.interrupt_others("boot-2")] == [was.LIVE]
    live, done = store.runs(was.OWNER)
    assert (live.state, live.stop) == (RunState.INTERRUPTED, Stop.INTERRUPTED)
    assert (done.spec, done.state, done.answer) == (was.SPEC, RunState.DONE, "In ninety days.")
    assert (done.usage.cost, done.quotes_found, done.document_names) == (0.5, 1, ("lease ü.pdf",))
    assert store.events(was.DONE, was.OWNER) == list(was.events())
    assert Trajectory.fold(store.events(was.DONE, was.OWNER)).finished is not None
    assert store.journal(was.DONE).reply("b" * 64, 0) == was.REPLY
    assert store.document(was.FILE, was.OWNER) == was.DOCUMENT
    assert (done.title, done.starred) == (("The notice", True) if layout >= 4 else ("", False))
    assert store.preference(was.OWNER, "choice") == ({"backend": "openai"} if layout >= 2 else None)
    grids = store.grids.grids(was.OWNER)
    assert [grid.name for grid in grids] == (["Notices"] if layout >= 3 else [])
    assert [cell.edited for grid in grids for cell in store.grids.cells(grid.id, was.OWNER)] == ["ninety"] * len(grids)
    store.close()
    assert layout_of(path) == read_steps()[-1].number


def test_an_upgraded_file_is_as_good_as_a_new_one(old: tuple[Path, int]) -> None:
    path, _ = old
    new = path.with_name("new.duckdb")
    was.write(new)
    DuckDBStore(path).close()
    tables = "SELECT table_name, column_name, data_type FROM duckdb_columns() ORDER BY table_name, column_name"
    with duckdb.connect(str(path)) as upgraded, duckdb.connect(str(new)) as fresh:
        assert upgraded.execute(tables).fetchall() == fresh.execute(tables).fetchall()


def test_there_is_a_file_of_each_layout_that_was_ever_written() -> None:
    assert [path.name[:4] for path in LAYOUTS][:4] == ["0001", "0002", "0003", "0004"]
