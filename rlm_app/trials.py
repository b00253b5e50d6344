"""Asking a provider what it has, as a test of key and address: on a thread of its own, and with an end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from rlm_app import lending
from rlm_app.assemble import make_client
from rlm_app.backends import SCRIPTED, Backend
from rlm_app.cancel import CancelToken
from rlm_app.clients.detect import Found, detect
from rlm_app.errors import RLMError
from rlm_app.logs import tell_fault
from rlm_app.protocols import Provider
from rlm_app.records import RunSpec
from rlm_app.settings import Settings

__all__ = ["PATIENCE", "Found", "Outcome", "Trial", "can_be_tried", "models_of", "servers_here"]

PATIENCE = 15.0
"""Seconds that a provider has to answer."""


_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """How a trial ended: what was found after so many seconds, or `problem`, a sentence that says why nothing was."""

    seconds: float
    found: tuple[T, ...] = ()
    problem: str = ""


class Trial(Generic[T]):
    """One question to a provider; `outcome` may be asked for from any thread, and is there after `patience` seconds."""

    def __init__(self, ask: Callable[[CancelToken], tuple[T, ...]], patience: float = PATIENCE) -> None:
        self._ask: Callable[[CancelToken], tuple[T, ...]] | None = ask
        self._patience = patience
        self._cancel = CancelToken()
        self._began = time.monotonic()
        self._done = threading.Event()
        self._outcome: Outcome[T] | None = None
        threading.Thread(target=self._run, name="trial", daemon=True).start()

    @property
    def outcome(self) -> Outcome[T] | None:
        """How it ended, None while the provider may still answer."""
        if self._outcome is None and time.monotonic() - self._began > self._patience:
            self._end(Outcome(self._patience, problem=f"There was no answer within {self._patience:g} s. {_CHECK}"))
            self._cancel.cancel()
        return self._outcome

    def wait(self, seconds: float) -> Outcome[T] | None:
        """Wait at most so long for the outcome, and return it."""
        self._done.wait(seconds)
        return self.outcome

    def _run(self) -> None:
        ask, self._ask = self._ask, None  # it holds the key, which is not kept longer than the question takes
        try:
            found = ask(self._cancel) if ask else ()
        except RLMError as error:
            self._end(Outcome(time.monotonic() - self._began, problem=str(error)))
        except Exception as error:  # noqa: BLE001 - whoever waits is told of a fault of ours too, and not by silence
            self._end(Outcome(time.monotonic() - self._began, problem=_fault(error)))
        else:
            self._end(Outcome(time.monotonic() - self._began, found))

    def _end(self, outcome: Outcome[T]) -> None:
        if self._outcome is None:
            self._outcome = outcome
        self._done.set()


def _fault(error: Exception) -> str:
    tell_fault(_log, "a test of a provider", error)
    return (
        f"The test broke off with a fault of this app ({type(error).__name__}); its log says where. "
        "Check the address and the options, or pick another backend."
    )


_CHECK = "Check the address and the connection, and try again."


def can_be_tried(backend: Backend) -> bool:
    """Whether there is a provider to ask: the finder and the script are part of the app."""
    return backend.reasons and backend != SCRIPTED


def servers_here() -> Trial[Found]:
    """Begin to ask at the usual places on this machine which servers answer, and with which models."""
    return Trial(lambda cancel: detect())


def models_of(
    settings: Settings, backend: Backend, options: Mapping[str, str], keys: Mapping[str, str], cancel: CancelToken
) -> tuple[str, ...]:
    """Return the models a provider offers to this key; raise `ConfigError` or `ClientError` with a sentence.

    `options` are those of a run, as its `base_url`.
    """
    model = lending.model_to_try(settings, backend, options, keys)
    spec = RunSpec("", (), backend.name, model, model, options=dict(options))
    asks_host = settings.shared and lending.host_pays(settings, spec, keys)
    provider = cast(Provider, make_client(settings, spec, model, keys))
    try:
        found = provider.models(cancel)
        return lending.lent_of(settings, backend, found) if asks_host else found
    finally:
        provider.close()
