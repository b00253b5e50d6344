"""Has runs carried out elsewhere for the manager, and keeps what their workers tell, as soon as they tell it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from rlm_app.backends import Backend
from rlm_app.errors import ConfigError
from rlm_app.protocols import Journal
from rlm_app.records import RunContext
from rlm_app.sources import Sources
from rlm_app.spread import Call, News, Order, Secrets, Spread, Worker, WorkerLost
from rlm_app.trust import CONSENT
from rlm_app.types import Completion

LOOK = 1.0
"""Seconds that a look for a worker's news lasts at the most; what it did since is lost with it."""
_OURS = frozenset({"cookie_secret", "metrics_token", "home", "store"})
"""What the host has set that is none of a worker's business."""


class Spreading:
    """Carries out runs as `Executor` does, by the workers of an engine; `backend` finds a backend by name."""

    def __init__(self, sources: Sources, backend: Callable[[str], Backend], spread: Spread) -> None:
        self._settings = sources.settings
        self._store = sources.store
        self._document = sources.document
        self._entered = sources.entered
        self._backend = backend
        self._spread = spread

    def __call__(self, context: RunContext) -> None:
        """Have one run carried out; raise `WorkerLost` when its worker is gone, `ConfigError` when it could not start."""
        worker = self._spread.begin(self._order(context), self._secrets(context))
        forget = context.cancel.on_cancel(worker.stop)
        try:
            news = self._follow(context, worker)
        except WorkerLost:
            context.meter.add(None)  # what it paid for last was not told
            raise
        finally:
            forget()
            worker.close()
        context.meter.add(news.cut)
        if news.problem:
            raise ConfigError(news.problem)

    def _follow(self, context: RunContext, worker: Worker) -> News:
        """Keep what the worker tells until it is over; return its last news."""
        journal = self._store.journal(context.run_id)
        while True:
            news = worker.news(LOOK)
            for call in news.calls:
                _keep(call, journal, context)
            if news.calls:
                journal.settle()
            for event in news.events:
                context.sink(event)
            if news.over:
                return news

    def _order(self, context: RunContext) -> Order:
        spec, owner = context.spec, context.owner
        parent = self._store.run(spec.parent, owner) if spec.parent else None
        resumed = context.resumed
        return Order(
            context.run_id,
            owner,
            spec,
            tuple(self._document(sha256, owner) for sha256 in spec.documents),
            dataclasses.replace(self._settings, keys={}, in_secrets=frozenset(), said=self._said()),
            self._entered(owner),
            consented=bool(self._store.preference(owner, CONSENT)),
            events=tuple(self._store.events(context.run_id, owner)) if resumed else (),
            replies=tuple(self._replies(context)) if resumed else (),
            parent=parent,
            inherited=tuple(self._store.events(parent.id, owner)) if parent else (),
            resumed=resumed,
            strict=context.strict,
            seconds_used=context.seconds_used,
            most=context.meter.most,
        )

    def _secrets(self, context: RunContext) -> Secrets:
        """Return the keys of the run's own backend, and no other."""
        backend = self._backend(context.spec.backend)
        names = {name for name in self._settings.keys if backend.key_in({name: "x"}, context.spec.root_model)}
        typed = {name: key for name, key in context.keys.items() if name == backend.name}
        return Secrets(typed, {name: self._settings.keys[name] for name in names})

    def _said(self) -> dict[str, str]:
        return {name: value for name, value in self._settings.said.items() if name not in _OURS}

    def _replies(self, context: RunContext) -> list[Call]:
        from rlm_app.store.codec import unpack

        rows = self._store.journal_rows(context.run_id, context.owner)
        return [
            Call(row.key, row.occurrence, row.state, completion=unpack(Completion, row.value))
            for row in rows
            if row.state == "finished"
        ]


def _keep(call: Call, journal: Journal, context: RunContext) -> None:
    if call.completion is not None:
        journal.finished(call.key, call.occurrence, call.completion)
        context.meter.add(call.completion.usage.cost)
    elif call.state == "started":
        journal.started(call.key, call.occurrence, call.call_id)
    else:
        journal.failed(call.key, call.occurrence, call.reason)
