import threading

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled, ClientError
from rlm_app.events import CellFinished, CellStarted, Event, RunFinished, SubcallFinished
from rlm_app.types import Completion, Limits, Usage
from tests.engine.loop import ANSWER, block, drive


def test_the_loop_runs_cells_until_an_answer_is_handed_in() -> None:
    run = drive(
        [block("n = len(context)\nprint(n)"), block('answer["content"] = f"{n} characters"\nanswer["ready"] = True')]
    )
    assert run.answer == "11 characters"
    assert run.stop == "answered"
    assert len(run.trajectory.turns) == 2
    assert run.stdout() == "11\n"


@pytest.mark.parametrize(
    "code",
    [
        'answer["content"] = "yes"\nanswer["ready"] = True',
        'answer.update({"content": "yes", "ready": True})',
        'answer |= {"content": "yes", "ready": True}',
        'answer = {"content": "yes", "ready": True}',
        'answer.setdefault("x", 1)\nanswer["ready"] = True\nanswer["content"] = "yes"',
        'x = "yes"\nFINAL_VAR("x")',
        'x = ["yes"][0]\nFINAL_VAR(x)',
        'FINAL("yes")\nprint("not reached")',
        'answer["content"] = "yes"\nanswer["ready"] = True\nraise ValueError("after")',
    ],
)
def test_every_form_of_handing_in_gives_the_answer(code: str) -> None:
    assert drive([block(code)]).answer == "yes"


@pytest.mark.parametrize("reply", ["FINAL(yes, it is)", "That is it.\nFINAL(yes, it is)"])
def test_final_in_prose_gives_the_answer(reply: str) -> None:
    assert drive([reply]).answer == "yes, it is"


def test_final_var_in_prose_gives_the_variables_value() -> None:
    assert drive([block('result = "from the variable"'), "FINAL_VAR(result)"]).answer == "from the variable"


def test_final_var_of_a_missing_name_tells_the_model_which_there_are() -> None:
    run = drive([block("found = 1"), "FINAL_VAR(result)", ANSWER])
    assert run.answer == "done"
    assert "result" in run.shown(3)
    assert "found" in run.shown(3)


@pytest.mark.parametrize("ready", ['"False"', '"no"', "0", "None", '""'])
def test_a_ready_that_says_no_is_no(ready: str) -> None:
    run = drive([block(f'answer["content"] = "early"\nanswer["ready"] = {ready}'), ANSWER])
    assert run.answer == "done"


def test_an_empty_answer_is_refused_and_the_model_told() -> None:
    run = drive([block('answer["ready"] = True'), ANSWER])
    assert run.answer == "done"
    assert run.topics == ["answer refused"]
    assert "empty" in run.shown(2)


def test_an_answer_written_before_its_output_was_seen_is_held() -> None:
    early = (
        block("print(context[:3])") + "\nIt printed 42.\n" + block('answer["content"] = "42"\nanswer["ready"] = True')
    )
    run = drive([early, block('answer["content"] = "seen"\nanswer["ready"] = True')])
    assert run.answer == "seen"
    assert "answer held" in run.topics
    assert "the" in run.shown(2)


def test_an_answer_after_cells_that_printed_nothing_is_not_held() -> None:
    run = drive([block("x = 1") + "\n" + block('answer["content"] = str(x)\nanswer["ready"] = True')])
    assert run.answer == "1"


def test_an_answer_after_a_cell_that_has_only_drawn_is_not_held_and_the_model_knows_that_pictures_are_shown() -> None:
    png = "b'\\x89PNG\\r\\n\\x1a\\n' + bytes([0, 0, 0, 13]) + b'IHDR' + bytes([0, 0, 0, 1] * 2)"
    run = drive([block(f"_ = open('chart.png', 'wb').write({png})") + "\n" + ANSWER])
    assert run.answer == "done"
    assert [len(event.pictures) for event in run.events if isinstance(event, CellFinished)] == [1, 0]
    assert "PNG files it saves" in run.prompt(1).messages[0].content


def test_the_question_and_the_turn_are_restated_and_roles_alternate() -> None:
    run = drive([block("x = 1"), block("y = 2"), ANSWER], question="What is the fee?")
    for turn in (1, 2, 3):
        assert "What is the fee?" in run.shown(turn)
        assert f"Turn {turn} of 30" in run.shown(turn)
        roles = [message.role for message in run.prompt(turn).messages]
        assert roles == ["system", "user", *["assistant", "user"] * (turn - 1)]


def test_earlier_messages_are_never_rewritten() -> None:
    run = drive([block("print('a' * 30_000)"), block("print(2)"), ANSWER])
    first, second, third = (run.prompt(turn).messages for turn in (1, 2, 3))
    assert third[: len(second)] == second
    assert second[: len(first)] == first


