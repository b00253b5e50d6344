"""Names of plug-ins and where their classes live; a class is imported on first use, never before."""

from importlib import import_module
from typing import Any

from rlm_app.errors import ConfigError

CLIENTS = {
    "offline": "rlm_app.clients.offline:OfflineClient",
    "scripted": "rlm_app.clients.scripted:ScriptedClient",
    "openai": "rlm_app.clients.openai:OpenAIClient",
    "anthropic": "rlm_app.clients.anthropic:AnthropicClient",
    "gemini": "rlm_app.clients.gemini:GeminiClient",
    "litellm": "rlm_app.clients.litellm:LiteLLMClient",
    "azure_openai": "rlm_app.clients.azure_openai:AzureOpenAIClient",
    "portkey": "rlm_app.clients.portkey:PortkeyClient",
    "refusing": "rlm_app.clients.refusing:RefusingClient",
}

ENVIRONMENTS = {
    "local": "rlm_app.environments.local:LocalREPL",
    "docker": "rlm_app.environments.docker:DockerREPL",
    "modal": "rlm_app.environments.modal:ModalREPL",
    "prime": "rlm_app.environments.prime:PrimeREPL",
}

MISSING = {
    "docker": "rlm_app.environments.docker:missing",
    "modal": "rlm_app.environments.modal:missing",
    "prime": "rlm_app.environments.prime:missing",
}
"""What says why an environment cannot be used here, with the command that fixes it; one without a line always can."""

SPREADS = {"here": "rlm_app.spread_work:Here", "ray": "rlm_app.spread_ray:RaySpread"}
"""The engines by which the cells of a grid can be carried out elsewhere."""


def find(table: dict[str, str], what: str, name: str) -> Any:
    """Return the class that `name` stands for in `table`; raise `ConfigError` naming what there is."""
    if name not in table:
        raise ConfigError(f"There is no {what} called {name!r}. Known: {', '.join(sorted(table))}.")
    module, _, attribute = table[name].partition(":")
    return getattr(import_module(module), attribute)
