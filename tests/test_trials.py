from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rlm_app.assemble import backend_named
from rlm_app.backends import BACKENDS, SCRIPTED
from rlm_app.cancel import CancelToken
from rlm_app.errors import ClientError
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
        outcome = Trial(lambda cancel: models_of(settings, backend, address, keys, cancel)).wait(10)
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


def test_there_is_nothing_to_try_about_the_finder_and_the_script() -> None:
    assert [backend.name for backend in (*BACKENDS, SCRIPTED) if not can_be_tried(backend)] == ["offline", "scripted"]