def test_each_event_holds_only_messages_that_are_new() -> None:
    run = drive([block("x = 1"), block("y = 2"), ANSWER])
    new = [turn.reply.messages for turn in run.trajectory.turns]
    assert [len(messages) for messages in new] == [2, 2, 2]
    assert sum(new, ()) == run.prompt(3).messages


def test_a_reply_without_code_is_answered_with_a_sentence() -> None:
    run = drive(["I would rather talk.", "", ANSWER])
    assert run.topics == ["no code", "empty reply"]
    assert "no code block" in run.shown(2)


def test_a_reply_that_was_cut_off_does_not_run_its_last_block() -> None:
    cut = Completion("```repl\nx = 'never", "root", Usage(), finish="length")
    run = drive([cut, ANSWER])
    assert run.topics == ["reply cut off"]
    assert not run.trajectory.turns[0].cells


def test_long_output_is_shown_head_and_tail_and_kept_whole() -> None:
    code = "for i in range(5000): print(f'line {i}')"
    run = drive([block(code), ANSWER])
    shown = run.shown(2)
    assert "line 0\n" in shown
    assert "line 4999" in shown
    assert "characters are left out" in shown
    assert len(shown) < 9_500
    assert "line 2500" in run.stdout()


def test_an_error_keeps_the_variables_and_shows_the_line() -> None:
    run = drive([block("kept = 7\nprint('before')\n1 / 0"), block("print(kept)"), ANSWER])
    assert "before" in run.shown(2)
    assert "ZeroDivisionError" in run.shown(2)
    assert "line 3" in run.shown(2)
    assert run.stdout(2) == "7\n"


def test_sub_calls_answer_in_order_and_stand_in_the_trajectory() -> None:
    run = drive(
        [block("print(llm_query_batched([f'p{i}' for i in range(50)]) == [f're: p{i}' for i in range(50)])"), ANSWER]
    )
    assert run.stdout() == "True\n"
    subcalls = run.trajectory.turns[0].subcalls
    assert len(subcalls) == 50
    assert all(subcall.finished and not subcall.finished.error for subcall in subcalls)
    assert {subcall.started.call_id for subcall in subcalls} == {f"0.{n}" for n in range(1, 51)}


def test_a_failed_sub_call_is_one_marked_slot() -> None:
    def sub(request: object) -> str | Exception:
        text = str(request)
        return ClientError("the server is on fire") if "p1" in text else "fine"

    run = drive([block("print(llm_query_batched(['p0', 'p1', 'p2']))"), ANSWER], sub=sub)
    assert run.stdout() == "['fine', 'Error: the server is on fire', 'fine']\n"
    errors = [subcall.finished.error for subcall in run.trajectory.turns[0].subcalls if subcall.finished]
    assert sorted(errors, key=str) == [None, None, "the server is on fire"]


@pytest.mark.parametrize("call", ["llm_query('')", "llm_query('  ')", "llm_query(None)"])
def test_an_empty_prompt_is_not_sent(call: str) -> None:
    run = drive([block(f"print({call})"), ANSWER])
    assert run.stdout().startswith("Error: ")
    assert run.sub.calls == 0


def test_a_batch_of_nothing_gives_nothing() -> None:
    assert drive([block("print(llm_query_batched([]))"), ANSWER]).stdout() == "[]\n"


@pytest.mark.parametrize("prompts", ["'hello'", "None", "7", "{'a': 1}"])
def test_what_is_no_list_given_to_a_batch_is_an_error_and_not_a_call_per_letter(prompts: str) -> None:
    run = drive([block(f"llm_query_batched({prompts})"), ANSWER])
    assert run.sub.calls == 0
    assert "list of prompts" in run.shown(2)


def test_usage_of_root_and_sub_calls_adds_up() -> None:
    run = drive([block("llm_query_batched(['a', 'b', 'c'])"), ANSWER], cost=0.25)
    assert run.trajectory.usage.cost == 5 * 0.25
    assert run.trajectory.usage.calls == 5
    assert run.trajectory.usage_by_model["sub"].calls == 3
    assert run.trajectory.finished is not None
    assert run.trajectory.finished.usage.cost == 5 * 0.25


def test_the_turn_limit_ends_in_an_answer_from_what_is_known() -> None:
    run = drive([block("x = 1"), block("x = 2"), "My best guess is 2."], limits=Limits(iterations=2))
    assert run.answer == "My best guess is 2."
    assert run.stop == "iterations"
    assert "last message" in run.shown(3)
    assert "last turn" in run.shown(2)


