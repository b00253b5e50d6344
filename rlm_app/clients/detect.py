"""Looking for model servers on this machine; done only when a person asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.presets import PRESETS, Preset
from rlm_app.errors import ClientError


@dataclass(frozen=True)
class Found:
    """A server that answers: the name of its preset, its address, and the models it says it has."""

    name: str
    base_url: str
    models: tuple[str, ...]


def detect(presets: Mapping[str, Preset] = PRESETS, seconds: float = 2.0) -> tuple[Found, ...]:
    """Ask at the usual addresses on this machine who answers, all at once; none is waited for longer than `seconds`.

    What answers is known by its address alone: another program may have taken the port of the one that is named.
    """
    local = {name: preset for name, preset in presets.items() if _is_here(preset)}
    with ThreadPoolExecutor(max(1, len(local))) as threads:
        asked = threads.map(lambda name: _ask(name, local[name].base_url, seconds), local)
        return tuple(_answered(asked))


def _ask(name: str, base_url: str, seconds: float) -> Found | None:
    client = OpenAIClient("", None, base_url, Terms(timeout=seconds))
    try:
        return Found(name, base_url, client.models(CancelToken()))
    except ClientError:
        return None
    finally:
        client.close()


def _answered(asked: Iterable[Found | None]) -> Iterable[Found]:
    return (found for found in asked if found is not None)


def _is_here(preset: Preset) -> bool:
    return urlsplit(preset.base_url).hostname in {"localhost", "127.0.0.1"}
