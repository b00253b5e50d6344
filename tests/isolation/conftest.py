"""A shared app with two visitors in it: Ann, who has kept everything there is to keep, and Bob, who has nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app import owners
from rlm_app.build import App
from rlm_app.grids import Place
from rlm_app.records import RunSpec
from rlm_app.types import DocumentInfo, RunState
from rlm_app.ui import handle
from tests.pages.conftest import furnished, opened
from tests.pages.records import keep

__all__ = ["furnished"]

TOKENS = {"ann": "a1" * 24, "bob": "b0" * 24}
ANN, BOB = (owners.visitor(token) for token in TOKENS.values())
SECRET = "quokka"
"""A word that stands in everything of Ann's and nowhere else."""


@dataclass(frozen=True)
class Kept:
    """What Ann has: ids that Bob may have seen over her shoulder."""

    run: str
    other: str
    live: str
    document: DocumentInfo
    grid: str
    place: Place


@pytest.fixture
def app(tmp_path: Path, furnished: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    shutil.copytree(furnished, tmp_path / "home")
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RLM_APP_MODE", "shared")
    for name in ("OPENAI_API_KEY", "RLM_APP_SCRIPT"):
        monkeypatch.delenv(name, raising=False)
    handle.close()
    yield handle.shared_app()
    handle.samples_ready().wait(30)
    handle.close()


@pytest.fixture
def kept(app: App, tmp_path: Path) -> Kept:
    file = tmp_path / f"{SECRET}-contract.txt"
    file.write_text(f"The {SECRET} may end this agreement with ninety days' notice.\n", encoding="utf-8")
    info = app.add_file(file, file.name, ANN)
    done, failed, live = (_run(app, info, state) for state in (RunState.DONE, RunState.FAILED, RunState.RUNNING))
    app.store.keep_preference(ANN, "sql", {SECRET: f"SELECT '{SECRET}'"})
    app.shelf.keep_collection(ANN, SECRET, [info.sha256])
    grid = app.grids.create(ANN, SECRET, RunSpec("", (), "offline", "offline", "offline"))
    app.grids.add_rows(grid.id, ANN, [(info.sha256, info.name)])
    laid = app.grids.add_columns(grid.id, ANN, [f"Who is the {SECRET}?"])
    place = Place(grid.id, ANN, laid.rows[0].id, laid.columns[0].id)
    app.grids.edit(place, f"I wrote {SECRET}")
    return Kept(done, failed, live, info, grid.id, place)


def _run(app: App, info: DocumentInfo, state: RunState) -> str:
    question, answer = f"What of the {SECRET}?", f"The {SECRET} ends it."
    return keep(app, info, state, owner=ANN, question=question, answer=answer)


@pytest.fixture
def tab(app: App) -> Callable[..., AppTest]:
    """Return a tab of a visitor's browser, on the home page or on another page with a query string."""

    def make(who: str, path: str = "", **query: str) -> AppTest:
        return opened(path, state={"_visitor_token": TOKENS[who]}, seconds=60, **query)

    return make
