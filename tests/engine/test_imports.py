import copy
import dataclasses
import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rlm_app.engine.import_lines import LONGEST, Reading, json_object
from rlm_app.engine.imports import IMPORTED, NO_QUESTION, RunReader
from rlm_app.engine.run_files import LATEST, run_lines
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import DocumentError
from rlm_app.events import Event, from_dict, to_dict
from rlm_app.types import RunState, Stop
from tests.engine.references import (
    SAMPLES,
    Line,
    block,
    call,
    exported,
    files,
    holds,
    iteration,
    metadata,
    read,
    write,
)

TRACES = sorted((SAMPLES / "trajectories").glob("*_*.jsonl"))
NESTED = call(
    "Acme Ltd",
    metadata={
        "run_metadata": {"root_model": "small", "x-host": "a"},
        "iterations": [
            iteration(1, "child looks", code_blocks=[block("y", [call("deep")])]),
            iteration(2, "child answers", final_answer="Acme Ltd"),
        ],
    },
)


def told(path: Path) -> Trajectory:
    runs, _ = read(path)
    return Trajectory.fold(runs[0].events)


def unnamed(events: tuple[Event, ...]) -> list[Event]:
    return [dataclasses.replace(event, run_id="") for event in events]


@pytest.mark.skipif(not TRACES, reason="the folder of sample trajectories is not there")
@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name[:20])
def test_a_real_log_comes_back_with_every_field_it_had(path: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    runs, report = read(path)
    assert report.damaged == ()
    out = [line for run in runs for line in exported(run)]
    assert holds(out[0], lines[0])
    assert holds(
        [line for line in out if line["type"] != "metadata"], [line for line in lines if line["type"] != "metadata"]
    )
    for run in runs:
        again, _ = read(write(tmp_path / "again.jsonl", exported(run)))
        assert [unnamed(each.events) for each in again] == [unnamed(run.events)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lines=files())
def test_any_log_with_nested_children_and_unknown_keys_comes_back_whole(lines: list[Line], tmp_path: Path) -> None:
    (run,), report = read(write(tmp_path / "log.jsonl", lines))
    assert report.damaged == ()
    out = exported(run)
    assert holds(out, lines)
    (again,), _ = read(write(tmp_path / "again.jsonl", out))
    assert exported(again) == out
    assert [from_dict(json.loads(json.dumps(to_dict(event)))) for event in run.events] == list(run.events)


def test_a_log_becomes_a_run_with_its_question_turns_cells_and_answer(tmp_path: Path) -> None:
    prompt = [
        {"role": "system", "content": "s"},
        {
            "role": "user",
            "content": "Answer the following: Who signs?\nAll of them.\n\nYour context is a str of 9 characters.",
        },
    ]
    cell = block("print(1)", [call()], stdout="1\n", locals={"r": "Acme"}, final_answer="Acme signs")
    path = write(
        tmp_path / "log.jsonl", [metadata(), iteration(1, prompt=prompt, code_blocks=[cell], final_answer="Acme signs")]
    )
    (run,), report = read(path)
    trajectory = Trajectory.fold(run.events)
    assert run.record.spec.question == "Who signs?\nAll of them."
    assert (run.record.spec.backend, run.record.state, run.record.answer) == (IMPORTED, RunState.DONE, "Acme signs")
    (turn,) = trajectory.turns
    assert turn.cells[0].finished is not None
    assert turn.cells[0].finished.stdout == "1\n"
    assert turn.cells[0].finished.variables == {"r": "Acme"}
    (subcall,) = turn.subcalls
    assert subcall.finished is not None
    assert subcall.finished.usage.input_tokens == 512
    assert trajectory.started is not None
    assert trajectory.started.sub_model == "small"
    assert report.sentence() == "log.jsonl: 1 run from 2 lines."


def test_what_a_log_does_not_say_is_none_and_not_zero(tmp_path: Path) -> None:
    unknown = {"small": {"total_calls": 1, "total_input_tokens": 0, "total_output_tokens": 0}}
    cell = block(calls=[call(usage_summary={"model_usage_summaries": unknown}), call(usage_summary=None)])
    trajectory = told(write(tmp_path / "log.jsonl", [metadata(), iteration(1, code_blocks=[cell])]))
    assert trajectory.turns[0].reply.usage.tokens == 0
    assert trajectory.turns[0].reply.usage.input_tokens is None
    for subcall in trajectory.turns[0].subcalls:
        assert subcall.finished is not None
        assert subcall.finished.usage.input_tokens is None
        assert subcall.finished.usage.cost is None


def test_children_stand_under_their_calls_with_their_own_turns_and_depth(tmp_path: Path) -> None:
    trajectory = told(write(tmp_path / "log.jsonl", [metadata(), iteration(1, code_blocks=[block(calls=[NESTED])])]))
    (subcall,) = trajectory.turns[0].subcalls
    assert subcall.started.role == "rlm"
    assert subcall.child is not None
    assert [turn.reply.reply for turn in subcall.child.turns] == ["child looks", "child answers"]
    (deep,) = subcall.child.turns[0].subcalls
    assert (deep.started.call_id, deep.started.parent_id, deep.started.depth) == ("0.1.1", "0.1", 2)


def test_several_completions_in_one_file_are_several_runs(tmp_path: Path) -> None:
    lines = [
        metadata(),
        iteration(1),
        iteration(2, final_answer="a"),
        iteration(1, final_answer="b"),
        metadata(),
        iteration(1),
    ]
    runs, report = read(write(tmp_path / "log.jsonl", lines))
    assert [(run.record.answer, run.record.state) for run in runs] == [
        ("a", RunState.DONE),
        ("b", RunState.DONE),
        ("", RunState.INTERRUPTED),
    ]
    assert len({run.record.id for run in runs}) == 3
    assert report.completions == 3
    assert "without an answer" in runs[2].record.error


def test_a_prompt_logged_after_the_fact_is_cut_back_to_what_was_sent(tmp_path: Path) -> None:
    said = ["s", "u", "one", "out 1", "two", "out 2"]
    roles = ["system", "user", "assistant", "user", "assistant", "user"]
    shared = [{"role": role, "content": content} for role, content in zip(roles, said, strict=True)]
    lines = [
        metadata(),
        iteration(1, "one", prompt=shared),
        iteration(2, "two", prompt=shared),
        iteration(3, "three", prompt=shared, final_answer="x"),
    ]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    turns = Trajectory.fold(run.events).turns
    assert [[message.content for message in turn.reply.messages] for turn in turns] == [
        ["s", "u"],
        ["one", "out 1"],
        ["two", "out 2"],
    ]
    assert holds(exported(run), lines)
    assert "prompt" not in turns[0].reply.extra


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ("FINAL(x is (set) to 500.)", "x is (set) to 500."),
        ("FINAL_VAR(total)", "1000"),
        ('Done.\nFINAL_VAR("total")', "1000"),
        ("I say FINAL(no) in passing.", ""),
        ("FINAL_VAR(nobody)", ""),
    ],
)
def test_the_old_forms_of_an_answer_are_understood(response: str, answer: str, tmp_path: Path) -> None:
    lines = [metadata(), iteration(1, code_blocks=[block(locals={"total": 1000})]), iteration(2, response)]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    assert run.record.answer == answer
    assert run.record.state is (RunState.DONE if answer else RunState.INTERRUPTED)
    assert holds(exported(run), lines)