def test_a_draft_is_the_answer_when_a_limit_is_reached() -> None:
    run = drive([block('answer["content"] = "so far"')] * 3, limits=Limits(iterations=2))
    assert run.answer == "so far"
    assert run.stop == "iterations"
    assert run.root.calls == 2


def test_the_answer_counts_before_the_limit_it_broke() -> None:
    run = drive([ANSWER], limits=Limits(cost=0.1), cost=5.0)
    assert run.answer == "done"
    assert run.stop == "answered"


def test_a_money_limit_holds_inside_a_batch_and_an_answer_still_comes() -> None:
    limits = Limits(cost=1.0, concurrency=4)
    run = drive([block("r = llm_query_batched([str(i) for i in range(200)])"), "Partial."], limits=limits, cost=0.1)
    assert run.stop == "cost"
    assert run.answer == "Partial."
    assert run.trajectory.usage.cost is not None
    assert run.trajectory.usage.cost <= 0.9 + 4 * 0.1 + 1e-9


def test_sub_calls_over_their_number_are_not_sent() -> None:
    run = drive(
        [block("print(llm_query_batched(list('abcde')))"), "Partial."], limits=Limits(subcalls=3, concurrency=1)
    )
    assert run.sub.calls == 3
    assert run.stop == "subcalls"
    assert run.stdout().count("Error: not sent") == 2


def test_errors_in_a_row_end_the_run() -> None:
    run = drive([block("1/0"), block("x=1"), block("1/0"), block("1/0"), "I give up."], limits=Limits(errors=2))
    assert run.stop == "errors"
    assert len(run.trajectory.turns) == 5


def test_warnings_are_no_errors() -> None:
    code = "import warnings\nwarnings.warn('careful')"
    run = drive([block(code)] * 3 + [ANSWER], limits=Limits(errors=2))
    assert run.answer == "done"


def test_a_failing_root_model_ends_the_run_with_its_draft() -> None:
    run = drive([block('answer["content"] = "draft"'), ClientError("The key was refused.")])
    assert isinstance(run.error, ClientError)
    finished = run.trajectory.finished
    assert finished is not None
    assert (finished.stop, finished.answer, finished.error) == ("failed", "draft", "The key was refused.")


def test_depth_zero_allows_no_sub_calls() -> None:
    run = drive([block("print(llm_query('x'))"), ANSWER], limits=Limits(depth=0))
    assert "depth 0" in run.stdout()
    assert run.sub.calls == 0


def test_rlm_query_is_a_plain_call_at_the_last_depth() -> None:
    run = drive([block("print(rlm_query('x'))"), ANSWER], limits=Limits(depth=1))
    assert run.stdout() == "re: x\n"
    assert run.trajectory.turns[0].subcalls[0].started.role == "llm"


def test_a_child_has_its_own_repl_and_stands_nested() -> None:
    def sub(request: object) -> str:
        return block('print(len(context))\nmine = 1\nanswer["content"] = context.upper()\nanswer["ready"] = True')

    run = drive([block("mine = 0\nprint(rlm_query('part'), mine)"), ANSWER], sub=sub, limits=Limits(depth=2), cost=0.1)
    assert run.stdout() == "PART 0\n"
    subcall = run.trajectory.turns[0].subcalls[0]
    assert subcall.child is not None
    assert subcall.child.turns[0].cells[0].finished is not None
    assert subcall.child.turns[0].cells[0].finished.stdout == "4\n"
    assert run.trajectory.usage.cost == pytest.approx(0.3)
    assert subcall.finished is not None
    assert subcall.finished.usage.cost == pytest.approx(0.1)


def test_stopping_interrupts_the_cell_at_once() -> None:
    cancel = CancelToken()

    def stop_when_running(event: Event) -> None:
        if isinstance(event, CellStarted):
            threading.Timer(0.2, cancel.cancel).start()

    run = drive([block("while True: pass")], cancel=cancel, on_event=stop_when_running)
    assert isinstance(run.error, Cancelled)
    assert run.stop == "cancelled"
    assert run.trajectory.finished is not None
    assert run.trajectory.finished.seconds < 5


def test_stopping_sends_no_further_sub_call() -> None:
    cancel = CancelToken()

    def stop_after_five(event: Event) -> None:
        if isinstance(event, SubcallFinished) and event.call_id == "0.5":
            cancel.cancel()

    code = "for i in range(1000): llm_query(str(i))"
    run = drive([block(code)], cancel=cancel, on_event=stop_after_five)
    assert run.sub.calls < 10
    assert run.stop == "cancelled"


