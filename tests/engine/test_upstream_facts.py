"""The reference's numbered faults (facts/rlm-contract.md §1.2–1.11), each with the test that shows ours right.

What is shown elsewhere is named here by the test that shows it; the rest is shown in this file.
"""

import ast
from pathlib import Path

from rlm_app import RLM, RLMCompletion
from rlm_app.errors import ClientError
from rlm_app.events import SubcallFinished
from rlm_app.types import Completion, Limits, Stop, Usage
from tests.engine.loop import ANSWER, block, drive

TESTS = Path(__file__).resolve().parents[1]

SHOWN_BY = {
    "1.2.1 at depth 0 a bare str is returned": "test_without_depth_the_result_is_still_a_completion",
    "1.2.3 cells after the answer still run": "test_no_cell_runs_after_the_answer",
    "1.2.4 time is looked at between turns only": "test_a_time_limit_ends_a_turn_that_is_under_way",
    "1.2.5 a limit throws away a finished answer": "test_the_answer_counts_before_the_limit_it_broke",
    "1.2.6 the last call is an assistant message": "test_the_turn_limit_ends_in_an_answer_from_what_is_known",
    "1.2.7 an error of the root model kills the run without a trace": "test_a_failing_root_model_ends_the_run_with_its_draft",
    "1.2.8 empty content is a TypeError": "test_a_reply_of_nothing_at_all_is_told_and_not_a_crash",
    "1.3 the question appears once": "test_the_question_and_the_turn_are_restated_and_roles_alternate",
    "1.3 two user messages in a row": "test_the_question_and_the_turn_are_restated_and_roles_alternate",
    "1.3 a turn without code is not told": "test_a_reply_without_code_is_answered_with_a_sentence",
    "1.4 python, py, REPL, indented and unclosed fences are not seen": "test_a_fence_marked_as_code_is_a_cell",
    "1.4 backticks in a string cut the block": "test_backticks_inside_a_string_do_not_end_the_block",
    "1.5 output is cut at the head only": "test_long_output_is_shown_head_and_tail_and_kept_whole",
    "1.6 update and |= are not captured": "test_every_form_of_handing_in_gives_the_answer",
    "1.6 FINAL in a fence returns the literal name": "test_every_form_of_handing_in_gives_the_answer",
    "1.6 talk of FINAL ends the run": "test_talk_about_final_is_not_an_answer",
    "1.6 ready as 'False' counts as true": "test_a_ready_that_says_no_is_no",
    "1.6 an empty answer ends the run": "test_an_empty_answer_is_refused_and_the_model_told",
    "1.6 rebinding and an exception lose the answer": "test_every_form_of_handing_in_gives_the_answer",
    "1.6 a kept REPL shows the old answer": "test_a_persistent_repl_keeps_variables_contexts_and_what_was_said",
    "1.7 class and builtins are missing, functions see stale globals": "test_cells_behave_as_python_does",
    "1.7 an exception loses the variables, and has no line": "test_an_error_keeps_the_variables_and_shows_the_line",
    "1.7 sys.exit leaves completion()": "test_sys_exit_ends_the_cell_and_not_the_run",
    "1.7 warnings count as errors": "test_warnings_are_no_errors",
    "1.7 a cell has no time limit": "test_a_cell_over_its_time_is_stopped_and_keeps_its_variables",
    "1.7 output lands in another run": "test_runs_side_by_side_keep_their_own_output",
    "1.8 failures are strings and nothing else": "test_a_failed_sub_call_is_one_marked_slot",
    "1.8 a batch of failures replaces the error": "test_a_batch_in_which_every_call_fails_says_so_slot_by_slot",
    "1.9 a child's sub-calls go to the main model": "test_inside_a_child_the_sub_model_serves",
    "1.9 an unknown model falls back in silence": "test_an_unknown_model_is_noticed_and_billed_under_its_real_name",
    "1.10 the partial answer is the raw reply": "test_a_draft_is_the_answer_when_a_limit_is_reached",
    "1.10 kept history lacks the last turn": "test_a_persistent_repl_keeps_variables_contexts_and_what_was_said",
    "1.11.1 a batch's usage is the last call's": "test_each_call_of_a_batch_has_its_own_usage",
    "1.11.4 the same model twice is counted once": "test_one_model_in_both_parts_is_counted_in_full",
    "1.11.5 children are not in the parent's usage": "test_a_child_has_its_own_repl_and_stands_nested",
    "1.11.7 missing usage raises after paying": "test_usage_that_is_missing_is_counted_here_and_marked_estimated",
    "1.11.10 a key in the options reaches the log": "test_the_references_logger_example_writes_its_jsonl",
}


