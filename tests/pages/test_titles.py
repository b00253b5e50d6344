from __future__ import annotations

from dataclasses import replace

import pytest

from rlm_app.cell_results import CellError
from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.tree import Subcall, Turn
from rlm_app.events import CellFinished, CellStarted, ModelReplied
from rlm_app.types import NO_USAGE, Document, DocumentInfo
from rlm_app.ui import address, axis, crumbs, finding, outline, search, sent, slices, strip, subcall_rows, titles, words
from tests.pages.trees import base, tree

SEARCH = "import re\nfor m in re.finditer(r'(?i)\\bterminat', context):\n    print(m.start())"
TERMS = "terms = ['rent', 'notice']\nfor term in terms:\n    if term in context:\n        print(term)"


@pytest.mark.parametrize(
    ("code", "documents", "said"),
    [
        (SEARCH, 3, "Searched for ‘terminat’ in 3 documents"),
        (SEARCH, 1, "Searched for ‘terminat’"),
        (TERMS, 2, "Searched for ‘rent’, ‘notice’ in 2 documents"),
        ("re.findall('fee|price|cost|rent', context)", 1, "Searched for ‘fee’, ‘price’, ‘cost’ and 1 more"),
        ("print(context[:300])\nprint(llm_query('?'))", 1, "Read a part of the text and asked a model"),
        ("print(len(context))", 1, "Looked at how much text there is"),
        ("answer['content'] = 'x'\nanswer['ready'] = True", 1, "Handed in the answer"),
        ("cite('a b c')\nFINAL('x')", 1, "Checked quotations and handed in the answer"),
        ("for d in documents:\n    print(d['name'])", 2, "Looked at what documents there are"),
        ("for t in ['rent', 'rent']:\n    print(t in context)", 1, "Searched for ‘rent’"),
        ("x = 1", 1, ""),
        ("print(llm_query(context[:90]))", 1, "Asked a model about a part of the text"),
        ("print(llm_query(f'Sum this up: {context}'))", 1, "Asked a model about the whole text"),
        ("print(llm_query(f'It has {len(context)} signs. Why?'))", 1, "Asked a model"),
        ("print(repr(context[-500:]))", 1, "Read a part of the text"),
        ("print(f'All: {context}')", 1, "Printed the whole text"),
        ("lines = context.split()\nprint(lines[:5])", 1, "Read a part of the text"),
        ("print(re.findall('rent', context[:900])[:5])", 2, "Searched for ‘rent’"),
        ("reply = llm_query('?')\nprint('yes' in reply, re.search('no', reply))", 1, "Asked a model"),
        ("print('cite' in dir())", 1, ""),
        ("for one in llm_query_batched([p for p in parts]):\n    print(one)", 1, "Asked models side by side"),
        ("edges = [e for e in context.split('|') if '->' in e]", 3, "Searched for ‘->’ in 3 documents"),
        ("found = re.findall('rent', leases)", 3, "Searched for ‘rent’"),
        ("answer['content'] = 'x'", 1, "Wrote down an answer"),
        ("answer['content'] = 'x'\nanswer['ready'] = False", 1, "Wrote down an answer"),
        ("if found:\n    answer.update(content='x', ready=True)", 1, "Was ready to hand in the answer"),
        ("answer = {'content': 'x', 'ready': True}", 1, "Handed in the answer"),
        ("answer |= {'content': 'x', 'ready': True}", 1, "Handed in the answer"),
        ("this is no Python", 1, ""),
        ("(" * 400, 1, ""),
        (f"x = {'1 + ' * 4_000}1", 1, ""),
    ],
)
def test_a_turns_title_says_in_plain_words_what_its_code_does(code: str, documents: int, said: str) -> None:
    assert titles.title((code,), documents) == said


def test_more_than_twenty_sub_calls_of_a_kind_are_one_line_of_the_tree_and_many_of_the_waterfall() -> None:
    grouped = outline.lines(tree(21, error=True), grouped=True)
    assert [line.level for line in grouped] == [0, 1, 0]
    assert grouped[1].what == "asked a model × 21 · slowest 21 s · 1 failed"
    assert grouped[1].cost == pytest.approx(0.231)
    assert len(outline.lines(tree(20), grouped=True)) == 22
    assert len(outline.lines(tree(21), grouped=False)) == 23


def test_a_line_of_a_sub_call_shows_how_its_prompt_begins() -> None:
    line = outline.lines(tree(1, text=": " + "the laws of the land " * 40), grouped=True)[1]
    assert line.what.startswith("asked a model: Part 1: the laws of the land")
    assert line.what.endswith("…")