def test_an_answer_kept_as_a_pair_and_counts_on_the_call_are_understood(tmp_path: Path) -> None:
    old = call(prompt_tokens=7, completion_tokens=3)
    del old["usage_summary"]
    lines = [metadata(), iteration(1, code_blocks=[block(calls=[old])], final_answer=["FINAL", "yes"])]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    assert run.record.answer == "yes"
    assert run.record.usage.tokens == 10
    assert holds(exported(run), lines)


def test_the_extra_call_after_the_last_turn_is_an_end_at_a_limit(tmp_path: Path) -> None:
    lines = [
        metadata(max_iterations=1),
        iteration(1),
        iteration(2, "so far", final_answer="so far", iteration_time=None),
    ]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    assert (run.record.stop, run.record.answer) == (Stop.ITERATIONS, "so far")


def test_an_exception_is_an_error_and_a_warning_is_a_notice(tmp_path: Path) -> None:
    failed = block(stderr="\nValueError: No edges")
    warned = block(stderr="x.py:1: SyntaxWarning: invalid escape")
    lines = [metadata(), iteration(1, code_blocks=[failed, warned])]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    first, second = Trajectory.fold(run.events).turns[0].cells
    assert first.finished is not None
    assert first.finished.error is not None
    assert (first.finished.error.type, first.finished.error.message) == ("ValueError", "No edges")
    assert second.finished is not None
    assert second.finished.error is None
    (notice,) = Trajectory.fold(run.events).turns[0].notices
    assert "invalid escape" in notice.text
    assert holds(exported(run), lines)


