"""Sharing a run by link: what goes in, what whoever has the link sees, and taking it back."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import ConfigError
from rlm_app.exports.frozen import freeze
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.exports.portable import portable
from rlm_app.records import RunRecord, RunSpec
from rlm_app.shares import DAY
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import shell
from tests.pages.conftest import ROOT
from tests.pages.records import keep
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
NOTHING = "This link opens nothing"
SECRET = "Quokkamann"


@pytest.fixture
def run(app: App, tmp_path: Path) -> str:
    """Return the id of a finished run with a quotation, code and a sub-call, in which a name stands everywhere."""
    script = {
        "root": [
            f"I ask for {SECRET}.\n\n```repl\nfor n in range(3):\n    print(llm_query('Who is {SECRET}? ' + str(n)))\n```",
            "Here.\n\n```repl\nanswer['content'] = "
            f"'It says “{SECRET} may end this agreement with ninety days’ notice”, as {SECRET} knows.'\n"
            "answer['ready'] = True\n```",
        ],
        "sub": {"default": f"{SECRET} is the supplier."},
        "delay": 0.0,
    }
    assert app.settings.script is not None
    app.settings.script.write_text(json.dumps(script), encoding="utf-8")
    file = tmp_path / f"{SECRET}.txt"
    file.write_text(f"{SECRET} may end this agreement with ninety days’ notice.\nFees are due.\n", encoding="utf-8")
    info = app.add_file(file, file.name, "local")
    spec = RunSpec(f"What may {SECRET} do?", (info.sha256,), "scripted", "scripted", "scripted")
    run_id = app.start(spec, "local")
    app.manager.wait(run_id, 60)
    return run_id


def shared(app: App, run_id: str, share: Share, seconds: float = DAY) -> str:
    """Share a run without the dialog and return the token."""
    record, trajectory = app.run(run_id, "local"), app.trajectory(run_id, "local")
    assert record is not None
    documents = [app.document(sha256, "local") for sha256 in record.spec.documents]
    material = Material(record, trajectory or Trajectory(), tuple(each for each in documents if each))
    return app.sharing.make(run_id, "local", freeze(material, share, 1.0), time.time() + seconds)[0]


def visit(token: str) -> AppTest:
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    tab.query_params["share"] = token
    tab.switch_page(shell.SHARED)
    tab.run()
    assert not tab.exception
    return tab


def unfold(tab: AppTest) -> AppTest:
    """Open all that is folded up on the page of a shared run."""
    for place in ("turn-0", "turn-1", "turn-0-prompt-0", "turn-0-prompt-1", "source-0", "page-1"):
        tab.session_state[f"shared-{place}"] = True
    tab.run()
    assert not tab.exception
    return tab


def sent(tab: AppTest) -> str:
    """Return everything that the page sends to the browser, as it is sent."""
    return "\n".join(str(getattr(node, "proto", "")) for node in tab.main)


def words_of(tab: AppTest) -> list[str]:
    return [str(found.value) for kind in (tab.header, tab.markdown, tab.caption) for found in kind]


def opened(tab: AppTest, run_id: str) -> None:
    """Open the share dialog, which these tests must do for each of its states, and look at a link without the name."""
    tab.session_state["share-form"] = "link"
    tab.session_state["share-names"] = [SECRET]
    tab.session_state["share-look"] = True
    tab.button(key=f"share-{run_id}").click().run()
    assert not tab.exception


def test_who_has_the_link_sees_question_answer_evidence_and_turns(app: App, run: str) -> None:
    tab = unfold(visit(shared(app, run, Share(prompts=True))))
    shown = texts(tab)
    for words in (
        f"What may {SECRET} do?",
        "ninety days’ notice",
        ":green-badge[:material/check: Found]",
        f"{SECRET}.txt",
        "print(llm_query(",
        f"{SECRET} is the supplier.",
        "Fees are due.",
        "Shared to be read, until",
    ):
        assert words in shown, words
    assert not tab.button
    assert not tab.text_input


def test_what_is_left_out_or_hidden_is_not_sent_in_any_form(app: App, run: str) -> None:
    bare = Share(Sources.NONE, timeline=False, money=False)
    tab = unfold(visit(shared(app, run, bare)))
    assert "print(llm_query(" not in sent(tab)
    assert "Fees are due." not in sent(tab)
    assert not any(label.startswith("**Turn") for label in (each.proto.label for each in tab.get("expander")))
    hidden = unfold(visit(shared(app, run, Share(Sources.WHOLE, prompts=True, names=(SECRET,)))))
    assert "[name 1] is the supplier." in texts(hidden)
    assert "[name 1] may end this agreement" in texts(hidden)
    assert SECRET.lower() not in sent(hidden).lower()


def test_what_is_looked_at_before_is_what_is_seen_afterwards(page: Page, app: App, run: str) -> None:
    tab = page(shell.RUN, run=run)
    opened(tab, run)
    preview = [node.proto.body for node in tab.get("html") if 'class="rlm-shared"' in node.proto.body]
    assert preview
    assert SECRET not in "".join(preview)
    tab.button(key="share-make").click()
    opened(tab, run)
    ((link, token),) = tab.session_state["ui_share_tokens"].items()
    assert [each.id for each in app.sharing.links("local", run)] == [link]
    seen = [node.proto.body for node in visit(token).get("html") if 'class="rlm-shared"' in node.proto.body]
    assert seen == preview


def test_a_wrong_token_opens_nothing_and_says_so(app: App) -> None:
    tab = visit("")
    for token in ("x", "0" * 48, "../runs", "a" * 5_000):
        assert words_of(tab)[0] == NOTHING
        tab.query_params["share"] = token
        tab.run()
    assert words_of(tab)[0] == NOTHING


def test_a_token_that_is_wrong_over_or_taken_back_gets_the_same_page(app: App, run: str) -> None:
    brief = shared(app, run, Share(), seconds=0.3)
    revoked = shared(app, run, Share())
    tab = visit(revoked)
    app.sharing.revoke(app.sharing.links("local")[0].id, "local")
    tab.run()
    assert "ninety days" not in sent(tab)
    while app.sharing.links("local"):
        time.sleep(0.02)
    words = [words_of(each) for each in (visit(brief), visit("0" * 48), visit(revoked), tab)]
    assert words[0] == words[1] == words[2] == words[3]


def test_a_shared_run_stays_as_it_was_while_the_run_changes(app: App, run: str) -> None:
    token = shared(app, run, Share())
    app.store.update_run(run, answer="Something else.")
    shown = texts(visit(token))
    assert "ninety days’ notice" in shown
    assert "Something else." not in shown


def test_deleting_a_document_takes_the_links_back_that_show_runs_about_it(app: App, run: str) -> None:
    token = shared(app, run, Share())
    app.store.add_run(RunRecord("other", "local", RunSpec("?", (), "o", "a", "b"), RunState.DONE, "boot", 1.0))
    _, other = app.sharing.make("other", "local", b"copy", time.time() + 60)
    sha256 = app.documents("local")[0].sha256
    app.shelf.delete(sha256, "somebody else")
    assert [link.run_id for link in app.sharing.about(sha256, "local")] == [run]
    app.shelf.delete(sha256, "local")
    assert NOTHING in texts(visit(token))
    assert app.sharing.links("local") == [other]


def test_deleting_a_run_takes_its_links_back(app: App, run: str) -> None:
    token = shared(app, run, Share())
    app.manager.delete(run, "local")
    assert NOTHING in texts(visit(token))
    assert app.sharing.links("local") == []


def test_a_visit_is_counted_once_however_often_its_page_is_drawn(app: App, run: str) -> None:
    token = shared(app, run, Share())
    tab = visit(token)
    tab.run()
    unfold(tab)
    assert [link.opened for link in app.sharing.links("local")] == [1]
    visit(token)
    assert [link.opened for link in app.sharing.links("local")] == [2]


def test_settings_list_all_links_and_take_one_back(page: Page, app: App, run: str) -> None:
    shared(app, run, Share())
    token = shared(app, run, Share())
    tab = page(shell.SETTINGS)
    assert "not opened yet" in texts(tab)
    newest = app.sharing.links("local")[0]
    tab.button(key=f"share-revoke-{newest.id}").click().run()
    assert len(app.sharing.links("local")) == 1
    assert NOTHING in texts(visit(token))


def test_a_run_of_the_samples_can_be_shared_and_one_of_somebody_else_cannot(app: App, contract: DocumentInfo) -> None:
    sample = app.sample_run_id()
    assert sample
    assert app.sharing.make(sample, "local", b"copy", time.time() + DAY)
    foreign = keep(app, contract, RunState.DONE, owner="bob")
    with pytest.raises(ConfigError):
        app.sharing.make(foreign, "local", b"copy", time.time() + DAY)


def test_what_strangers_wrote_is_shown_and_does_not_act(app: App, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e![p](https://evil.example/p.png)"
    file = tmp_path / "hostile.txt"
    file.write_text(hostile, encoding="utf-8")
    info = app.add_file(file, f"{hostile.replace('/', '-')}.txt", "local")
    run_id = keep(app, info, RunState.DONE, question=hostile, answer=f"**Bold** {hostile}")
    tab = unfold(visit(shared(app, run_id, Share(Sources.WHOLE, prompts=True))))
    pages = [node.proto.body for node in tab.get("html") if 'class="rlm-shared"' in node.proto.body]
    assert sum("&lt;img src=x onerror=alert(1)&gt;" in page for page in pages) >= 3
    assert "<strong>Bold</strong>" in "".join(pages)
    assert "<img" not in "".join(pages)
    assert "\u202e" not in texts(tab)


def test_of_a_long_output_the_first_lines_are_sent_and_of_many_sub_calls_the_first_fifty(
    app: App, contract: DocumentInfo
) -> None:
    run_id = keep(app, contract, RunState.DONE)
    record, trajectory = app.run(run_id, "local"), app.trajectory(run_id, "local")
    assert record is not None
    data = portable(Material(record, trajectory or Trajectory()), Share(prompts=True), 1.0)
    call = {"role": "llm", "model": "m", "reply": "r", "error": "", "prompt": ""}
    cell = {"output": "\n".join(f"line {n}." for n in range(99)), "code": "print(1)"}
    data["turns"][0]["cells"] = [{**cell, "subcalls": [{**call, "prompt": f"prompt {n}."} for n in range(120)]}]
    copy = zlib.compress(json.dumps({"data": data, "pictures": {}}).encode())
    tab = unfold(visit(app.sharing.make(run_id, "local", copy, time.time() + DAY)[0]))
    assert ("line 39." in texts(tab), "line 40." in texts(tab)) == (True, False)
    assert ("prompt 49." in texts(tab), "prompt 50." in texts(tab)) == (True, False)
    tab.toggle[0].set_value(True).run()
    tab.selectbox[0].set_value(100).run()
    assert "line 98." in texts(tab)
    assert ("prompt 119." in texts(tab), "prompt 49." in texts(tab)) == (True, False)
