"""What is LiteLLM's own; what every hosted client does is in `test_conformance.py`. It takes long to import: mostly slow."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms
from rlm_app.clients.litellm import LiteLLMClient, body_of
from rlm_app.clients.retry import Retry
from rlm_app.types import Completion, Message, Request, Usage
from tests.servers.anthropic_server import anthropic
from tests.servers.openai_server import OpenAIServer
from tests.servers.site import Say, Site

# LiteLLM imports parts of itself in the middle of a call and swallows what that raises: its warnings must not be errors.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")

KEY = "sk-secret-0123456789"
ROOT = Request((Message("system", "write ```repl cells"), Message("user", "say hello")))
CLAUDE = "anthropic/claude-sonnet-4-5"


def call(site: Site, model: str, request: Request = ROOT, **options: Any) -> Completion:
    client = LiteLLMClient(model, KEY, site.url, Terms(**{"retry": Retry(tries=1), **options}))
    try:
        return client.completion(request, CancelToken())
    finally:
        client.close()


def printed_by(code: str) -> str:
    """Return what a Python of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_client_is_made_and_closed_without_importing_litellm() -> None:
    code = (
        "import sys; from rlm_app.clients.litellm import LiteLLMClient as Client\n"
        "with_key = Client('groq/x', 'sk-secret-0123456789'); with_key.close()\n"
        "print('litellm' in sys.modules, with_key)"
    )
    assert printed_by(code) == "False LiteLLMClient(model='groq/x', at='groq (through LiteLLM)')\n"


def test_only_a_growing_conversation_with_claude_is_marked_for_its_cache() -> None:
    once = Request((Message("user", "say hello"),))
    assert [point["location"] for point in body_of(ROOT, CLAUDE, {})["cache_control_injection_points"]] == [
        "message"
    ] * 2
    assert "cache_control_injection_points" not in body_of(once, CLAUDE, {})
    assert "cache_control_injection_points" not in body_of(ROOT, "groq/llama", {})


def test_parameters_of_the_request_stand_above_those_of_the_client() -> None:
    body = body_of(Request(ROOT.messages, 50, {"temperature": 0.5}), "groq/x", {"temperature": 1, "seed": 7})
    assert (body["max_tokens"], body["temperature"], body["seed"]) == (50, 0.5, 7)


@pytest.mark.slow
def test_it_stays_off_the_network_for_its_lists() -> None:
    code = (
        "import socket\n"
        "def refuse(*_): raise SystemExit('it tried the network')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "from rlm_app.clients.litellm import _stay_off_the_network as stay; stay(); import litellm\n"
        "print(len(litellm.model_cost) > 1000)"
    )
    assert printed_by(code) == "True\n"


@pytest.mark.slow
def test_the_system_prompt_and_the_last_message_are_marked_and_what_the_cache_did_is_counted() -> None:
    said = Usage(1, 100, 20, 60, cache_write_tokens=30)
    with Site(anthropic, [Say(usage=said)]) as site:
        used = call(site, CLAUDE).usage
    assert "cache_control" in site.bodies[0]["system"][-1]
    assert "cache_control" in site.bodies[0]["messages"][-1]["content"][-1]
    assert (used.input_tokens, used.cached_tokens, used.cache_write_tokens) == (100, 60, 30)


@pytest.mark.slow
@pytest.mark.parametrize("said", [Usage(1, 100, 20, 64, 12), None], ids=["counted", "not counted"])
def test_counts_of_litellms_own_are_not_taken_for_the_providers(said: Usage | None) -> None:
    with OpenAIServer([Say("four score", usage=said)]) as site:
        used = call(site, "openai/tiny").usage
    assert used.estimated is (said is None)
    assert used.input_tokens == (100 if said else 8)
