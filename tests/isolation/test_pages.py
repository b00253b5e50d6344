"""Bob on every page of the app, by every deep link to what Ann has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.ui import shell
from tests.isolation.conftest import ANN, SECRET, Kept
from tests.pages.conftest import ROOT
from tests.pages.seeing import texts

Tab = Callable[..., AppTest]
LINKS: tuple[tuple[str, dict[str, str]], ...] = (
    (shell.ASK, {"run": "{run}"}),
    (shell.RUN, {"run": "{run}"}),
    (shell.RUN, {"run": "{live}", "step": "1.1"}),
    (shell.RUN, {"run": "{run}", "quote": "1"}),
    (shell.GRID, {"grid": "{grid}"}),
    (shell.GRID, {"grid": "{grid}", "cell": "{row}.{column}"}),
    (shell.HISTORY, {"run": "{run}"}),
    (shell.COMPARE, {"left": "{run}", "right": "{other}"}),
    (shell.DOCUMENTS, {"document": "{sha256}", "page": "1"}),
    (shell.DOCUMENTS, {"document": "{sha256}", "with": "{sha256}"}),
    (shell.SQL, {}),
    (shell.SETTINGS, {}),
)


OWN = sorted(path for path in (ROOT / "pages").glob("*.py") if path.stem not in shell.OPEN)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_each_page_file_asks_itself_for_whom_it_draws(path: Path) -> None:
    assert "shell.owner()" in path.read_text(encoding="utf-8")


def test_the_entry_lets_nobody_to_a_page_before_that_is_known() -> None:
    entry = (ROOT / "app.py").read_text(encoding="utf-8")
    assert 0 < entry.index("shell.admit(page)") < entry.index("page.run()")


def everything(tab: AppTest) -> str:
    """Return all that was sent to the browser, shown or not."""
    return repr(tab.main) + repr(tab.sidebar) + texts(tab)


def filled(query: dict[str, str], kept: Kept) -> dict[str, str]:
    names = {"run": kept.run, "other": kept.other, "live": kept.live, "grid": kept.grid}
    names |= {"sha256": kept.document.sha256, "row": kept.place.row, "column": kept.place.column}
    return {name: value.format(**names) for name, value in query.items()}


def test_a_link_shows_bob_nothing_of_ann(tab: Tab, kept: Kept) -> None:
    for path, query in LINKS[1:8:3]:
        assert SECRET not in everything(tab("bob", path, **filled(query, kept))), (path, query)


@pytest.mark.slow
def test_no_page_and_no_link_shows_bob_anything_of_ann(tab: Tab, kept: Kept) -> None:
    for path, query in LINKS:
        assert SECRET not in everything(tab("bob", path, **filled(query, kept))), (path, query)


@pytest.mark.slow
def test_ann_sees_by_each_link_what_is_hers(tab: Tab, kept: Kept) -> None:
    for path, query in LINKS[1:10]:
        assert SECRET in everything(tab("ann", path, **filled(query, kept))), (path, query)


def test_a_run_of_anothers_and_one_that_never_was_look_the_same(tab: Tab, kept: Kept) -> None:
    theirs, nobodys = tab("bob", shell.RUN, run=kept.run), tab("bob", shell.RUN, run="0" * 32)
    assert texts(theirs) == texts(nobodys)
    assert "This run does not exist." in texts(theirs)


def test_nothing_is_drawn_before_it_is_known_for_whom(app: App, tab: Tab, kept: Kept) -> None:
    stranger = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    stranger.query_params["run"] = kept.run
    stranger.run()
    assert not stranger.exception
    assert [each.value for each in stranger.caption] == ["Opening your workspace …"]
    assert not stranger.title
    assert SECRET not in everything(stranger)


def test_a_visitor_is_told_who_can_see_a_workspace_and_not_where_the_server_keeps_it(app: App, tab: Tab) -> None:
    shown = texts(tab("bob", shell.SETTINGS))
    assert "This browser is the only key to your workspace" in "\n".join(
        each.value for each in tab("bob", shell.SETTINGS).info
    )
    assert "on the server of this app" in shown
    assert str(app.settings.home) not in shown
    assert "Find servers on this machine" not in shown


def test_what_ann_starred_bob_cannot_see_or_change_by_a_click_of_hers(app: App, tab: Tab, kept: Kept) -> None:
    page = tab("ann", shell.HISTORY)
    page.button(key=f"star-{kept.run}").click().run()
    record = app.store.run(kept.run, ANN)
    assert record is not None
    assert record.starred
    assert not [button for button in tab("bob", shell.HISTORY).button if kept.run in str(button.key)]