def test_damaged_lines_are_counted_and_named_and_the_rest_comes_in(tmp_path: Path) -> None:
    broken = iteration(3)
    del broken["response"]
    wrong = iteration(4, code_blocks=["x"])
    lines: list[Line | str] = [metadata(), iteration(1), '{"type": "iter', "[1]", broken, wrong, "", iteration(5)]
    (run,), report = read(write(tmp_path / "log.jsonl", lines))
    assert [damaged.line for damaged in report.damaged] == [3, 4, 5, 6]
    assert "not JSON" in report.damaged[0].reason
    assert "response" in report.damaged[2].reason
    assert [turn.reply.iteration for turn in Trajectory.fold(run.events).turns] == [1, 5]
    assert "4 lines could not be used (line 3: it is not JSON" in report.sentence()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All paths to values below `value`."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_value_of_a_wrong_kind_anywhere_is_kept_named_or_refused(data: st.DataObject, tmp_path: Path) -> None:
    last = iteration(2, final_answer="done", iteration_time=None)
    lines: list[Line | str] = [metadata(), iteration(1, code_blocks=[block("a", [NESTED, call()])]), last]
    lines = copy.deepcopy(lines)
    *way, key = data.draw(st.sampled_from([path for path in places(lines) if len(path) > 1]))
    target: Any = lines
    for step in way:
        target = target[step]
    target[key] = data.draw(st.sampled_from([True, -1, 10**30, 1e308, "", "x", [1], {"a": 1}, [{}], "9999-12-31"]))
    try:
        runs, report = read(write(tmp_path / "log.jsonl", lines))
    except DocumentError:
        return
    kept = [line for number, line in enumerate(lines, 1) if number not in {each.line for each in report.damaged}]
    out = [line for run in runs for line in exported(run)]
    assert all(any(holds(given, line) for given in out) for line in kept)


