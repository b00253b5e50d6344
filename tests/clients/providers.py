"""The hosted providers whose clients the conformance list is run over; a new one joins by adding its line to `HOSTED`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from rlm_app.clients.azure_openai import AzureOpenAIClient
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.portkey import PortkeyClient
from rlm_app.clients.retry import Retry
from rlm_app.protocols import Provider
from tests.servers import openai_server
from tests.servers.site import Dialect, Say, Script, Site

HELLO = (Say(),)
KEY = "sk-secret-0123456789"
QUICK = Retry(tries=3, first=0.01, most=0.02, patience=2.0)
LIGHT, SDK = {"carrier": "light"}, {"carrier": "sdk"}


@dataclass(frozen=True)
class Hosted:
    """A provider: how its server speaks and what it says when something is wrong (one `Say` a name), and its client.

    `base` is put behind the site's address; `slow` is for SDKs whose import takes seconds.
    """

    client: Callable[..., Provider]
    dialect: Dialect
    trouble: Mapping[str, Say]
    base: str = ""
    options: Mapping[str, Any] | None = None
    slow: bool = False

    @contextmanager
    def serving(self, script: Script = HELLO) -> Iterator[Site]:
        """Run a server of the provider."""
        with Site(self.dialect, script) as site:
            yield site

    def make(self, site: Site, **more: Any) -> Provider:
        """Return a client of the server, quick to try again."""
        options = {"options": self.options} if self.options else {}
        return self.client("tiny", KEY, site.url + self.base, **{"retry": QUICK, **options, **more})


_OPENAI = (openai_server.openai, openai_server.TROUBLE)

HOSTED = {
    "openai": Hosted(OpenAIClient, *_OPENAI, base="/v1", options=LIGHT),
    "openai_sdk": Hosted(OpenAIClient, *_OPENAI, base="/v1", options=SDK),
    "azure_openai": Hosted(AzureOpenAIClient, *_OPENAI),
    "portkey": Hosted(PortkeyClient, *_OPENAI, base="/v1", slow=True),
}

PROVIDERS = [
    pytest.param(hosted, id=name, marks=pytest.mark.slow if hosted.slow else ()) for name, hosted in HOSTED.items()
]
