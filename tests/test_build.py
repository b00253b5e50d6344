import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from rlm_app.build import App, open_app
from rlm_app.cancel import CancelToken
from rlm_app.checks import plain_name
from rlm_app.errors import ClientError, ConfigError, ReplayDiverged, StoreError
from rlm_app.events import CellFinished, Event
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits, RunState, Stop
from tests.engine.loop import block

TEXT = "# Lease\n\nThe rent is due on the third day of each month and is paid to the landlord's bank.\n"
SAMPLE_RUN = Path(__file__).resolve().parent.parent / "sample_docs" / "sample-run.jsonl"
OPEN_APP = Callable[..., App]


@pytest.fixture
def open_again(tmp_path: Path) -> Iterator[OPEN_APP]:
    """Opens the app on one data file with a script of its own, closing the one before."""
    opened: list[App] = []

    def start(**script: Any) -> App:
        if opened:
            opened.pop().close()
        path = tmp_path / "script.json"
        path.write_text(json.dumps({"sub": "a reply", **script}), encoding="utf-8")
        opened.append(open_app(Settings(home=tmp_path / "home", script=path)))
        return opened[-1]

    yield start
    for app in opened:
        app.close()


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


def ask(app: App, lease: Path, **changes: Any) -> RunRecord:
    info = app.add_file(lease, "lease.md", "ann")
    fields: dict[str, Any] = {"question": "When is the rent due?", "limits": Limits(), **changes}
    spec = RunSpec(documents=(info.sha256,), backend="scripted", root_model="scripted", sub_model="scripted", **fields)
    return app.manager.wait(app.start(spec, "ann"), 30)


WORK = [
    block("replies = llm_query_batched([context + str(i) for i in range(5)])\nprint(len(replies))"),
    block("print(replies[0])"),
    block('answer["content"] = "On the third day of each month."\nanswer["ready"] = True'),
]
DOWN = {"error": "The provider is down."}


def test_a_run_on_a_real_file_ends_with_its_quotations_checked(open_again: OPEN_APP, lease: Path) -> None:
    quote = "The rent is due on the third day of each month and is paid to the landlord's bank."
    answer = f'FINAL("It says “{quote}” [lease.md, Lease] and “the rent is waived in the winter months”.")'
    app = open_again(root=[block(answer)])
    record = ask(app, lease)
    assert (record.state, record.quotes_found, record.quotes_total) == (RunState.DONE, 1, 2)
    trajectory = app.trajectory(record.id, "ann")
    assert trajectory is not None
    found, missing = trajectory.citations
    assert (found.verdict, found.page) == ("Found", "Lease")
    assert TEXT[found.start : found.end] == quote
    assert missing.verdict == "Not found"


def test_a_failed_run_is_resumed_after_a_restart_and_asks_only_what_is_missing(
    open_again: OPEN_APP, lease: Path
) -> None:
    app = open_again(root=[*WORK[:2], DOWN])
    failed = ask(app, lease)
    assert (failed.state, failed.error) == (RunState.FAILED, "The provider is down.")
    calls = failed.usage.calls
    app = open_again(root=WORK, sub={"default": "another reply"})
    app.resume(failed.id, "ann")
    record = app.manager.wait(failed.id, 30)
    assert (record.state, record.answer, record.error) == (RunState.DONE, "On the third day of each month.", "")
    assert record.usage.calls == calls + 1
    trajectory = app.trajectory(failed.id, "ann")
    assert trajectory is not None
    assert [turn.reply.iteration for turn in trajectory.turns] == [1, 2, 3]
    assert [event.seq for event in app.store.events(failed.id, "ann")] == list(range(1, trajectory.last_seq + 1))
    assert app.saved_calls(failed.id, failed.owner) == (8, 8)


