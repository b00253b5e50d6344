"""Whose key pays for a run, and what a shared app lends of its host's keys: backends, models, and nothing without a word."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping

from rlm_app.backends import BACKENDS, SCRIPTED, Backend
from rlm_app.errors import ConfigError
from rlm_app.models import look_up
from rlm_app.records import RunSpec
from rlm_app.settings import Settings

PLACES = frozenset(("modal", "prime"))
"""Environments whose service asks the host for money."""

_ALL = frozenset({"1", "true", "yes", "on"})
_NOTHING = frozenset({"", "0", "false", "no", "off"})
# Providers of LiteLLM that a key alone opens. Others, as the large clouds, may use the machine's own account beside it.
_BY_KEY = frozenset(
    (
        *("ai21", "anthropic", "cerebras", "cohere", "cohere_chat", "deepinfra", "deepseek", "fireworks_ai", "gemini"),
        *("groq", "mistral", "moonshot", "novita", "nvidia_nim", "openai", "openrouter", "perplexity", "sambanova"),
        *("together_ai", "xai", "zai"),
    )
)


def lends(settings: Settings, backend: Backend, model: str = "") -> bool:
    """Whether the host's key of a backend, if there is one, may be used; for `model`, if one is named.

    In an app of one person the host is that person. A shared app lends what RLM_APP_HOST_KEYS and RLM_APP_HOST_MODELS name.
    """
    if not settings.shared:
        return True
    if backend.name not in _named_by_host(settings):
        return False
    named = tuple(_listed(settings.said.get("host_models", "")))
    offered = named or (*backend.root_models, *backend.sub_models)
    return not model or any(fnmatch.fnmatchcase(model, each) for each in offered)


def key_for(settings: Settings, backend: Backend, model: str) -> str:
    """Return the host's key for a model, "" where there is none or it is not lent."""
    return backend.key_in(settings.keys, model) if lends(settings, backend, model) else ""


def host_pays(settings: Settings, spec: RunSpec, keys: Mapping[str, str]) -> bool:
    """Whether calls of a run go out with a key, or an account, of the host's."""
    backend = _named(settings, spec.backend)
    if backend is None or not backend.takes_key or keys.get(backend.name):
        return False
    if settings.shared and spec.options.get("base_url"):
        return False
    models = _models(spec)
    return any(lends(settings, backend, each) and _has(settings, backend, each) for each in models)


def check(settings: Settings, spec: RunSpec, keys: Mapping[str, str]) -> None:
    """Raise `ConfigError` for an order of a shared app that would use what the host does not lend, or cannot bound."""
    backend = _named(settings, spec.backend)
    if backend is None or not settings.shared or not backend.takes_key:
        return
    if spec.options.get("base_url"):  # no key of the host's goes there, and the guard knows where a visitor may lead us
        return
    if keys.get(backend.name):
        _check_own(backend, spec)
    else:
        _check_lent(settings, backend, spec)


def model_to_try(settings: Settings, backend: Backend, options: Mapping[str, str], keys: Mapping[str, str]) -> str:
    """Return a model with which a provider can be asked what it has, the usual one where none may be used."""
    named = (each for each in _listed(settings.said.get("host_models", "")) if not set(each) & set("*?["))
    offered = (*backend.root_models, *backend.sub_models, *named)
    for model in offered:
        try:
            check(settings, RunSpec("", (), backend.name, model, model, options=dict(options)), keys)
        except ConfigError:
            continue
        return model
    return offered[0]


def lent_of(settings: Settings, backend: Backend, models: Iterable[str]) -> tuple[str, ...]:
    """Return of the models that a provider names to the host's key those that it is lent for."""
    return tuple(model for model in models if lends(settings, backend, model))


def no_key(settings: Settings, backend: Backend) -> str:
    """Return what to say where a backend needs a key and none is there."""
    if settings.shared:
        return f"{backend.title} needs a key of your own here: enter one in Settings. It is kept for this session only."
    return f"{backend.title} needs a key: set {backend.key_variable}, or enter one under Settings."


def lent_place(settings: Settings, environment: str) -> str:
    """Return an environment's name; raise `ConfigError` where a shared app would use an account that its host does not lend."""
    if settings.shared and environment in PLACES and environment not in _named_by_host(settings):
        raise ConfigError(
            f'The environment "{environment}" is paid by the host of this app, who does not lend it to visitors. Pick another '
            "one under *Backend and limits*."
        )
    return environment


def check_settings(settings: Settings) -> None:
    """Raise `ConfigError` where RLM_APP_HOST_KEYS names a backend there is not."""
    _named_by_host(settings)


def _check_own(backend: Backend, spec: RunSpec) -> None:
    """Raise for a model that could be paid from the machine's account although a person gave a key."""
    for model in _models(spec) if backend.client == "litellm" else ():
        provider = model.partition("/")[0]
        if provider not in _BY_KEY:
            raise ConfigError(
                f'In a shared app LiteLLM is asked for models of providers that a key alone opens; "{model}" names none of '
                f"them. Name the provider first, as in groq/…; there are {', '.join(sorted(_BY_KEY))}."
            )


def _check_lent(settings: Settings, backend: Backend, spec: RunSpec) -> None:
    if not lends(settings, backend):
        if backend.needs_key or backend.routes:
            raise ConfigError(no_key(settings, backend))
        return
    for model in _models(spec):
        if not lends(settings, backend, model):
            raise ConfigError(
                f"With its own key this app offers no {model} of {backend.title}. Pick another model, or enter a key of your "
                "own in Settings."
            )
        limited = settings.quotas.money_a_day is not None or settings.quotas.money_a_day_app is not None
        address = settings.addresses.get(backend.name)
        if limited and (backend.needs_key or backend.routes) and not look_up(backend, model, address).rates.known:
            raise ConfigError(
                f"Nobody here knows what {model} of {backend.title} costs, so the host's limit on money could not hold it. "
                "Pick another model, or enter a key of your own in Settings."
            )


def _has(settings: Settings, backend: Backend, model: str) -> bool:
    """Whether the host has what a backend needs: its key, or for LiteLLM whatever account the machine holds."""
    return bool(backend.key_in(settings.keys, model)) or (settings.shared and backend.client == "litellm")


def _named_by_host(settings: Settings) -> frozenset[str]:
    said = settings.said.get("host_keys", "").strip()
    known = {*(backend.name for backend in BACKENDS if backend.takes_key), *PLACES}
    if said.lower() in _NOTHING:
        return frozenset()
    if said.lower() in _ALL:
        return frozenset(known)
    named = frozenset(_listed(said))
    if unknown := sorted(named - known):
        raise ConfigError(
            f"RLM_APP_HOST_KEYS names {', '.join(unknown)}, which is no backend with a key and no paid environment. Set it to "
            f"true for all, or to some of {', '.join(sorted(known))}."
        )
    return named


def _named(settings: Settings, name: str) -> Backend | None:
    return next((backend for backend in (*BACKENDS, SCRIPTED) if backend.name == name), None)


def _models(spec: RunSpec) -> tuple[str, ...]:
    return (spec.root_model, spec.sub_model, *spec.depth_models)


def _listed(text: str) -> Iterable[str]:
    return (each.strip() for each in text.split(",") if each.strip())
