"""The models a person can pick, what each costs and holds, and what a run with them is likely to use."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence

from rlm_app import models
from rlm_app.backends import Backend
from rlm_app.estimates import Past, past_runs
from rlm_app.prices import ModelInfo
from rlm_app.records import RunStore
from rlm_app.settings import Settings
from rlm_app.types import DocumentInfo

_OWN = "models"
_RUNS = 200


class Catalogue:
    """What is known of models, with what each owner entered themselves; safe to use from many threads."""

    def __init__(self, settings: Settings, store: RunStore) -> None:
        self._settings = settings
        self._store = store
        self._lock = threading.Lock()
        self._entered: dict[str, models.Own] = {}

    def entered(self, owner: str) -> models.Own:
        """Return what this owner entered, by names of backend and model."""
        with self._lock:
            if owner not in self._entered:
                self._entered[owner] = models.from_json(self._store.preference(owner, _OWN) or ())
            return self._entered[owner]

    def enter(self, owner: str, backend: str, model: ModelInfo) -> None:
        """Keep what an owner knows better than the price list, or a model it does not list."""
        self._keep(owner, {**self.entered(owner), (backend, model.name): model})

    def forget(self, owner: str, backend: str, model: str) -> None:
        """Go back to what the price list says of a model."""
        left = dict(self.entered(owner))
        left.pop((backend, model), None)
        self._keep(owner, left)

    def forget_all(self, owner: str) -> None:
        """Go back to the price list for every model of this owner."""
        self._keep(owner, {})

    def info(self, owner: str, backend: Backend, model: str, address: str = "") -> ModelInfo:
        """Return what is known of a model; `address` is the one a person gave for the backend, "" for none."""
        given = address or self._settings.addresses.get(backend.name)
        return models.look_up(backend, model, given, self.entered(owner))

    def offered(self, owner: str, backend: Backend) -> tuple[str, ...]:
        """Return the models to offer: the usual ones first, then those this owner entered, then the price list's."""
        entered = (model for name, model in self.entered(owner) if name == backend.name)
        usual = (*backend.root_models, *backend.sub_models)
        return tuple(dict.fromkeys((*usual, *entered, *models.offered(backend, dt.datetime.now(dt.UTC).date()))))

    def past(self, owner: str, library: Sequence[DocumentInfo]) -> list[Past]:
        """Return the owner's earlier runs that an estimate can be made from, out of the newest."""
        known = {info.sha256: info for info in library}
        return past_runs(self._store.runs(owner, _RUNS), known)

    def _keep(self, owner: str, own: models.Own) -> None:
        self._store.keep_preference(owner, _OWN, models.to_json(own) or None)
        with self._lock:
            self._entered[owner] = own
