from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from benchmarks.timeline_runs import events as timeline_events
from rlm_app.build import App
from rlm_app.events import ModelReplied, Noticed
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo, Limits, RunState
from rlm_app.ui import crumbs, missing, notices, shell, timeline
from tests.pages.conftest import SCRIPT
from tests.pages.records import keep, sub_call_events, summary_event
from tests.pages.seeing import texts, until

Page = Callable[..., AppTest]
ANSWER = "```repl\nFINAL('Ninety days.')\n```"
TREE = [
    {"when": "What notice", "replies": ["I hand it on.\n\n```repl\nprint(rlm_query(context))\n```", ANSWER]},
    {"replies": ["I look at my part.\n\n```repl\nprint(rlm_query('the first line'))\n```", ANSWER]},
]


def finished(app: App, info: DocumentInfo, root: list[Any], **changes: Any) -> str:
    """Carry out a scripted run and return its id."""
    assert app.settings.script is not None
    app.settings.script.write_text(json.dumps({**SCRIPT, "root": root}), encoding="utf-8")
    spec = RunSpec("What notice?", (info.sha256,), "scripted", "scripted", "scripted", **changes)
    run_id = app.start(spec, "local")
    app.manager.wait(run_id, 30)
    return run_id


def opened(page: Page, run_id: str, *keys: str) -> AppTest:
    """Return the run's timeline with these folds open."""
    tab = page(shell.RUN, run=run_id)
    tab.session_state[f"tabs-{run_id}"] = "Timeline"
    for key in keys:
        tab.session_state[key] = True
    tab.run()
    assert not tab.exception
    return tab


