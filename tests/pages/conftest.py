"""A real app on a temporary home for every test: real store, real manager, the scripted backend."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rlm_app.build import App, open_app
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import DocumentInfo, Limits
from rlm_app.ui import handle
from rlm_app.ui.handle import samples_ready, shared_app

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "The supplier may end this agreement with ninety days' notice.\nFees are due within thirty days.\n" * 3

SCRIPT = {
    "root": [
        "I look at the first lines.\n\n```repl\nprint(context[:80])\nfor n in range(60):\n    print('line', n)\n```",
        "I ask about the notice.\n\n```repl\nprint(llm_query('What notice?'))\nprint(missing_name)\n```",
        "Here is the answer.\n\n```repl\nanswer['content'] = 'It says “may end this agreement with ninety days’ notice” "
        "and “a sentence that no document holds”.'\nanswer['ready'] = True\n```",
    ],
    "sub": {"default": "Ninety days."},
    "delay": 0.0,
    "cost": 0.002,
}


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose data file has the bundled documents and run, which takes seconds to read in."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    opened = open_app(Settings(home=home))
    opened.samples()
    opened.close()
    return home


@pytest.fixture
def app(tmp_path: Path, furnished: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT), encoding="utf-8")
    shutil.copytree(furnished, tmp_path / "home")
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RLM_APP_SCRIPT", str(script))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    handle.close()
    yield shared_app()
    samples_ready().wait(30)
    handle.close()


def opened(path: str = "", *, state: Mapping[str, object] | None = None, seconds: float = 30, **query: str) -> AppTest:
    """Return a browser tab on the home page, or on another page with a query string, which begins with this state."""
    assert samples_ready().wait(30)
    tab = AppTest.from_file(str(ROOT / "app.py"), default_timeout=seconds)
    for name, value in (state or {}).items():
        tab.session_state[name] = value
    tab.run()
    if path:
        for name, value in query.items():
            tab.query_params[name] = value
        tab.switch_page(path)
        tab.run()
    assert not tab.exception
    return tab


@pytest.fixture
def page(app: App) -> Callable[..., AppTest]:
    """Return a browser tab on the home page, or on another page with a query string."""

    return opened


@pytest.fixture
def contract(app: App, tmp_path: Path) -> DocumentInfo:
    file = tmp_path / "contract.txt"
    file.write_text(CONTRACT, encoding="utf-8")
    return app.add_file(file, "contract.txt", "local")


@pytest.fixture
def started(app: App) -> Callable[..., str]:
    """Return a function that starts a scripted run on a document."""

    def start(info: DocumentInfo, question: str = "What notice?", **limits: Any) -> str:
        spec = RunSpec(question, (info.sha256,), "scripted", "scripted", "scripted", limits=Limits(**limits))
        return app.start(spec, "local")

    return start


@pytest.fixture
def slow(app: App) -> None:
    """Make the scripted model take its time."""
    assert app.settings.script is not None
    app.settings.script.write_text(json.dumps({**SCRIPT, "delay": 20}), encoding="utf-8")


@pytest.fixture
def reopened(app: App) -> Callable[[], App]:
    """Return a function that closes the app and opens its data file again, as a restart does."""

    def reopen() -> App:
        samples_ready().wait(30)
        handle.close()
        return shared_app()

    return reopen