def test_a_file_with_bytes_numbers_and_nesting_no_file_should_have_is_read_all_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "log.jsonl", [metadata(), iteration(1, code_blocks=[block(locals={"x": float("nan")})])])
    with path.open("ab") as file:
        file.write(b'{"type": "iteration", "response": "\xff"}\n' + b"[" * 100_000 + b"\n")
    (run,), report = read(path)
    assert [damaged.line for damaged in report.damaged] == [3, 4]
    assert exported(run)[1]["code_blocks"][0]["result"]["locals"] == {"x": "NaN"}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "it is empty"),
        (["not json"], "line 1: it is not JSON"),
        ([{"messages": [{"role": "user"}]}], "chat transcript"),
        ([{"type": "user", "message": {}, "sessionId": "s"}], "coding assistant"),
        ([{"response": "r", "expected_code_blocks": []}], "single replies"),
        ([{"type": "span_start", "id": 1}], "another project"),
        ([{"colour": "red"}], "the keys colour"),
        ([metadata()], "metadata"),
    ],
)
def test_another_programs_file_is_refused_with_a_reason(lines: list[Line | str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"log\.jsonl: ") as refused:
        read(write(tmp_path / "log.jsonl", lines))
    assert reason in str(refused.value)
    assert "What can be imported" in str(refused.value)


def test_a_trajectory_saved_as_one_indented_object_is_read(tmp_path: Path) -> None:
    whole = {"run_metadata": {"root_model": "big"}, "iterations": [iteration(1, final_answer="yes")]}
    path = tmp_path / "whole.json"
    path.write_text(json.dumps(whole, indent=2), encoding="utf-8")
    (run,), _ = read(path)
    assert (run.record.answer, run.record.spec.root_model) == ("yes", "big")


def test_lines_of_other_kinds_and_the_question_they_hold_are_kept(tmp_path: Path) -> None:
    context = {
        "type": "run_context",
        "timestamp": "2026-08-22T10:00:00",
        "prompt": "Pick a colour.",
        "root_prompt": None,
    }
    note = {"type": "note", "text": "x"}
    prompt = [{"role": "user", "content": "Look."}]
    lines = [metadata(), context, iteration(1, prompt=prompt), note, iteration(2, prompt=prompt, final_answer="red")]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    assert run.record.spec.question == "Pick a colour."
    assert holds(exported(run), lines)


def test_a_log_without_any_question_says_so(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [iteration(1, prompt="look", final_answer="x")]))
    assert run.record.spec.question == NO_QUESTION


def test_our_own_file_brings_the_whole_run_back(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), iteration(1, code_blocks=[block(calls=[NESTED])])]))
    path = tmp_path / "run.jsonl"
    path.write_text("".join(run_lines(run.record, run.events)), encoding="utf-8")
    (again,), report = read(path)
    assert unnamed(again.events) == unnamed(run.events)
    assert dataclasses.replace(again.record, id="") == dataclasses.replace(run.record, id="")
    assert report.damaged == ()


def test_our_own_file_with_a_damaged_line_keeps_what_still_fits(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), iteration(1, code_blocks=[block()]), iteration(2)]))
    lines = list(run_lines(run.record, run.events))
    reply = next(number for number, line in enumerate(lines) if '"ModelReplied"' in line)
    lines[reply] = '{"kind": "Model\n'
    path = tmp_path / "run.jsonl"
    path.write_text("".join(lines), encoding="utf-8")
    (again,), report = read(path)
    assert [damaged.line for damaged in report.damaged] == [reply + 1, reply + 2, reply + 3]
    assert [turn.reply.iteration for turn in Trajectory.fold(again.events).turns] == [2]


def test_a_live_run_of_another_machine_is_interrupted_here(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), iteration(1)]))
    live = dataclasses.replace(run.record, state=RunState.RUNNING, stop=None)
    path = tmp_path / "run.jsonl"
    path.write_text("".join(run_lines(live, run.events)), encoding="utf-8")
    (again,), _ = read(path)
    assert again.record.state is RunState.INTERRUPTED


def test_a_header_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="not the record of a run"):
        read(write(tmp_path / "run.jsonl", [{"id": "x", "spec": {}}]))


def test_a_log_of_many_runs_is_read_run_by_run_and_not_into_memory_as_a_whole(tmp_path: Path) -> None:
    said = "x" * 500_000
    path = write(tmp_path / "long.jsonl", [iteration(1, f"{said}{number}", final_answer="yes") for number in range(40)])
    reader = RunReader(path, path.name, "me", 1_000.0)
    tracemalloc.start()
    try:
        found = sum(1 for _ in reader.runs())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found, reader.report().completions, reader.report().lines) == (40, 40, 40)
    assert most < path.stat().st_size / 2


def test_a_line_that_is_too_long_is_passed_over_and_named(tmp_path: Path) -> None:
    lines: list[Line | str] = [
        iteration(1, final_answer="yes"),
        "x" * (LONGEST + 5),
        iteration(1, "and", final_answer="no"),
    ]
    runs, report = read(write(tmp_path / "long.jsonl", lines))
    assert [run.record.answer for run in runs] == ["yes", "no"]
    assert report.lines == 3
    assert [(each.line, each.reason) for each in report.damaged] == [(2, "it has more than 20,000,000 bytes")]


