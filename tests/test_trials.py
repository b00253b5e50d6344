from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_app.assemble import backend_named
from rlm_app.backends import BACKENDS, SCRIPTED
from rlm_app.cancel import CancelToken
from rlm_app.errors import ClientError, ConfigError
from rlm_app.settings import Settings
from rlm_app.trials import Outcome, Trial, can_be_tried, models_of
from tests.servers.openai_server import MODELS, TROUBLE, OpenAIServer

KEY = "sk-recognisable-0123456789"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Outcome[str]]:
    """Return a function that tries a backend at an address and returns how it ended."""

    def tried(name: str, address: str, **keys: str) -> Outcome[str]:
        settings = Settings(tmp_path)
        backend = backend_named(settings, name)
        options = {"base_url": address} if address else {}
        outcome = Trial(lambda cancel: models_of(settings, backend, options, keys, cancel)).wait(10)
        assert outcome is not None
        return outcome

    return tried


def test_a_provider_that_answers_is_named_with_its_models_and_how_long_it_took(
    server: OpenAIServer, ask: Callable[..., Outcome[str]]
) -> None:
    outcome = ask("openai", server.url, openai=KEY)
    assert (outcome.found, outcome.problem) == (MODELS, "")
    assert 0 < outcome.seconds < 10


def test_a_refused_key_is_told_without_the_key(server: OpenAIServer, ask: Callable[..., Outcome[str]]) -> None:
    server.script = (TROUBLE["key"],)
    outcome = ask("openai", server.url, openai=KEY)
    assert "key" in outcome.problem
    assert KEY not in outcome.problem
    assert not outcome.found


def test_a_missing_key_and_a_missing_server_are_told(ask: Callable[..., Outcome[str]]) -> None:
    assert "needs a key" in ask("openai", "").problem
    assert "127.0.0.1:9" in ask("vllm", "http://127.0.0.1:9/v1").problem


def test_a_provider_that_never_answers_is_given_up_and_let_go() -> None:
    let_go = threading.Event()

    def never(cancel: CancelToken) -> tuple[str, ...]:
        cancel.on_cancel(let_go.set)
        let_go.wait(10)
        raise ClientError("stopped")

    outcome = Trial(never, patience=0.05).wait(0.2)
    assert outcome is not None
    assert "no answer within 0.05 s" in outcome.problem
    assert let_go.wait(5)


def test_a_fault_of_the_app_is_told_at_once_and_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    def broken(cancel: CancelToken) -> tuple[str, ...]:
        raise ValueError(f"no such thing as {KEY}")

    outcome = Trial(broken).wait(10)
    assert outcome is not None
    assert outcome.seconds < 5
    assert "ValueError" in outcome.problem
    assert KEY not in outcome.problem
    assert KEY not in caplog.text
    assert "ValueError" in caplog.text


def test_there_is_nothing_to_try_about_the_finder_and_the_script() -> None:
    assert [backend.name for backend in (*BACKENDS, SCRIPTED) if not can_be_tried(backend)] == ["offline", "scripted"]


def test_a_test_uses_the_version_of_the_interface_that_was_set(server: OpenAIServer, tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    options = {"base_url": server.url, "api_version": "2026-01-01-preview"}
    models_of(settings, backend_named(settings, "azure_openai"), options, {"azure_openai": KEY}, CancelToken())
    assert "api-version=2026-01-01-preview" in server.asked[0].path


def test_the_key_of_a_shared_app_is_not_sent_to_an_address_that_a_stranger_names(
    server: OpenAIServer, tmp_path: Path
) -> None:
    def ask(settings: Settings, name: str, **keys: str) -> tuple[str, ...]:
        return models_of(settings, backend_named(settings, name), {"base_url": server.url}, keys, CancelToken())

    ours = {"PORTKEY_API_KEY": KEY, "AZURE_OPENAI_API_KEY": KEY, "MISTRAL_API_KEY": KEY, "VLLM_API_KEY": KEY}
    shared = Settings(tmp_path, keys=ours, shared=True, said={"allow_addresses": "127.0.0.1"})
    for name in ("azure_openai", "portkey", "litellm"):
        with pytest.raises(ConfigError, match="a key of your own"):
            ask(shared, name)
    assert not server.asked
    assert ask(shared, "vllm") == MODELS
    assert KEY not in str(server.headers)
    assert ask(Settings(tmp_path, keys=ours), "vllm") == MODELS
    assert KEY in str(server.headers)