def test_a_child_run_is_drawn_inside_its_sub_call_at_any_depth_and_only_when_it_is_opened(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = finished(app, contract, TREE, limits=Limits(depth=3))
    tab = opened(page, run_id, f"turn-{run_id}-1")
    assert "Its own run: 2 turns" in texts(tab)
    assert "print(rlm_query('the first line'))" not in texts(tab)
    tab = opened(page, run_id, f"turn-{run_id}-1", f"child-{run_id}-1-1-1")
    assert "print(rlm_query('the first line'))" in texts(tab)
    assert "Turn 1 › sub-call 1 › Turn 1" in texts(tab)
    tab = opened(page, run_id, f"turn-{run_id}-1", f"child-{run_id}-1-1-1", f"child-{run_id}-1-1-1-1-2")
    assert "Turn 1 › sub-call 1 › Turn 1 › sub-call 1 › Turn 2" in texts(tab)
    assert "FINAL('Ninety days.')" in texts(tab)


def test_the_way_to_a_place_is_said_in_words_and_names_it_once() -> None:
    assert crumbs.sentence((2, 3, 1)) == "Turn 2 › sub-call 3 › Turn 1"
    assert crumbs.key("run", (1, 12)) != crumbs.key("run", (11, 2))


def test_a_notice_is_a_plain_sentence_on_the_turn_it_belongs_to(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = finished(app, contract, ["I only talk.", ANSWER])
    shown = texts(opened(page, run_id, f"turn-{run_id}-1"))
    assert notices.PLAIN["no code"][1] in shown
    assert "Write a block fenced" not in shown


def test_a_notice_of_a_topic_nobody_knows_is_shown_in_its_own_words(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE)
    common: dict[str, Any] = {"run_id": run_id, "call_id": "0", "parent_id": None, "depth": 0, "at": 1.0}
    app.store.append_event(Noticed(**common, seq=5, iteration=1, topic="a new one", text="It snowed."))
    app.store.flush()
    assert "It snowed." in texts(opened(page, run_id, f"turn-{run_id}-1"))


def test_a_summary_of_the_models_own_prompt_stands_on_its_turn(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = keep(app, contract, RunState.DONE)
    summary_event(app, run_id, "So far, ninety days.")
    tab = opened(page, run_id, f"turn-{run_id}-1", f"summary-{run_id}-1-0")
    assert "Summary the model went on from" in texts(tab)
    assert "So far, ninety days." in texts(tab)
    assert "a summary of its own prompt" in texts(tab)


def test_a_direct_run_is_one_call_that_is_called_so_and_offers_no_branches(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = finished(app, contract, [], mode="direct")
    tab = opened(page, run_id, f"turn-{run_id}-1-closing")
    assert "Direct: one call" in texts(tab)
    assert any(found.proto.label.startswith("**The call** · the whole text") for found in tab.get("expander"))
    assert "Go on differently" not in texts(tab)
    assert not [found for found in tab.text_input if found.label == "Ask a follow-up"]


def test_an_address_leads_to_a_step_at_any_depth_and_opening_a_turn_writes_one(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = finished(app, contract, TREE, limits=Limits(depth=3))
    tab = page(shell.RUN, run=run_id, step="1.1.1")
    assert "Turn 1 › sub-call 1 › Turn 1" in texts(tab)
    assert "print(rlm_query('the first line'))" in texts(tab)


def test_an_address_of_a_step_that_is_not_there_says_what_was_asked_and_what_there_is(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = finished(app, contract, TREE, limits=Limits(depth=3))
    tab = page(shell.RUN, run=run_id, step="99")
    assert "The address asks for Turn 99, but this run has 2 turns, 1 to 2." in texts(tab)
    turns = app.manager.trajectory(run_id, "local").turns
    said = missing.sentence("1.7", turns)
    assert said == "The address asks for Turn 1 › sub-call 7, but Turn 1 has 1 sub-call."
    assert missing.sentence("1.1.5", turns).endswith("but Turn 1 › sub-call 1 has 2 turns, 1 to 2.")
    assert missing.sentence("1.1.2.1", turns).endswith("Turn 1 › sub-call 1 › Turn 2 has no sub-call.")
    assert missing.sentence("2", (), live=True).endswith("this run has no turn so far.")
    assert "asks for the step “two”, and no step is called so" in texts(page(shell.RUN, run=run_id, step="two"))
    assert not missing.sentence("1.1.1.1", turns)
    assert "The address asks" not in texts(page(shell.RUN, run=run_id, step="1"))


def test_a_search_finds_words_in_a_run_and_leads_to_the_step(page: Page, app: App, contract: DocumentInfo) -> None:
    run_id = finished(app, contract, TREE, limits=Limits(depth=3))
    tab = opened(page, run_id)
    tab.text_input(key=f"hit-words-{run_id}").set_value("my part").run()
    assert "4 places, 4 times in all" in texts(tab)
    assert "the first line" not in texts(tab)
    tab.button(key="hit_next").click().run()
    assert "1 of 4 places" in texts(tab)
    assert "<mark>my part</mark>" in texts(tab)
    assert "print(rlm_query('the first line'))" in texts(tab)
    assert tab.query_params["step"] == "1.1.1"
    tab.text_input(key=f"hit-words-{run_id}").set_value("nobody wrote this").run()
    assert "Found nowhere in this run." in texts(tab)


def test_more_than_twenty_sub_calls_are_a_table_that_is_narrowed_down_fifty_a_page(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE)
    sub_call_events(app, run_id, [""] * 59 + ["It broke."])
    tab = opened(page, run_id, f"turn-{run_id}-1")
    assert len(tab.dataframe[0].value) == 50
    tab.text_input(key=f"sought-{run_id}-1").set_value("part 60?").run()
    assert list(tab.dataframe[0].value["No."]) == [60]
    tab.text_input(key=f"sought-{run_id}-1").set_value("").run()
    tab.selectbox(key=f"order-{run_id}-1").set_value("failed first").run()
    assert list(tab.dataframe[0].value["State"])[:2] == ["failed", "done"]


def test_the_whole_run_is_shown_as_a_tree_as_a_waterfall_and_by_model(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = finished(app, contract, TREE, limits=Limits(depth=3))
    tab = opened(page, run_id)
    tab.segmented_control(key=f"view-{run_id}").set_value("Tree").run()
    steps = [str(step) for step in tab.dataframe[0].value["Step"]]
    assert steps[:3] == ["Turn 1", "\u2003sub-call 1", "\u2003\u2003Turn 1"]
    tab.segmented_control(key=f"view-{run_id}").set_value("Waterfall").run()
    assert "rlm-fall" in texts(tab)
    tab.segmented_control(key=f"view-{run_id}").set_value("By model").run()
    assert list(tab.dataframe[0].value["Model"]) == ["scripted"]
    assert not tab.exception


def test_a_finished_run_is_stepped_through_reply_by_reply_and_code_by_code(
    page: Page, app: App, contract: DocumentInfo, started: Callable[..., str]
) -> None:
    run_id = started(contract)
    app.manager.wait(run_id, 30)
    tab = opened(page, run_id)
    tab.segmented_control(key=f"view-{run_id}").set_value("Step by step").run()
    assert "**Turn 1: the model has replied**" in texts(tab)
    assert not any(code.value.startswith("line 0") for code in tab.code)
    tab.slider(key=f"moment-{run_id}").set_value(2).run()
    assert "**Turn 1: code 1 has run**" in texts(tab)
    assert any("line 0" in code.value for code in tab.code)
    tab.slider(key=f"moment-{run_id}").set_value(6).run()
    assert "This code handed in the answer." in texts(tab)


def test_a_run_is_paused_on_its_page_told_something_and_goes_on(
    page: Page, app: App, contract: DocumentInfo, started: Callable[..., str], slow: None
) -> None:
    run_id = started(contract)
    tab = until(page(shell.RUN, run=run_id), lambda tab: any(b.key == f"pause-{run_id}" for b in tab.button))
    until(tab, lambda tab: not tab.button(key=f"pause-{run_id}").disabled)
    tab.button(key=f"pause-{run_id}").click().run()
    steering = app.manager.steering(run_id, "local")
    assert steering is not None
    assert steering.paused
    assert app.manager.steering(run_id, "somebody else") is None
    assert "Pausing: what is under way ends first" in texts(tab)
    tab.button(key=f"unpause-{run_id}").click().run()
    assert not steering.paused
    assert "Pausing" not in texts(tab)
    app.manager.stop(run_id, "local")
    assert app.manager.wait(run_id, 30).state is RunState.CANCELLED


def test_a_paused_run_shows_the_code_that_waits_and_runs_what_a_person_makes_of_it(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    assert app.settings.script is not None
    app.settings.script.write_text(json.dumps({**SCRIPT, "delay": 0.4}), encoding="utf-8")
    spec = RunSpec("What notice?", (contract.sha256,), "scripted", "scripted", "scripted")
    run_id = app.start(spec, "local")
    steering = app.manager.steering(run_id, "local")
    assert steering is not None
    steering.pause()
    tab = until(page(shell.RUN, run=run_id), lambda tab: "Paused in turn 1**, before the model is asked" in texts(tab))
    assert "pause_circle: Paused]" in texts(tab)  # the state in the header
    tab.button(key=f"halt-{run_id}-1-0-step").click().run()
    until(tab, lambda tab: "Paused in turn 1**, before its code runs" in texts(tab))
    tab.text_area(key=f"paused-code-halt-{run_id}-1-1-0").set_value("print('mine')")
    tab.text_area(key=f"halt-{run_id}-1-1-note").set_value("Mind the fees.")
    tab.button(key=f"halt-{run_id}-1-1-go").click().run()
    app.manager.wait(run_id, 30)
    shown = texts(opened(page, run_id, f"turn-{run_id}-1"))
    assert "print('mine')" in shown
    assert "A person changed this turn's code before it ran." in shown
    assert "Mind the fees." not in shown
    assert "Mind the fees." in texts(opened(page, run_id, f"turn-{run_id}-2"))


def test_a_run_that_went_wrong_says_why_and_what_to_try_and_opens_the_step(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.LIMIT)
    sub_call_events(app, run_id, ["", "The provider was busy.", "The provider was busy."])
    tab = opened(page, run_id)
    shown = texts(tab).replace("\\", "")
    assert "It reached a limit before it had its answer. Allow more turns" in shown
    assert "2 of 3 sub-calls failed, most with: The provider was busy" in shown
    tab.button(key=f"wrong-{run_id}-1").click().run()
    assert "**Sub-call 3**" in texts(tab)
    well = keep(app, contract, RunState.DONE)
    sub_call_events(app, well, ["It broke."])
    assert "What went wrong" not in texts(opened(page, well))


def test_a_run_that_grows_beyond_a_page_of_turns_does_not_take_an_open_turn_from_its_reader(
    page: Page, app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE, turns=0)
    told = [event for event in timeline_events(run_id, 3 * timeline.PAGE, 1, 0.0) if event.seq > 1]
    grown = next(event.seq for event in told if isinstance(event, ModelReplied) and event.iteration > timeline.PAGE + 5)
    for event in told:
        if event.seq < grown:
            app.store.append_event(event)
    app.store.flush()
    tab = opened(page, run_id)
    assert first_turn(tab) == timeline.PAGE + 1  # the last page
    tab.session_state[f"turn-{run_id}-{timeline.PAGE + 2}"] = True
    for event in told:
        if event.seq >= grown:
            app.store.append_event(event)
    app.store.flush()
    tab.run()
    assert first_turn(tab) == timeline.PAGE + 1
    tab = opened(page, run_id)
    assert first_turn(tab) == 2 * timeline.PAGE + 1  # for somebody who reads none


def first_turn(tab: AppTest) -> int:
    """Return the number of the first turn that is drawn."""
    labels = [element.proto.label for element in tab.get("expander")]
    return min(int(found.group(1)) for found in map(re.compile(r"\*\*Turn (\d+)\*\*").match, labels) if found)
