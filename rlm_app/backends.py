"""The backends a person can pick: what each is called, what it needs, and the models offered first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Backend:
    """A provider as a person picks it.

    `client` is a name of the registry; `base_url` is the usual address, which a person may change where `own_url` is True;
    `key_variable` is the environment variable that holds the key, "" where none is needed. The first of `root_models` and
    `sub_models` is the usual choice; any other name may be typed. `reasons` is False for a finder, which can neither take a
    whole text at once nor follow another system prompt. `brings_code` says that what runs in cells is not written by a model
    but comes with this app or from whoever started it. `other_variables` may hold the key too; a `routes` backend leads to
    many providers, and takes the key of the one that a model's name begins with. `options` are the further settings that
    its client knows.
    """

    name: str
    title: str
    note: str
    client: str
    root_models: tuple[str, ...]
    sub_models: tuple[str, ...]
    key_variable: str = ""
    base_url: str | None = None
    own_url: bool = False
    reasons: bool = True
    brings_code: bool = False
    other_variables: tuple[str, ...] = ()
    routes: bool = False
    options: tuple[str, ...] = ()

    def key_in(self, keys: Mapping[str, str], model: str = "") -> str:
        """Return the key for `model` among those of the environment, which are by variable; "" when there is none."""
        provider = (f"{model.partition('/')[0].upper()}_API_KEY",) if self.routes else ()
        return next(
            (keys[name] for name in (self.key_variable, *self.other_variables, *provider) if keys.get(name)), ""
        )

    @property
    def needs_key(self) -> bool:
        """Whether the provider asks for a key."""
        return bool(self.key_variable)

    @property
    def takes_key(self) -> bool:
        """Whether a key can be given: it needs one, the providers it leads to do, or a server of one's own may."""
        return bool(self.key_variable or self.other_variables or self.routes)

    @property
    def is_server(self) -> bool:
        """Whether it is a server that one may run on one's own machine: it has a usual place there and works without a key."""
        return self.own_url and not self.needs_key and self.base_url is not None


BACKENDS = (
    Backend(
        "offline",
        "Offline: finds and quotes, does not reason",
        "Runs in this app. No key, no network, no cost. It ranks passages for your question and quotes the best.",
        "offline",
        ("offline",),
        ("offline",),
        reasons=False,
        brings_code=True,
    ),
    Backend(
        "openai",
        "OpenAI",
        "Needs a key. Pages of your documents are sent to the provider.",
        "openai",
        ("gpt-6.1-sol", "gpt-6.1-terra", "gpt-4.1"),
        ("gpt-6-luna", "gpt-6.1-terra", "gpt-4.1-mini"),
        key_variable="OPENAI_API_KEY",
    ),
    Backend(
        "anthropic",
        "Anthropic",
        "Needs a key. Pages of your documents are sent to the provider. What a run repeats is read from its prompt cache.",
        "anthropic",
        ("claude-sonnet-5-5", "claude-opus-5-5"),
        ("claude-haiku-5-5",),
        key_variable="ANTHROPIC_API_KEY",
    ),
    Backend(
        "gemini",
        "Google Gemini",
        "Needs a key. Pages of your documents are sent to the provider.",
        "gemini",
        ("gemini-4-argon", "gemini-3.8-flash"),
        ("gemini-3.8-flash", "gemini-3.5-flash-lite"),
        key_variable="GEMINI_API_KEY",
        other_variables=("GOOGLE_API_KEY",),
    ),
    Backend(
        "azure_openai",
        "Azure OpenAI",
        "Needs a key and the address of your resource. A model is named as its deployment is.",
        "azure_openai",
        ("gpt-6.1-sol", "gpt-4.1"),
        ("gpt-6-luna", "gpt-4.1-mini"),
        key_variable="AZURE_OPENAI_API_KEY",
        own_url=True,
        options=("api_version", "headers", "body"),
    ),
    Backend(
        "openrouter",
        "OpenRouter",
        "Needs a key. One account for models of many providers; it states the cost of each call.",
        "openai",
        ("openai/gpt-6.1-sol", "anthropic/claude-sonnet-5.5", "qwen/qwen3-coder"),
        ("openai/gpt-6-luna", "qwen/qwen3-30b-a3b-instruct-2507"),
        key_variable="OPENROUTER_API_KEY",
        base_url="openrouter",
    ),
    Backend(
        "ollama",
        "Ollama on this machine",
        "No key. Documents stay on this machine. Start Ollama and pull a model first.",
        "openai",
        ("qwen3:30b", "gpt-oss:20b"),
        ("qwen3:8b",),
        base_url="ollama",
        own_url=True,
    ),
    Backend(
        "lmstudio",
        "LM Studio on this machine",
        "No key. Documents stay on this machine. Start LM Studio's server first.",
        "openai",
        ("qwen3-30b-a3b",),
        ("qwen3-8b",),
        base_url="lmstudio",
        own_url=True,
    ),
    Backend(
        "llamacpp",
        "llama.cpp on this machine",
        "No key. Documents stay on this machine. Start llama-server with a model first.",
        "openai",
        ("default",),
        ("default",),
        base_url="llamacpp",
        own_url=True,
    ),
    Backend(
        "portkey",
        "Portkey",
        "Needs a key and the extra portkey. One gateway to models of many providers; it keeps its own record of calls.",
        "portkey",
        ("@openai/gpt-6.1-sol", "@anthropic/claude-sonnet-5-5"),
        ("@openai/gpt-6-luna", "@anthropic/claude-haiku-5-5"),
        key_variable="PORTKEY_API_KEY",
        own_url=True,
        options=("virtual_key", "config", "provider", "trace_id", "metadata", "body"),
    ),
    Backend(
        "litellm",
        "LiteLLM",
        "Models of about a hundred providers, named provider/model; each needs its own key. Its first call takes seconds.",
        "litellm",
        (
            "bedrock/anthropic.claude-sonnet-5-5",
            "mistral/mistral-large-latest",
            "groq/openai/gpt-oss-120b",
        ),
        ("mistral/mistral-small-latest", "groq/openai/gpt-oss-20b"),
        own_url=True,
        routes=True,
    ),
    Backend(
        "vllm",
        "vLLM or another compatible server",
        "Any server that speaks OpenAI's chat protocol; give its address, and its key if it asks for one.",
        "openai",
        ("Qwen/Qwen3-30B-A3B-Instruct-2507",),
        ("Qwen/Qwen3-8B",),
        base_url="vllm",
        own_url=True,
        other_variables=("VLLM_API_KEY",),
    ),
)

SCRIPTED = Backend(
    "scripted",
    "Scripted: says what a file tells it to",
    "For demonstrations and tests. It is offered only while RLM_APP_SCRIPT names a script.",
    "scripted",
    ("scripted",),
    ("scripted",),
    brings_code=True,
)