def test_a_run_of_ours_is_read_event_by_event_and_its_lines_are_not_kept(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), *(iteration(number) for number in range(1, 1_500))]))
    path = tmp_path / "run.jsonl"
    path.write_text("".join(run_lines(run.record, run.events)), encoding="utf-8")
    tracemalloc.start()
    try:
        (again,) = RunReader(path, path.name, "me", 1_000.0).runs()
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(again.events) == len(run.events)
    assert most < 2 * held


def test_the_id_of_a_log_is_that_of_its_content_as_it_has_always_been(tmp_path: Path) -> None:
    lines = [
        metadata(),
        iteration(1, "ü \ud83d", code_blocks=[block()]),
        {"type": "note", "b": 1, "a": [2]},
        iteration(2),
    ]
    (run,), _ = read(write(tmp_path / "log.jsonl", lines))
    content = {"fresh": True, "metadata": lines[0], "others": [[1, lines[2]]], "turns": [lines[1], lines[3]]}
    known = hashlib.sha256(f"me\0{json.dumps(content, sort_keys=True)}".encode())
    assert run.record.id == known.hexdigest()[:32]


def test_lines_that_would_take_far_more_room_in_memory_than_in_the_file_are_passed_over_and_named(
    tmp_path: Path,
) -> None:
    bulky = iteration(2, x=[[] for _ in range(150_000)])
    runs, report = read(
        write(tmp_path / "log.jsonl", [metadata(), iteration(1), bulky, iteration(3, final_answer="yes")])
    )
    assert [run.record.answer for run in runs] == ["yes"]
    (damaged,) = report.damaged
    assert (damaged.line, "too much memory" in damaged.reason) == (3, True)


@pytest.mark.parametrize("at", [-1.0, LATEST * 2])
def test_a_time_that_no_page_can_show_does_not_come_in(at: float, tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), iteration(1), iteration(2, final_answer="yes")]))
    path = tmp_path / "run.jsonl"
    events = [dataclasses.replace(event, at=at) if event.seq == 2 else event for event in run.events]
    path.write_text("".join(run_lines(run.record, events)), encoding="utf-8")
    (again,), report = read(path)
    assert [damaged.line for damaged in report.damaged] == [3]
    assert len(again.events) == len(run.events) - 1
    path.write_text("".join(run_lines(dataclasses.replace(run.record, created=at), run.events)), encoding="utf-8")
    with pytest.raises(DocumentError, match="no time that can be shown"):
        read(path)


def test_a_turn_that_is_there_twice_comes_in_once(tmp_path: Path) -> None:
    (run,), _ = read(write(tmp_path / "log.jsonl", [metadata(), iteration(1), iteration(2, final_answer="yes")]))
    lines = list(run_lines(run.record, run.events))
    reply = next(number for number, line in enumerate(lines) if '"ModelReplied"' in line)
    path = tmp_path / "run.jsonl"
    path.write_text("".join([*lines[: reply + 1], lines[reply], *lines[reply + 1 :]]), encoding="utf-8")
    (again,), report = read(path)
    assert unnamed(again.events) == unnamed(run.events)
    assert [(damaged.line, "there already" in damaged.reason) for damaged in report.damaged] == [(reply + 2, True)]


def test_a_value_of_very_many_small_parts_is_not_read_for_the_memory_it_would_take() -> None:
    small = b'{"a": ["' + b'","'.join([b"ab"] * 1_900_000) + b'"]}'
    with pytest.raises(ValueError, match="more than 160 MB of memory"):
        Reading().weigh(small)
    Reading().weigh(b'{"a": "' + b"Some words, and more of them. " * 400_000 + b'"}')


def test_halves_of_surrogate_pairs_come_back_as_a_backup_writes_them() -> None:
    assert json_object(json.dumps({"a": "\ud800"}, ensure_ascii=False).encode(errors="surrogatepass")) == {
        "a": "\ud800"
    }
    with pytest.raises(ValueError, match="not UTF-8"):
        json_object(b'{"a": "\xff"}')
