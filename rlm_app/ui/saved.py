"""What the provider's cache saved in a run; a pure function, and what it needs to know of the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.prices import ModelInfo
from rlm_app.records import RunRecord
from rlm_app.types import Usage
from rlm_app.ui import choice, words


def sentence(app: App, record: RunRecord, trajectory: Trajectory) -> str:
    """Return how many tokens of a run came from the cache and what that saved, "" when there were none."""
    backend = choice.named(app, record.spec.backend)
    address = str(record.spec.options.get("base_url", ""))
    if backend.name != record.spec.backend:
        return told(trajectory.usage_by_model, ModelInfo)
    return told(trajectory.usage_by_model, lambda model: app.catalogue.info(record.owner, backend, model, address))


def told(usage: Mapping[str, Usage], info: Callable[[str], ModelInfo]) -> str:
    """Return the sentence for what each model used; money only where every price that matters is known."""
    cached = {model: used for model, used in usage.items() if used.cached_tokens or used.cache_write_tokens}
    read = sum(used.cached_tokens or 0 for used in cached.values())
    if not read:
        return ""
    saved = [info(model).saved(used) for model, used in cached.items()]
    known = [amount for amount in saved if amount is not None]
    money = ""
    if len(known) == len(saved) and sum(known) > 0:
        money = f", saved {words.money(sum(known))}"
    return f"{words.short(read)} tokens from the cache{money}"