def test_bars_stand_on_one_axis_without_the_days_in_which_a_stopped_run_lay_still() -> None:
    near, far = tree(1, second=12.0), tree(1, second=86_400.0)
    assert [(s.start, s.end) for s in axis.stretches(near.turns)] == [(0.0, 4.0), (14.0, 16.0)]
    assert [(s.start, s.end) for s in axis.stretches(far.turns)] == [(0.0, 4.0), (4.0, 6.0)]
    assert axis.length(axis.stretches(near.turns), live=False) == 16.0
    assert axis.length(axis.stretches(near.turns), live=True) == 20.0
    assert axis.percent(0, 4, 16) == (0.0, 25.0)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ((0.0, 0.004, 0.0352), "0 to 4 of 35 ms"),
        ((0.5, 4.26, 9.0), "0.5 to 4.3 of 9.0 s"),
        ((10.0, 65.0, 150.0), "0:10 to 1:05 of 2:30"),
    ],
)
def test_a_part_of_a_short_run_is_told_in_short_times(part: tuple[float, float, float], said: str) -> None:
    assert words.reach(*part) == said


def test_an_error_in_a_childs_turn_is_seen_on_the_closed_row_of_the_root() -> None:
    run = tree(1)
    turn = run.turns[0]
    assert "had an error" not in strip.html_of(turn, axis.stretches(run.turns)[0], 16.0)
    run.add(ModelReplied(seq=90, **base(5, "0.1", "0"), iteration=1, messages=(), reply="", model="s", usage=NO_USAGE))
    run.add(CellStarted(seq=91, **base(5, "0.1", "0"), iteration=1, cell=1, code="1/0"))
    error = CellError("ZeroDivisionError", "by zero", "…")
    run.add(CellFinished(seq=92, **base(5, "0.1", "0"), iteration=1, cell=1, stdout="", error=error))
    assert "had an error" in strip.html_of(turn, axis.stretches(run.turns)[0], 16.0)
    assert [line.failed for line in outline.lines(run, grouped=True)] == [True, True, True, False]


def test_code_that_a_person_changed_is_searched_too() -> None:
    run = tree(1)
    run.turns[0].cells[0].started = replace(run.turns[0].cells[0].started, code="print('zebra')")
    assert [(hit.path, hit.part) for hit in finding.hits(run, "ZEBRA")] == [((1,), "code")]


def test_the_time_of_each_model_is_added_up() -> None:
    assert tree(3).seconds_by_model == {"m": 4.0, "s": 6.0}


def calls_of(run: Trajectory) -> list[Subcall]:
    return run.turns[0].subcalls


def test_sub_calls_are_chosen_by_state_and_words_and_put_in_order() -> None:
    calls = calls_of(tree(30, error=True))
    choice = subcall_rows.Choice
    assert subcall_rows.chosen(calls, choice(state="failed")) == [30]
    assert subcall_rows.chosen(calls, choice(sought="r29")) == [29]
    assert subcall_rows.chosen(calls, choice(sought="broke")) == [30]
    assert subcall_rows.chosen(calls, choice(order="slowest first"))[:2] == [30, 29]
    assert subcall_rows.chosen(calls, choice(kind="a run of its own")) == []


def document(text: str) -> Document:
    return Document(DocumentInfo("0" * 64, "a.txt", "txt", len(text), len(text), "lines", ()), text)


def test_the_passage_a_prompt_carries_is_found_to_the_character() -> None:
    text = "".join(f"Clause {n}. The tenant pays the rent of month {n} in advance.\n" for n in range(200))
    prompt = f"What does this say?\n\n{text[1203:9871]}\n\nAnswer in one line, and name the clause that says so."
    found = slices.carried(prompt, [document("Something else entirely, on one line.\n"), document(text)])
    assert [(each.start, each.end) for each in found] == [(1203, 9871)]
    assert slices.carried("What is the capital of the country next door?", [document(text)]) == []


def test_the_rest_of_a_prompt_is_what_was_sent_before_and_begins_anew_after_a_summary() -> None:
    turns = tree(1).turns
    assert [message.content for message in sent.before(turns[1], turns[:1])] == ["Go.", "x"]
    restarted = Turn(
        ModelReplied(**base(9), seq=1, iteration=3, messages=(), reply="", model="m", usage=NO_USAGE, restart=True)
    )
    assert sent.before(restarted, turns) == []


def test_the_end_of_a_way_is_named() -> None:
    assert crumbs.last((2, 3)) == "sub-call 3"


def test_a_search_counts_places_and_times_and_shows_the_words_in_their_context() -> None:
    found = finding.hits(tree(12, error=True), "PART 1")
    assert [(hit.path, hit.part, hit.count) for hit in found] == [
        ((1, 1), "prompt", 1),
        ((1, 10), "prompt", 1),
        ((1, 11), "prompt", 1),
        ((1, 12), "prompt", 1),
    ]
    assert (found[1].found, found[1].after) == ("Part 1", "0")
    assert [hit.part for hit in finding.hits(tree(2, error=True), "broke")] == ["reply"]
    assert finding.hits(tree(2), "  ") == []
    assert search.counted(found, 1) == "2 of 4 places, 4 times in all"


@pytest.mark.parametrize("text", ["", "x", "1..2", "1.", "-1", "1" * 9])
def test_an_address_that_names_no_step_opens_nothing(text: str) -> None:
    assert address.parse(text) == ()


def test_a_steps_address_is_read_as_it_was_written() -> None:
    assert address.parse(address.written((2, 14, 3))) == (2, 14, 3)
