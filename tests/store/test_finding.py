from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rlm_app.citations import Citation, Verdict
from rlm_app.errors import StoreError
from rlm_app.events import CellStarted, Cited, ModelReplied, SubcallFinished
from rlm_app.finding import FoundRuns, Order, RunQuery
from rlm_app.records import RunRecord
from rlm_app.store import asking
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import RunState, Usage

Make = Callable[..., RunRecord]
LONG = "x = 1  # nothing\n" * 200


@pytest.fixture
def kept(store: DuckDBStore, record: Make) -> DuckDBStore:
    """Return a store with three runs of ann's, with code, calls and a citation, and one of bob's."""
    rent = record("rent", state=RunState.DONE, created=100_000.0, seconds=9.0, answer="The “tenant” pays.")
    rent = replace(rent, spec=replace(rent.spec, question="Who pays the rent?"), usage=Usage(cost=0.5))
    pump = replace(record("pump", state=RunState.FAILED, created=200_000.0, seconds=1.0), document_names=("Pump.pdf",))
    pump = replace(pump, spec=replace(pump.spec, question="Who owns it?", backend="gemini"), usage=Usage(cost=2.0))
    for each in (rent, pump, record("new", created=200_001.0, starred=True), record("secret", "bob", answer="hush")):
        store.add_run(each)
    top: dict[str, Any] = {"call_id": "0", "parent_id": None, "depth": 0, "at": 1.0, "iteration": 1}
    usage = Usage(input_tokens=7, cost=0.25)
    reply: dict[str, Any] = {"messages": (), "reply": "r", "model": "big", "usage": usage}
    store.append_event(ModelReplied(run_id="rent", seq=1, **top, **reply, seconds=2.0))
    store.append_event(CellStarted(run_id="rent", seq=2, **top, cell=1, code='print("Zebra\\n")'))
    store.append_event(CellStarted(run_id="pump", seq=1, **top, cell=1, code=LONG + "giraffe = 2"))
    about: dict[str, Any] = {"run_id": "rent", "seq": 3, **top, "cell": 1}
    store.append_event(SubcallFinished(**about, reply="r", model="small", usage=usage, error="it broke"))
    cited = Citation("may end this", Verdict.ALTERED, "d" * 64, "lease.pdf", 5, 17, "3")
    store.append_event(Cited(run_id="rent", seq=4, **{**top, "iteration": 0}, citation=cited))
    store.append_event(CellStarted(run_id="secret", seq=1, **top, cell=1, code="zebra"))
    store.append_event(ModelReplied(run_id="secret", seq=2, **top, **reply))
    store.append_event(Cited(run_id="secret", seq=3, **{**top, "iteration": 0}, citation=cited))
    store.flush()
    return store


def ids(found: FoundRuns) -> list[str]:
    return [each.id for each in found.records]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RunQuery(), ["new", "pump", "rent"]),
        (RunQuery(order=Order.OLDEST), ["rent", "pump", "new"]),
        (RunQuery(order=Order.DEAREST), ["pump", "rent", "new"]),
        (RunQuery(order=Order.LONGEST), ["rent", "pump", "new"]),
        (RunQuery(order=Order.QUESTION), ["new", "pump", "rent"]),
        (RunQuery(offset=1, limit=1), ["pump"]),
        (RunQuery("PAYS rent"), ["rent"]),
        (RunQuery("“tenant”"), ["rent"]),
        (RunQuery("pump.pdf"), ["pump"]),
        (RunQuery('"zebra'), ["rent"]),
        (RunQuery("giraffe"), ["pump"]),
        (RunQuery("hush"), []),
        (RunQuery("100%' OR 1=1 --"), []),
        (RunQuery(states=("failed", "done")), ["pump", "rent"]),
        (RunQuery(backends=("gemini",)), ["pump"]),
        (RunQuery(documents=("Pump.pdf", "other")), ["pump"]),
        (RunQuery(least_cost=1.0), ["pump"]),
        (RunQuery(most_cost=1.0), ["rent"]),
        (RunQuery(since=150_000.0, until=200_001.0), ["pump"]),
        (RunQuery(starred=True), ["new"]),
        (RunQuery(hidden=("new", "rent")), ["pump"]),
    ],
)
def test_runs_are_found_by_what_is_said_of_them_and_only_the_owners(
    kept: DuckDBStore, query: RunQuery, expected: list[str]
) -> None:
    assert ids(kept.find_runs("ann", query)) == expected


def test_what_there_is_to_choose_from_is_of_all_runs_of_the_owner(kept: DuckDBStore) -> None:
    found = kept.find_runs("ann", RunQuery(states=("failed",), limit=0))
    assert (found.total, found.every, found.records) == (1, 3, ())
    assert (found.states, found.backends, found.documents) == (
        ("done", "failed", "running"),
        ("gemini", "openai"),
        ("Pump.pdf",),
    )


