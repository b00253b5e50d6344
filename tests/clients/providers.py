"""The hosted providers whose clients the conformance list is run over; a new one joins by adding its line to `HOSTED`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from rlm_app.clients.anthropic import AnthropicClient
from rlm_app.clients.azure_openai import AzureOpenAIClient
from rlm_app.clients.gemini import GeminiClient
from rlm_app.clients.hosted import Terms
from rlm_app.clients.litellm import LiteLLMClient
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.portkey import PortkeyClient
from rlm_app.clients.retry import Retry
from rlm_app.protocols import Provider
from tests.servers import anthropic_server, gemini_server, openai_server
from tests.servers.site import Dialect, Say, Script, Site

HELLO = (Say(),)
KEY = "sk-secret-0123456789"
QUICK = Retry(tries=3, first=0.01, most=0.02, patience=2.0)
LIGHT, SDK = {"carrier": "light"}, {"carrier": "sdk"}


@dataclass(frozen=True)
class Hosted:
    """A provider: how its server speaks and what it says when something is wrong (one `Say` a name), and its client.

    `base` is put behind the site's address; `slow` is for SDKs whose import takes seconds. `ends` are the ways in which the
    provider says that a reply ended other than of itself.
    """

    client: Callable[..., Provider]
    dialect: Dialect
    trouble: Mapping[str, Say]
    base: str = ""
    options: Mapping[str, Any] | None = None
    slow: bool = False
    ends: tuple[str, ...] = ("length", "filter", "refusal")

    @contextmanager
    def serving(self, script: Script = HELLO) -> Iterator[Site]:
        """Run a server of the provider."""
        with Site(self.dialect, script) as site:
            yield site

    def make(self, site: Site, **more: Any) -> Provider:
        """Return a client of the server, quick to try again."""
        options = {"options": self.options} if self.options else {}
        return self.client("tiny", KEY, site.url + self.base, Terms(**{"retry": QUICK, **options, **more}))


_OPENAI = (openai_server.openai, openai_server.TROUBLE)
_ANTHROPIC = (anthropic_server.anthropic, anthropic_server.TROUBLE)
_GEMINI = (gemini_server.gemini, gemini_server.TROUBLE)
_AS_ANTHROPIC = {"body": {"custom_llm_provider": "anthropic"}}

HOSTED = {
    "openai": Hosted(OpenAIClient, *_OPENAI, base="/v1", options=LIGHT),
    "openai_sdk": Hosted(OpenAIClient, *_OPENAI, base="/v1", options=SDK),
    "azure_openai": Hosted(AzureOpenAIClient, *_OPENAI),
    "portkey": Hosted(PortkeyClient, *_OPENAI, base="/v1", slow=True),
    "anthropic": Hosted(AnthropicClient, *_ANTHROPIC, ends=("length", "refusal")),
    "gemini": Hosted(GeminiClient, *_GEMINI, ends=("length", "filter")),
    "litellm": Hosted(LiteLLMClient, *_ANTHROPIC, options=_AS_ANTHROPIC, slow=True, ends=("length",)),
}

# LiteLLM imports parts of itself in the middle of a call and swallows what that raises: its warnings must not be errors.
_SLOW = (pytest.mark.slow, pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"))

PROVIDERS = [pytest.param(hosted, id=name, marks=_SLOW if hosted.slow else ()) for name, hosted in HOSTED.items()]
