import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rlm_app.build import App, open_app
from rlm_app.engine.run_files import run_lines
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.finding import RunQuery
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.engine.references import block, call, holds, iteration, metadata, write

CELL = block("a", [call()], stdout="x" * 5_000, locals={"context": "y" * 5_000})
LINES = [metadata(), {**iteration(1, code_blocks=[CELL]), "x-own": [1]}, iteration(2, final_answer="the answer")]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = open_app(Settings(home=tmp_path / "home"), keep=False)
    yield app
    app.close()


def test_an_imported_log_is_listed_drawn_and_exported_like_any_run(app: App, tmp_path: Path) -> None:
    report = app.import_file(write(tmp_path / "log.jsonl", LINES), "ann")
    (run_id,) = report.run_ids
    record, trajectory = app.run(run_id, "ann"), app.trajectory(run_id, "ann")
    assert record is not None
    assert (record.state, record.answer, record.spec.backend) == (RunState.DONE, "the answer", "imported")
    assert trajectory is not None
    assert [len(turn.subcalls) for turn in trajectory.turns] == [1, 0]
    assert app.run(run_id, "bob") is None
    out = [json.loads(line) for line in app.export(run_id, "ann").splitlines()]
    assert holds(out, LINES)


def test_a_log_imported_twice_is_there_once_and_for_each_owner(app: App, tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", LINES)
    first, second = app.import_file(path, "ann"), app.import_file(path, "ann")
    assert second.run_ids == first.run_ids == second.known
    assert "1 of them already here" in second.sentence()
    assert app.import_file(path, "bob").run_ids != first.run_ids
    assert len(app.store.runs("ann")) == 1


def test_a_run_exported_as_events_is_the_same_run_elsewhere(app: App, tmp_path: Path) -> None:
    (run_id,) = app.import_file(write(tmp_path / "log.jsonl", LINES), "ann").run_ids
    path = tmp_path / "run.jsonl"
    path.write_text(app.export(run_id, "ann", "events"), encoding="utf-8")
    (copy,) = app.import_file(path, "bob").run_ids
    assert [json.loads(line) for line in app.export(copy, "bob").splitlines()] == [
        json.loads(line) for line in app.export(run_id, "ann").splitlines()
    ]


def test_an_imported_run_is_not_gone_on_with(app: App, tmp_path: Path) -> None:
    (run_id,) = app.import_file(write(tmp_path / "log.jsonl", [metadata(), iteration(1)]), "ann").run_ids
    with pytest.raises(ConfigError, match="imported from a log"):
        app.resume(run_id, "ann")
    with pytest.raises(ConfigError, match="imported from a log"):
        app.fork(run_id, "ann", 1)
    with pytest.raises(ConfigError, match="imported from a log"):
        app.follow_up(run_id, "ann", "And then?")


def test_an_unknown_form_is_a_sentence(app: App, tmp_path: Path) -> None:
    (run_id,) = app.import_file(write(tmp_path / "log.jsonl", LINES), "ann").run_ids
    with pytest.raises(ConfigError, match="Known: reference, events"):
        app.export(run_id, "ann", "xml")


@pytest.mark.parametrize("text", ["\ud800 half", "nul \x00 inside", "$text"])
@pytest.mark.parametrize("more", ["", "x" * 5_000])
def test_odd_text_in_a_log_survives_the_store(app: App, tmp_path: Path, text: str, more: str) -> None:
    cell = block(text, stdout=text + more, locals={"$text": text})
    path = write(tmp_path / "log.jsonl", [metadata(), iteration(1, text, code_blocks=[cell], final_answer=text)])
    (run_id,) = app.import_file(path, "ann").run_ids
    out = app.export(run_id, "ann").splitlines()
    held = json.loads(out[1])["code_blocks"][0]["result"]
    assert held["locals"] == {"$text": text}
    assert held["stdout"] == text + more


def test_going_on_with_an_imported_run_sends_no_key_to_an_address_that_its_file_names(app: App, tmp_path: Path) -> None:
    options = {"base_url": "https://evil.example/v1", "api_version": "2026", "nested": {"endpoint": "evil.example"}}
    spec = RunSpec("What?", (), "openai", "big", "small", options=options)
    record = RunRecord("1" * 32, "ann", spec, RunState.INTERRUPTED, "boot", 1.0)
    path = tmp_path / "run.jsonl"
    path.write_text("".join(run_lines(record, [])), encoding="utf-8")
    report = app.import_file(path, "bob")
    assert "the address https://evil.example/v1 was left out" in report.sentence()
    kept = app.run(report.run_ids[0], "bob")
    assert kept is not None
    assert kept.spec.options == {"api_version": "2026", "nested": {}}


def own_file(app: App, tmp_path: Path, change: Callable[[list[dict[str, Any]]], None]) -> Path:
    """Return the file of a run of ours after a change of its lines."""
    (run_id,) = app.import_file(write(tmp_path / "log.jsonl", LINES), "ann").run_ids
    lines = [json.loads(line) for line in app.export(run_id, "ann", "events").splitlines()]
    change(lines)
    return write(tmp_path / "changed.jsonl", lines)


@pytest.mark.parametrize("place", [{"depth": 2**40}, {"depth": -1}, {"call_id": "0.\ud800"}])
def test_an_event_that_no_file_can_keep_is_left_out_and_everybody_can_still_write(
    app: App, tmp_path: Path, place: dict[str, Any]
) -> None:
    report = app.import_file(own_file(app, tmp_path, lambda lines: lines[2].update(place)), "eve")
    assert report.damaged[0].line == 3
    app.store.keep_preference("bob", "sql", {"mine": "SELECT 1"})
    assert app.store.census(0.0).trouble == ""


@pytest.mark.parametrize("change", [{"quotes_found": 2**40}, {"quotes_total": -1}])
def test_a_record_that_no_file_can_keep_is_refused_and_everybody_can_still_write(
    app: App, tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(DocumentError, match="so many quotations"):
        app.import_file(own_file(app, tmp_path, lambda lines: lines[0].update(change)), "eve")
    app.store.keep_preference("bob", "sql", {"mine": "SELECT 1"})


def test_halves_of_surrogate_pairs_in_a_file_leave_history_and_sql_as_they_are(app: App, tmp_path: Path) -> None:
    half = "a \ud83d\\\\ud83d b"

    def replied(line: dict[str, Any]) -> bool:
        return line.get("kind") == "ModelReplied"

    def change(lines: list[dict[str, Any]]) -> None:
        lines[0]["spec"]["question"] = half
        next(filter(replied, lines)).update(model=half, iteration=2**40)

    (run_id,) = app.import_file(own_file(app, tmp_path, change), "eve").run_ids
    assert [record.id for record in app.store.find_runs("eve", RunQuery()).records] == [run_id]
    assert app.store.ask("eve", "SELECT model, turn FROM calls WHERE model LIKE 'a %'").rows == (
        ("a ?\\\\ud83d b", None),
    )
