"""What is known of a model reaches the calls of a run: its price, its longest reply, its window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.assemble import window_of
from rlm_app.build import App, open_app
from rlm_app.models import ENTERED
from rlm_app.prices import ModelInfo, Rates
from rlm_app.records import RunRecord, RunSpec
from rlm_app.settings import Settings
from rlm_app.types import RunState, Usage
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Say

SAID = Usage(1, 1000, 200, cached_tokens=600)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer((Say("Ninety days.", usage=SAID),)) as running:
        yield running


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    opened = open_app(Settings(home=tmp_path / "home"), keep=False)
    yield opened
    opened.close()


def direct(app: App, server: OpenAIServer, tmp_path: Path, text: str = "Notice is ninety days.\n") -> RunRecord:
    file = tmp_path / "lease.txt"
    file.write_text(text, encoding="utf-8")
    info = app.add_file(file, "lease.txt", "ann")
    spec = RunSpec("When?", (info.sha256,), "vllm", "house", "house", mode="direct", options={"base_url": server.url})
    return app.manager.wait(app.start(spec, "ann"), 30)


def test_what_a_person_entered_prices_the_calls_of_their_runs_and_limits_their_replies(
    app: App, server: OpenAIServer, tmp_path: Path
) -> None:
    app.catalogue.enter("ann", "vllm", ModelInfo("house", Rates(2.0, 10.0, 0.5), 8_000, 500, ENTERED))
    record = direct(app, server, tmp_path)
    assert record.state is RunState.DONE
    assert record.usage.cost == pytest.approx((400 * 2.0 + 600 * 0.5 + 200 * 10.0) / 1e6)
    assert server.bodies[-1]["max_tokens"] == 500


def test_a_server_on_this_machine_is_known_to_cost_nothing(app: App, server: OpenAIServer, tmp_path: Path) -> None:
    record = direct(app, server, tmp_path)
    assert (record.usage.cost, record.usage.unpriced_calls) == (0.0, 0)
    assert "max_tokens" not in server.bodies[-1]


def test_a_prompt_that_cannot_fit_the_window_is_not_sent(app: App, server: OpenAIServer, tmp_path: Path) -> None:
    app.catalogue.enter("ann", "vllm", ModelInfo("house", Rates(), 100, None, ENTERED))
    record = direct(app, server, tmp_path, "Notice is ninety days. " * 2_000)
    assert record.state is RunState.FAILED
    assert "too long for house" in record.error
    assert not server.bodies


@pytest.mark.parametrize(
    ("backend", "model", "window"),
    [
        ("openai", "gpt-4o", 128_000),
        ("openai", "gpt-4.1", 1_047_576),
        ("openai", "gpt-of-tomorrow", 128_000),
        ("ollama", "qwen3:8b", 32_000),
        ("no such backend", "m", 128_000),
    ],
)
def test_the_root_models_window_decides_when_it_sums_up(backend: str, model: str, window: int, tmp_path: Path) -> None:
    assert window_of(Settings(tmp_path), RunSpec("q", (), backend, model, model)) == window


def test_a_window_that_was_entered_counts(tmp_path: Path) -> None:
    own = {("ollama", "qwen3:8b"): ModelInfo("qwen3:8b", context_window=8_000)}
    assert window_of(Settings(tmp_path), RunSpec("q", (), "ollama", "qwen3:8b", "x"), own) == 8_000
