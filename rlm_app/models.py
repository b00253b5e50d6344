"""What is known of the model a person picked: by its backend, its name and where it runs, never by a guess."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from rlm_app.backends import Backend
from rlm_app.building import build
from rlm_app.clients.addresses import checked_address, host_of
from rlm_app.clients.presets import resolve
from rlm_app.engine.profiles import SMALL, profile_for
from rlm_app.prices import FREE, PRICE_LIST, ModelInfo, price_table

Own = Mapping[tuple[str, str], ModelInfo]
"""What a person entered, by names of backend and model; it goes before the price list."""

HERE = "runs on your machine"
ENTERED = "entered by you"
MOST_OUTPUT = 32_000
"""Tokens of a reply that nothing of ours needs more of; a model that repeats itself is cut off here."""

USUAL_WINDOW = 128_000
SMALL_WINDOW = 32_000
"""Tokens of a window that nobody stated: of most models, and of small ones on a machine of one's own."""

FULL = 0.85
"""The share of its window at which the root model is made to sum up what its prompt holds."""

NOTHING_ENTERED: Own = MappingProxyType({})
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1|0\.0\.0\.0|host\.docker\.internal")
_DATE = re.compile(r"[-@](20\d\d-?\d\d-?\d\d|latest)\Z")
_ODD = re.compile(
    r"audio|realtime|search|tts|image|live|computer-use|robotics|container|research|lyria|^ft:|[-@]20\d\d"
)
# How the price list writes a vendor's names: what stands before them, and the provider their row must be of.
_VENDORS = {
    "openai": ("", "openai"),
    "anthropic": ("", "anthropic"),
    "gemini": ("gemini/", "gemini"),
    "google": ("gemini/", "gemini"),
    "x-ai": ("xai/", "xai"),
    "azure_openai": ("azure/", "azure"),
    "azure-openai": ("azure/", "azure"),
    "bedrock": ("", "bedrock_converse"),
}
_ROUTERS = frozenset({"openrouter", "portkey", "litellm"})
_ONE_KEY = frozenset({"openai", "anthropic", "gemini", "xai", "mistral", "deepseek", "groq"})


def look_up(backend: Backend, model: str, address: str | None = None, own: Own = NOTHING_ENTERED) -> ModelInfo:
    """Return what is known of a model; what is not known is None.

    `address` is where a person or the environment sends its calls, None for the backend's usual place.
    """
    entered = own.get((backend.name, model))
    if entered is not None:
        return entered
    if backend.client == "offline":
        return ModelInfo(model, FREE, source=HERE)
    if backend.is_server:
        return _on_server(model, address or backend.base_url or "")
    if _goes_elsewhere(backend, address):
        return ModelInfo(model)
    return _listed(backend.name, model)


def offered(backend: Backend, today: dt.date) -> tuple[str, ...]:
    """Return the names of the price list that fit this backend and that a run can use on this day, in order."""
    if backend.name == "litellm":
        return tuple(
            sorted(name for name, row in price_table().items() if row.provider in _ONE_KEY and _usable(name, today))
        )
    prefix, provider = _VENDORS.get(backend.name, ("", ""))
    listed = (name for name, row in price_table().items() if row.provider == provider and _usable(name, today))
    names = (name.removeprefix(prefix) for name in listed if name.startswith(prefix))
    return tuple(sorted(name for name in names if "/" not in name))


def place_of(backend: Backend) -> str:
    """Return the address at which a server of one's own usually answers."""
    return resolve(backend.base_url).base_url


def is_here(address: str) -> bool:
    """Whether an address, or the name of a usual place, is on this machine."""
    return _LOOPBACK.fullmatch(host_of(resolve(address).base_url)) is not None


def address_given(typed: str) -> str:
    """Return an address as a person typed it, ready to be kept, "" for none; raise `ConfigError` when it cannot be one."""
    return checked_address(typed) if typed.strip() else ""


def output_limit(model: ModelInfo) -> int | None:
    """Return how many tokens a reply may have at most where nobody asked for another number; None is unknown."""
    return None if model.max_output is None else min(model.max_output, MOST_OUTPUT)


def window(model: ModelInfo) -> int:
    """Return how many tokens a prompt may have, as known or as is usual for models of this name."""
    if model.context_window is not None:
        return model.context_window
    return SMALL_WINDOW if profile_for(model.name) is SMALL else USUAL_WINDOW


def to_json(own: Own) -> list[dict[str, Any]]:
    """Return what a person entered as values that can be kept."""
    return [
        {
            "backend": backend,
            "model": name,
            **dataclasses.asdict(model.rates),
            "context_window": model.context_window,
            "max_output": model.max_output,
        }
        for (backend, name), model in own.items()
    ]


def from_json(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], ModelInfo]:
    """Return what `to_json` gave, without rows that are none, as a backup from elsewhere may hold them."""
    found = {}
    for row in rows:
        with suppress(KeyError, TypeError, ValueError):
            model = _entered(row)
            found[str(row["backend"]), model.name] = model
    return found


def _entered(row: Mapping[str, Any]) -> ModelInfo:
    model: ModelInfo = build(
        ModelInfo, {**row, "name": row["model"], "rates": row, "source": ENTERED, "long_rates": ()}
    )
    told = (*dataclasses.astuple(model.rates), model.context_window, model.max_output)
    if any(number is not None and number < 0 for number in told):
        raise ValueError("less than nothing")
    return model


def _on_server(model: str, address: str) -> ModelInfo:
    """Return a model of a server of one's own; Ollama passes what ends in "-cloud" on to somebody who asks for money."""
    free = is_here(address) and not model.endswith("-cloud")
    return ModelInfo(model, FREE, source=HERE) if free else ModelInfo(model)


def _goes_elsewhere(backend: Backend, address: str | None) -> bool:
    """Whether calls go to an address whose prices nobody listed; every Azure account has an address of its own."""
    if not address or backend.name == "azure_openai":
        return False
    return address.rstrip("/") not in {backend.base_url, resolve(backend.base_url).base_url}


def _listed(backend: str, model: str) -> ModelInfo:
    for name, provider in _names(backend, model):
        row = price_table().get(name)
        if row is not None and provider in (row.provider, ""):
            exact = name.endswith(model)
            source = PRICE_LIST if exact else f"{PRICE_LIST}, as {row.model.name}"
            return dataclasses.replace(row.model, name=model, source=source)
    return ModelInfo(model)


def _names(backend: str, model: str) -> Iterator[tuple[str, str]]:
    """Yield how the price list may write a name, with the provider the row must be of ("" for any), the likeliest first."""
    if backend == "litellm":
        yield from ((name, "") for name in _spellings(model))
    vendor, name = backend, model
    if backend in _ROUTERS:
        vendor, _, name = model.removeprefix("@").partition("/")
    if vendor in _VENDORS and name:
        prefix, provider = _VENDORS[vendor]
        yield from ((prefix + spelling, provider) for spelling in _spellings(name))


def _spellings(name: str) -> tuple[str, ...]:
    """Return a name as it stands, then as others write it: dashes for dots in Claude's, without date, without owner."""
    first = ":".join(name.split(":")[:2]) if name.startswith("ft:") else name
    dashed = first.replace(".", "-") if first.startswith("claude-") else first
    return tuple(dict.fromkeys((first, dashed, _DATE.sub("", first), _DATE.sub("", dashed))))


def _usable(name: str, today: dt.date) -> bool:
    row = price_table()[name]
    gone = bool(row.model.retires) and row.model.retires <= today.isoformat()
    return row.chats and row.model.rates.known and not gone and not _ODD.search(name)
