"""A key stays in memory: it is looked for, byte by byte, in everything that a run with it wrote, told or raised."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from rlm_app.assemble import backend_named
from rlm_app.build import App, open_app
from rlm_app.errors import ConfigError, StoreError
from rlm_app.events import CellFinished
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState
from tests.clients.providers import HOSTED, Hosted
from tests.servers.site import Say, Site

KEY = "sk-canary-7d31f0c2-not-a-real-key"
SOURCES = ("typed", "environment", "secrets")
OTHERS = {"openrouter": "openai"}
BACKENDS = ("openai", "azure_openai", "openrouter", "anthropic", "gemini", "portkey", "litellm")
QUICK = frozenset({"openai", "openrouter"})
"""Backends whose clients import no SDK; the others' take seconds and run with --slow and in CI."""
CASES = [
    pytest.param(name, source, id=f"{name}-{source}", marks=() if name in QUICK else pytest.mark.slow)
    for name in BACKENDS
    for source in SOURCES
]
LOOKS = "```repl\nimport os\nprint(dict(os.environ))\nprint(globals())\n```"
ANSWERS = "```repl\nanswer['content'] = 'Ninety days.'\nanswer['ready'] = True\n```"

Opener = Callable[[str, str], tuple[App, Mapping[str, str]]]


@pytest.fixture
def opened(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Opener]:
    """Return a function that opens an app which has the key from a source, and the keys to start a run with."""
    caplog.set_level(logging.DEBUG)
    apps: list[App] = []

    def make(name: str, source: str) -> tuple[App, Mapping[str, str]]:
        backend = backend_named(Settings(tmp_path), name)
        variable = backend.key_variable or "ANTHROPIC_API_KEY"
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(f'{variable} = "{KEY}"' if source == "secrets" else "", encoding="utf-8")
        environ = {"RLM_APP_HOME": str(tmp_path / "home"), **({variable: KEY} if source == "environment" else {})}
        apps.append(open_app(Settings.from_environment(environ, [secrets])))
        return apps[-1], {name: KEY} if source == "typed" else {}

    yield make
    for app in apps:
        with suppress(StoreError):  # most were closed already, to read their files
            app.close()


def start(app: App, name: str, keys: Mapping[str, str], site: Site, file: Path, **order: Any) -> RunRecord:
    hosted = _of(name)
    file.write_text("Notice is ninety days.\n" * 5, encoding="utf-8")
    info = app.add_file(file, "lease.txt", "ann")
    options = {"base_url": site.url + hosted.base, **(hosted.options or {})}
    model = "anthropic/tiny" if name == "litellm" else "tiny"
    spec = RunSpec("When?", (info.sha256,), name, model, model, options=options, **order)
    return app.manager.wait(app.start(spec, "ann", keys), 60)


def _of(name: str) -> Hosted:
    hosted = HOSTED[OTHERS.get(name, name)]
    # The app picks the way to send by itself; what the conformance list forces is left out.
    return dataclasses.replace(hosted, options=None) if name in {"openai", "openrouter"} else hosted


def echoing(say: Say) -> Say:
    """Return an answer that repeats the key in every sentence, as a careless provider does."""

    def echo(value: Any) -> Any:
        if isinstance(value, str):
            return f"{value} ({KEY})"
        if isinstance(value, Mapping):
            return {name: echo(each) if name in {"error", "message"} else each for name, each in value.items()}
        return value

    return dataclasses.replace(say, error=echo(say.error))


def everything(app: App, record: RunRecord, home: Path, logged: str) -> Iterator[tuple[str, bytes]]:
    """Yield what was written and told: files as they are, tables as they read, exports, the record, the log."""
    events = [app.export(record.id, "ann", form) for form in ("reference", "events")]
    yield "exports", "\n".join(events).encode()
    yield "record", repr((record, app.settings, app.store.events(record.id, "ann"))).encode()
    yield "log", logged.encode()
    app.close()
    for path in home.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    # The file is compressed, so its bytes alone would prove little.
    with duckdb.connect(str(app.settings.data_file), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert {"runs", "events", "journal"} <= set(tables)
        for name in tables:
            yield name, repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()).encode()


def assert_absent(app: App, record: RunRecord, home: Path, logged: str) -> None:
    found = [name for name, data in everything(app, record, home, logged) if KEY.encode() in data]
    assert not found


@pytest.mark.parametrize(("name", "source"), CASES)
def test_a_key_is_sent_and_is_in_nothing_that_a_run_leaves_behind(
    name: str, source: str, opened: Opener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app, keys = opened(name, source)
    with _of(name).serving((Say("Ninety days."),)) as site:
        record = start(app, name, keys, site, tmp_path / "lease.txt", mode="direct")
        assert record.state is RunState.DONE, record.error
        assert any(KEY in value for asked in site.asked for value in asked.headers.values())
    assert_absent(app, record, tmp_path / "home", caplog.text)


@pytest.mark.parametrize(("name", "source"), [case for case in CASES if case.values[1] == "typed"])
def test_a_provider_that_repeats_the_key_as_it_refuses_it_does_not_bring_it_into_the_record(
    name: str, source: str, opened: Opener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app, keys = opened(name, source)
    hosted = _of(name)
    with hosted.serving((echoing(hosted.trouble["key"]),)) as site:
        record = start(app, name, keys, site, tmp_path / "lease.txt", mode="direct")
    assert record.state is RunState.FAILED
    assert record.error
    assert_absent(app, record, tmp_path / "home", caplog.text)


def test_code_that_a_model_writes_does_not_see_the_key(
    opened: Opener, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    app, keys = opened("openai", "environment")
    app.store.keep_preference("ann", "unconfined code", True)
    with _of("openai").serving((Say(LOOKS), Say(ANSWERS))) as site:
        record = start(app, "openai", keys, site, tmp_path / "lease.txt")
    assert record.answer == "Ninety days.", record.error
    printed = [event.stdout for event in app.store.events(record.id, "ann") if isinstance(event, CellFinished)]
    assert "PATH" in printed[0] or "'context'" in printed[0]
    assert_absent(app, record, tmp_path / "home", caplog.text)


def test_an_order_that_is_refused_does_not_name_the_key(opened: Opener) -> None:
    app, keys = opened("openai", "typed")
    with pytest.raises(ConfigError) as told:
        app.start(RunSpec("When?", (), "openai", "tiny", "tiny"), "ann", keys)
    assert KEY not in str(told.value) + repr(told.value)
