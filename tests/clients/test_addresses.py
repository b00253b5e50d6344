from __future__ import annotations

from collections.abc import Callable

import pytest

from rlm_app.clients.addresses import checked_address, host_of
from rlm_app.clients.anthropic import AnthropicClient
from rlm_app.clients.azure_openai import AzureOpenAIClient
from rlm_app.clients.gemini import GeminiClient
from rlm_app.clients.litellm import LiteLLMClient
from rlm_app.clients.openai import OpenAIClient
from rlm_app.errors import ConfigError

CLIENTS = [OpenAIClient, AnthropicClient, GeminiClient, AzureOpenAIClient, LiteLLMClient]


@pytest.mark.parametrize(
    "given",
    [
        "http://localhost:8000/v1",
        "https://[::1]:8443",
        "http://my_server.internal",
        "https://bücher.example/v1",
        "http://10.0.0.1:1",
    ],
)
def test_an_address_is_taken_without_spaces_around_it_and_slashes_at_its_end(given: str) -> None:
    assert checked_address(f"  {given}/ ") == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "localhost:8000/v1",
        "ftp://there",
        "http://",
        "http://[::1",
        "http://a b",
        "http://127.0.0.1:abc",
        "http://127.0.0.1:99999",
        "http://xn--ü.invalid",
        f"http://{'a' * 300}.example",
    ],
)
def test_what_is_no_address_is_told_with_what_one_looks_like(given: str) -> None:
    with pytest.raises(ConfigError, match="http://localhost:8000/v1"):
        checked_address(given)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("given", ["http://[::1", "http://127.0.0.1:abc", "https://me:hunter2@there.example"])
def test_no_client_is_made_for_an_address_that_cannot_be_used(client: Callable[..., object], given: str) -> None:
    with pytest.raises(ConfigError) as caught:
        client("tiny", "sk-key", given)
    assert "hunter2" not in str(caught.value)


def test_the_host_of_an_address_that_is_none_is_nothing() -> None:
    assert (host_of("http://[::1]:80/v1"), host_of("http://[::1"), host_of("")) == ("::1", "", "")