def test_money_and_time_add_up_by_day(kept: DuckDBStore) -> None:
    told = [(day.day, day.runs, day.cost, day.seconds) for day in kept.days("ann", RunQuery())]
    assert told == [("1970-01-02", 1, 0.5, 9.0), ("1970-01-03", 2, 2.0, 1.0)]


def test_a_day_is_that_of_the_reader(kept: DuckDBStore) -> None:
    west = dt.timezone(-dt.timedelta(hours=4))
    told = [(day.day, day.runs, day.cost, day.seconds) for day in kept.days("ann", RunQuery(), west)]
    assert told == [("1970-01-01", 1, 0.5, 9.0), ("1970-01-03", 2, 2.0, 1.0)]


def test_stars_and_titles_are_kept(kept: DuckDBStore, path: Path) -> None:
    kept.update_run("rent", title="Rent, final", starred=True)
    kept.close()
    again = DuckDBStore(path)
    found = again.run("rent", "ann")
    assert found is not None
    assert (found.name, found.title, found.starred) == ("Rent, final", "Rent, final", True)
    assert ids(again.find_runs("ann", RunQuery("final"))) == ["rent"]
    again.close()


def test_questions_in_sql_see_runs_calls_and_citations_of_the_owner_only(kept: DuckDBStore) -> None:
    runs = kept.ask("ann", "SELECT id, question, cost, backend, starred FROM runs ORDER BY created")
    assert runs.rows[0] == ("rent", "Who pays the rent?", 0.5, "openai", False)
    assert [row[0] for row in runs.rows] == ["rent", "pump", "new"]
    calls = kept.ask("ann", "select run_id, role, model, seconds, cost, input_tokens, error from Calls")
    assert calls.rows == (
        ("rent", "turn", "big", 2.0, 0.25, 7, None),
        ("rent", "sub-call", "small", 0.0, 0.25, 7, "it broke"),
    )
    cited = kept.ask("ann", 'SELECT run_id, quote, verdict, document, page, start, "end", turn FROM citations')
    assert cited.rows == (("rent", "may end this", "Altered", "lease.pdf", "3", 5, 17, 0),)
    assert kept.ask("bob", "SELECT count(*) FROM citations").rows == ((1,),)
    assert kept.ask("eve", "SELECT * FROM runs").rows == ()


REFUSED = (
    "DELETE FROM runs",
    "UPDATE runs SET answer = 'x'",
    "DROP TABLE runs",
    "SELECT 1; SELECT 2",
    "COPY runs TO '{path}.csv'",
    "ATTACH '{path}' AS other",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "CALL pragma_version()",
    "EXPORT DATABASE '{path}-all'",
    "CREATE TABLE copy AS SELECT 1",
    "SELECT * FROM read_csv('{path}')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM events",
    "SELECT * FROM copy",
    "SELECT * FROM kept",
    "SELECT nothing FROM runs",
    "not sql at all",
    "",
)


def test_a_question_changes_nothing_and_reaches_nothing_else(kept: DuckDBStore, path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be answered"):
        kept.ask("ann", REFUSED[0])
    with pytest.raises(StoreError, match=r"no table events\. There are runs, calls and citations\.$"):
        kept.ask("ann", "SELECT * FROM events")


@pytest.mark.slow
def test_no_kind_of_question_changes_anything_or_reaches_anything_else(kept: DuckDBStore, path: Path) -> None:
    for sql in REFUSED:
        with pytest.raises(StoreError, match="cannot be answered"):
            kept.ask("ann", sql.replace("{path}", str(path)))
    assert kept.find_runs("ann", RunQuery()).total == 3
    assert not path.with_name(path.name + ".csv").exists()


@pytest.mark.slow
def test_a_large_answer_is_cut_and_the_cut_is_said(kept: DuckDBStore) -> None:
    table = kept.ask("ann", "SELECT range, repeat('x', 15000) FROM range(3000)")
    assert (len(table.rows), table.cut, len(str(table.rows[0][1]))) == (1000, True, 10_002)


@pytest.mark.slow
def test_a_question_without_end_or_bounds_is_ended(kept: DuckDBStore) -> None:
    began = time.monotonic()
    with pytest.raises(StoreError, match=r"more than 0\.5 seconds"):
        asking.answer({}, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", 0.5)
    with pytest.raises(StoreError, match=r"more than 0\.5 seconds or too much memory and was ended"):
        asking.answer({}, "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))", 0.5)
    with pytest.raises(StoreError, match=r"(?i)memory"):
        kept.ask("ann", "SELECT length(repeat('x', 4000000000))")
    assert time.monotonic() - began < 25