def test_a_limited_run_goes_on_under_a_raised_limit(open_again: OPEN_APP, lease: Path) -> None:
    app = open_again(root=[WORK[0], "So far: the third day."])
    limited = ask(app, lease, limits=Limits(iterations=1))
    assert (limited.state, limited.answer) == (RunState.LIMIT, "So far: the third day.")
    app = open_again(root=WORK)
    app.resume(limited.id, "ann", limits=Limits(iterations=5))
    record = app.manager.wait(limited.id, 30)
    assert (record.state, record.stop) == (RunState.DONE, Stop.ANSWERED)
    assert record.spec.limits.iterations == 5


def test_a_fork_shares_what_came_before_and_goes_its_own_way(open_again: OPEN_APP, lease: Path) -> None:
    app = open_again(root=WORK)
    first = ask(app, lease)
    app = open_again(root=[*WORK[:2], block('FINAL("Another way: " + str(len(replies)))')], sub="new reply")
    record = app.manager.wait(app.fork(first.id, "ann", 2), 30)
    assert record.answer == "Another way: 5"
    assert record.usage.calls == 1
    trajectory = app.trajectory(record.id, "ann")
    assert trajectory is not None
    assert len(trajectory.turns) == 3
    assert all(call.finished and call.finished.replayed for call in trajectory.turns[0].subcalls)
    assert app.run(first.id, "ann") == first


def test_a_follow_up_finds_the_repl_as_it_was_after_a_restart(open_again: OPEN_APP, lease: Path) -> None:
    first = ask(open_again(root=WORK), lease)
    app = open_again(root=[*WORK, block('FINAL(str(len(replies)) + " replies were asked for")')])
    run_id = app.follow_up(first.id, "ann", "How many replies did you ask for?")
    record = app.manager.wait(run_id, 30)
    assert record.answer == "5 replies were asked for"
    assert record.usage.calls == 1
    assert record.spec.question == "How many replies did you ask for?"
    trajectory = app.trajectory(run_id, "ann")
    assert trajectory is not None
    last = trajectory.turns[-1].reply.messages[-1].content
    assert "How many replies did you ask for?" in last
    assert "Your answer was read" in last
    again = app.manager.wait(app.follow_up(run_id, "ann", "And now?"), 30)
    assert again.state is RunState.DONE


def test_a_replay_needs_no_model_and_says_where_it_differs(open_again: OPEN_APP, lease: Path) -> None:
    app = open_again(root=WORK)
    record = ask(app, lease)
    app = open_again(root=[DOWN], sub={"default": "never asked"})
    events: list[Event] = []
    completion = app.replay(record.id, "ann", events.append)
    assert completion.text == record.answer
    assert [event.stdout for event in events if isinstance(event, CellFinished)] == ["5\n", "a reply\n", ""]
    app = open_again(root=[block("import random\nprint(random.random())"), *WORK])
    unsteady = ask(app, lease)
    with pytest.raises(ReplayDiverged, match="Cell 1 of turn 1"):
        app.replay(unsteady.id, "ann", events.append)


def test_a_replay_of_a_run_that_was_cut_off_ends_where_the_record_does(open_again: OPEN_APP, lease: Path) -> None:
    app = open_again(root=[WORK[0], DOWN])
    record = ask(app, lease)
    with pytest.raises(ClientError, match="not in the record"):
        app.replay(record.id, "ann", lambda event: None, CancelToken())


def test_direct_mode_is_one_call_with_the_pages_named(open_again: OPEN_APP, lease: Path) -> None:
    app = open_again(
        root=[], sub="On the third day: “The rent is due on the third day of each month” [lease.md, Lease]."
    )
    record = ask(app, lease, mode="direct")
    assert record.state is RunState.DONE
    assert (record.usage.calls, record.quotes_found) == (1, 1)
    with pytest.raises(ConfigError, match="no REPL to go on in"):
        app.follow_up(record.id, "ann", "And then?")
    trajectory = app.trajectory(record.id, "ann")
    assert trajectory is not None
    (turn,) = trajectory.turns
    assert "[lease.md, section Lease]" in turn.reply.messages[1].content
    assert "When is the rent due?" in turn.reply.messages[1].content


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda app, run: app.resume(run, "ann"), "nothing to resume"),
        (lambda app, run: app.resume("f" * 32, "ann"), "does not exist"),
        (lambda app, run: app.resume(run, "mallory"), "does not exist"),
        (lambda app, run: app.fork(run, "ann", 9), "no turn 9"),
        (lambda app, run: app.fork(run, "mallory", 1), "no turn 1"),
        (lambda app, run: app.follow_up(run, "mallory", "x"), "does not exist"),
        (lambda app, run: app.replay(run, "mallory", print), "does not exist"),
    ],
)
def test_what_cannot_go_on_says_why(
    open_again: OPEN_APP, lease: Path, call: Callable[[App, str], Any], sentence: str
) -> None:
    app = open_again(root=WORK)
    record = ask(app, lease)
    with pytest.raises(ConfigError, match=sentence):
        call(app, record.id)


