from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App
from rlm_app.ui import handle, serving, shell
from tests.pages.conftest import ROOT
from tests.pages.seeing import texts

Page = Callable[..., AppTest]
PAGES = (shell.ASK, shell.RUN, shell.HISTORY, shell.DOCUMENTS, shell.SETTINGS)
_HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("path", PAGES)
def test_each_page_file_asks_for_the_frame_before_it_does_anything(path: str) -> None:
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    code = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)][1:]
    assert ast.unparse(code[0]) == "shell.require_shell()"


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_drawn_without_an_error(page: Page, path: str) -> None:
    tab = page(path)
    assert not tab.exception
    assert not tab.error


@pytest.mark.parametrize("path", PAGES)
def test_no_page_uses_the_words_of_engineers(page: Page, path: str) -> None:
    shown = texts(page(path)).lower()
    for word in ("observation", "span", "trace", "chunk", "agent"):
        assert word not in shown.replace("transparen", "")


def test_a_data_file_in_use_is_a_sentence_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path))
    handle.close()
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path / "rlm.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ},
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
        other.communicate(b"")
    assert not tab.exception
    assert "in use by another process" in tab.error[0].value
    assert "The data file cannot be opened" in texts(tab)


def test_the_collection_after_every_poll_is_switched_off_and_nothing_is_reported_home() -> None:
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "postScriptGC = false" in config
    assert "gatherUsageStats = false" in config
    assert "http" not in config


def test_one_app_serves_all_tabs(page: Page, app: App) -> None:
    page()
    page()
    assert shell.open_app() is app


def test_what_stands_before_the_title_loads_nothing_heavy() -> None:
    heavy = {"rlm_app.build", "duckdb", "numpy", "PIL", "pandas", "pyarrow", "altair"}
    script = Path(__file__).with_name("print_loaded.py")
    loaded = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "rlm_app.ui.shell" in loaded.split()
    assert not heavy & set(loaded.split())


def test_the_server_loads_ahead_what_the_first_page_needs() -> None:
    serving.load()
    assert set(serving.FIRST) <= set(sys.modules)


def test_the_tab_is_called_as_the_app_is() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0].lstrip("# ") == shell.NAME
