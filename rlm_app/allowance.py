"""What somebody may use of this app right now: of runs and money, by the gate; of storage, by what their workspace has."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rlm_app import lending
from rlm_app.errors import DocumentError
from rlm_app.grids import Store
from rlm_app.quota_checks import check_storage, check_storage_app, check_upload
from rlm_app.quotas import Today
from rlm_app.records import RunSpec
from rlm_app.runs.gate import Gate
from rlm_app.settings import Settings

_MB = 1_000_000


class Allowance:
    """The quotas of one process, and what is used of them. Safe to use from many threads.

    Raises `ConfigError` at once where a setting about the host's keys cannot be used.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        lending.check_settings(settings)
        self._settings = settings
        self._store = store
        self._keepers: weakref.WeakValueDictionary[str, threading.Lock] = weakref.WeakValueDictionary()
        self._keepers_lock = threading.Lock()
        self.quotas = settings.quotas
        self.gate = Gate(settings.quotas, store.ledger, functools.partial(lending.host_pays, settings))

    def today(self, owner: str) -> Today:
        """Return what this person and everybody have used of what is allowed; raise `StoreError`."""
        return self.gate.today(owner)

    def storage(self, owner: str) -> int:
        """Return how many bytes this person's workspace has."""
        return self._store.storage(owner)

    def storage_left(self, owner: str) -> int | None:
        """Return how many bytes this person may still keep; None is no limit."""
        mine, all_ = self.quotas.storage_mb, self.quotas.storage_mb_app
        left = [] if mine is None else [mine * _MB - self.storage(owner)]
        left += [] if all_ is None else [all_ * _MB - self._store.stored()]
        return max(0, min(left)) if left else None

    def host_pays(self, spec: RunSpec, keys: Mapping[str, str]) -> bool:
        """Whether a run with these keys of a person's would be paid by the host."""
        return lending.host_pays(self._settings, spec, keys)

    def cells_at_once(self, most: int) -> int:
        """Return how many cells of a grid may be at work, of `most`: a person can ask something beside their grid."""
        at_once = self.quotas.runs_at_once
        return most if at_once is None else max(1, min(most, at_once - 1))

    def check_file(self, path: Path, name: str, owner: str) -> None:
        """Raise `DocumentError` for a file that is not there, is too large, or for which there is no room."""
        try:
            size = path.stat().st_size
        except OSError as error:
            raise DocumentError(name, f"it cannot be opened ({error.strerror})") from error
        check_upload(self.quotas, name, size)
        self._check(name, size, owner)

    @contextmanager
    def room_for(self, name: str, size: int, owner: str) -> Iterator[None]:
        """Let something of `size` bytes be kept; raise `DocumentError` where there is no room beside what came before it."""
        if self.quotas.storage_mb is None and self.quotas.storage_mb_app is None:
            yield
            return
        with self.keeping(owner):
            self._check(name, size, owner)
            yield

    @contextmanager
    def keeping(self, owner: str) -> Iterator[None]:
        """Let one thing at a time be measured and kept for this owner, so that two do not share the last room."""
        with self._keepers_lock:
            lock = self._keepers.setdefault(owner, threading.Lock())
        with lock:
            yield

    def _check(self, name: str, size: int, owner: str) -> None:
        if self.quotas.storage_mb is not None:
            check_storage(self.quotas, name, self.storage(owner), size)
        if self.quotas.storage_mb_app is not None:
            check_storage_app(self.quotas, name, self._store.stored(), size)