def test_each_fault_has_a_test_that_is_there() -> None:
    there = {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert {fact: test for fact, test in SHOWN_BY.items() if test not in there} == {}


def test_without_depth_the_result_is_still_a_completion() -> None:
    with RLM(backend="offline", backend_kwargs={"model_name": "offline"}, max_depth=0) as rlm:
        result = rlm.completion("The rent is due on the third day of each month.", root_prompt="When is the rent due?")
    assert isinstance(result, RLMCompletion)
    assert result.stop in Stop


def test_no_cell_runs_after_the_answer() -> None:
    run = drive([ANSWER + "\n" + block("llm_query('paid for nothing')")])
    assert run.answer == "done"
    assert run.sub.calls == 0


def test_a_time_limit_ends_a_turn_that_is_under_way() -> None:
    run = drive([block('answer["content"] = "so far"\nwhile True: pass'), ANSWER], limits=Limits(seconds=1.0))
    assert run.stop == "time"
    assert run.answer == "so far"
    assert run.trajectory.finished is not None
    assert run.trajectory.finished.seconds < 4


def test_a_reply_of_nothing_at_all_is_told_and_not_a_crash() -> None:
    run = drive([Completion("", "root", Usage(), finish="filter"), ANSWER])
    assert run.answer == "done"
    assert run.topics == ["empty reply"]


def test_cells_behave_as_python_does() -> None:
    code = (
        "class A:\n    n = 3\ndef f(): return later\nprint(A().n, frozenset([1]), isinstance(ZeroDivisionError, type))"
    )
    run = drive([block(code), block("later = 7\n_kept = 8\nprint(f())"), block("print(_kept)\ndel later"), ANSWER])
    assert run.stdout(1).startswith("3 frozenset({1}) True")
    assert (run.stdout(2), run.stdout(3)) == ("7\n", "8\n")


def test_a_batch_in_which_every_call_fails_says_so_slot_by_slot() -> None:
    run = drive([block("print(llm_query_batched(['a', 'b']))"), ANSWER], sub=lambda request: ClientError("down"))
    assert run.stdout() == "['Error: down', 'Error: down']\n"


def test_inside_a_child_the_sub_model_serves() -> None:
    def sub(request: object) -> str:
        text = str(request)
        if "a grandchild asks" in text and "RLM" not in text:
            return "from the sub-model"
        return block('FINAL(llm_query("a grandchild asks"))')

    run = drive([block("print(rlm_query('part'))"), ANSWER], sub=sub, limits=Limits(depth=2))
    assert run.stdout() == "from the sub-model\n"
    assert run.root.calls == 2


def test_an_unknown_model_is_noticed_and_billed_under_its_real_name() -> None:
    run = drive([block("llm_query('x', model='gpt-99')"), ANSWER])
    assert run.topics == ["unknown model"]
    assert set(run.trajectory.usage_by_model) == {"root", "sub"}


def test_each_call_of_a_batch_has_its_own_usage() -> None:
    def sub(request: object) -> Completion:
        text = request.messages[-1].content  # type: ignore[attr-defined]
        return Completion("ok", "sub", Usage(input_tokens=len(text), output_tokens=1))

    run = drive([block("llm_query_batched(['x' * n for n in (10, 200, 3000)])"), ANSWER], sub=sub)
    ends = [event for event in run.events if isinstance(event, SubcallFinished)]
    assert sorted(end.usage.input_tokens or 0 for end in ends) == [10, 200, 3000]


def test_one_model_in_both_parts_is_counted_in_full() -> None:
    with RLM(backend="offline", backend_kwargs={"model_name": "offline"}) as rlm:
        text = "The rent is due on the third day of each month, to the landlord's bank. " * 3
        result = rlm.completion(text, root_prompt="When is the rent due?")
    calls = len(result.metadata["trajectory"].turns) + sum(
        len(turn.subcalls) for turn in result.metadata["trajectory"].turns
    )
    assert result.usage_summary.by_model["offline"].calls == calls
    assert calls > 3