def test_a_cell_over_its_time_is_stopped_and_keeps_its_variables() -> None:
    run = drive([block("kept = 5\nwhile True: pass"), block("print(kept)"), ANSWER], limits=Limits(cell_seconds=0.3))
    assert run.stdout(2) == "5\n"
    assert "cell stopped" in run.topics
    assert "stopped after" in run.shown(2)


def test_waiting_for_a_model_is_not_the_cells_time() -> None:
    def slow(request: object) -> str:
        threading.Event().wait(1.2)
        return "late"

    run = drive([block("print(llm_query('x'))"), ANSWER], sub=slow, limits=Limits(cell_seconds=1.0))
    assert run.stdout() == "late\n"


def test_a_repl_that_dies_is_replaced_and_the_model_told() -> None:
    run = drive([block("gone = 1\nimport os\nos._exit(3)"), block("print(len(context), 'gone' in dir())"), ANSWER])
    assert run.answer == "done"
    assert "REPL restarted" in run.topics
    lost = run.trajectory.turns[0].cells[0].finished
    assert lost is not None
    assert lost.error is not None
    assert lost.error.type == "REPLLost"
    assert "variable" in run.shown(2)
    assert run.stdout(2) == "11 False\n"


def test_sys_exit_ends_the_cell_and_not_the_run() -> None:
    run = drive([block("import sys\nx = 3\nsys.exit(1)"), block("print(x)"), ANSWER])
    assert run.stdout(2) == "3\n"


def test_several_contexts_are_a_list() -> None:
    run = drive([block("print(type(context).__name__, [len(c) for c in context])"), ANSWER], context=["ab", "cde"])
    assert run.stdout() == "list [2, 3]\n"


def test_a_custom_system_prompt_may_hold_braces() -> None:
    run = drive([ANSWER], system_prompt='Answer in JSON: {"a": {}} {question}')
    assert run.prompt(1).messages[0].content == 'Answer in JSON: {"a": {}} {question}'


def test_events_are_numbered_without_gaps_and_end_with_the_end() -> None:
    run = drive([block("llm_query_batched(['a'] * 20)"), ANSWER])
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert isinstance(run.events[-1], RunFinished)


def test_live_text_and_output_are_signalled() -> None:
    heard: list[tuple[str, str, str]] = []
    code = "import time\nprint('printed')\ntime.sleep(0.5)"
    drive([block(code), ANSWER], signals=lambda call_id, kind, text: heard.append((call_id, kind, text)))
    kinds = [kind for _, kind, _ in heard]
    assert kinds.count("thinking") == 2
    assert "".join(text for _, kind, text in heard if kind == "reply").endswith(ANSWER)
    assert "printed" in "".join(text for _, kind, text in heard if kind == "output")


def test_runs_side_by_side_keep_their_own_output() -> None:
    runs: dict[int, str] = {}

    def one(number: int) -> None:
        code = f"import time\nfor i in range(20):\n    print({number}, end=' ')\n    time.sleep(0.005)"
        runs[number] = drive([block(code), ANSWER]).stdout()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs == {number: f"{number} " * 20 for number in range(6)}


def test_a_custom_tool_is_a_function_in_the_cell() -> None:
    run = drive([block("print(add(2, b=3))"), ANSWER], tools={"add": lambda a, b: a + b})
    assert run.stdout() == "5\n"


def test_the_cells_events_stand_between_its_start_and_its_end() -> None:
    run = drive([block("llm_query('a')"), ANSWER])
    kinds = [event.kind for event in run.events]
    assert kinds.index("CellStarted") < kinds.index("SubcallStarted") < kinds.index("SubcallFinished")
    assert kinds.index("SubcallFinished") < kinds.index("CellFinished")
    assert all(isinstance(event, CellStarted | CellFinished) or event.call_id for event in run.events)


def test_handing_on_the_whole_context_is_noticed_and_told_once() -> None:
    code = block("llm_query('Summarise: ' + context)")
    run = drive([code, block("llm_query('Again: ' + context)"), ANSWER], context="long text " * 5_000)
    assert run.topics == ["whole context handed on"]
    assert "nearly the whole context" in run.shown(2)
    assert "nearly the whole context" not in run.shown(3).split("Output")[-1]


def test_running_the_same_check_over_and_over_is_noticed() -> None:
    run = drive([block("print(context)")] * 4 + [ANSWER])
    assert run.topics == ["same code again"]
    assert "third time" in run.shown(4)


def test_an_error_string_used_as_data_is_noticed() -> None:
    def sub(request: object) -> str | Exception:
        return ClientError("the server is on fire") if "first" in str(request) else "fine"

    run = drive([block("r = llm_query('first')\nllm_query('Summarise this: ' + r)"), ANSWER], sub=sub)
    assert run.topics == ["error used as data"]
    assert "failed, not a reply" in run.shown(2)