def test_the_bundled_documents_and_run_are_there_for_everyone_and_stay_the_same(open_again: OPEN_APP) -> None:
    app = open_again(root=[])
    bundled = json.loads(SAMPLE_RUN.read_text(encoding="utf-8").splitlines()[0])["id"]
    assert app.run(bundled, "anybody") is not None  # by its link, before any page was opened
    names = [info.name for info in app.samples()]
    assert names == ["master-services-agreement.pdf", "research-paper.pdf", "technical-handbook.md"]
    run_id = app.sample_run_id()
    assert run_id is not None
    trajectory = app.trajectory(run_id, "anybody")
    assert trajectory is not None
    assert trajectory.finished is not None
    assert trajectory.citations
    assert all(citation.verdict == "Found" for citation in trajectory.citations)
    known = {info.sha256 for info in app.samples()}
    assert {citation.sha256 for citation in trajectory.citations} <= known
    app = open_again(root=[])
    assert ([info.name for info in app.samples()], app.sample_run_id()) == (names, run_id)
    assert {example.document for example in app.sample_questions()} <= set(names)
    assert app.documents("anybody") == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"question": " "}, "no question"),
        ({"question": "x" * 20_001}, "20,001 characters"),
        ({"documents": ()}, "no document"),
        ({"documents": ("0" * 64,)}, "no longer in the library"),
        ({"limits": Limits(iterations=0)}, "iterations is 0"),
        ({"limits": Limits(cost=-1.0)}, "cost is -1"),
        ({"limits": Limits(seconds=0.0)}, "more than 0"),
        ({"environment": "moon"}, "Known: docker, local"),
        ({"backend": "openai"}, "needs a key"),
    ],
)
def test_an_order_that_cannot_give_an_answer_is_refused_before_it_starts(
    open_again: OPEN_APP, lease: Path, changes: dict[str, Any], sentence: str
) -> None:
    app = open_again(root=WORK)
    info = app.add_file(lease, "lease.md", "ann")
    spec = RunSpec("When?", (info.sha256,), "scripted", "scripted", "scripted")
    with pytest.raises(ConfigError, match=sentence):
        app.start(dataclasses.replace(spec, **changes), "ann")
    assert app.store.runs("ann") == []


def test_a_document_without_text_is_not_searched(open_again: OPEN_APP, tmp_path: Path) -> None:
    blank = FPDF()
    blank.add_page()
    blank.output(str(tmp_path / "blank.pdf"))
    app = open_again(root=WORK)
    info = app.add_file(tmp_path / "blank.pdf", "blank.pdf", "ann")
    with pytest.raises(ConfigError, match=r"no text in blank\.pdf"):
        app.start(RunSpec("When?", (info.sha256,), "scripted", "scripted", "scripted"), "ann")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("evil\u202egpj.exe\u202c.txt", "evilgpj.exe.txt"),
        ("two\nlines\tand tab.md", "two lines and tab.md"),
        ("\u0000\u200b", "document"),
        ("n" * 500 + ".pdf", "n" * 195 + "….pdf"),
    ],
)
def test_a_file_name_is_shown_plainly(given: str, shown: str) -> None:
    assert plain_name(given) == shown


def test_a_folder_that_cannot_hold_the_data_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="Set RLM_APP_HOME"):
        open_app(Settings(home=tmp_path / "file" / "home"))
