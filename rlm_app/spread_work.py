"""What a worker does: carries out one run in a store of its own memory, and tells what it did."""

from __future__ import annotations

import dataclasses
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rlm_app.cancel import CancelToken
from rlm_app.engine.runtime import ignore_signal
from rlm_app.errors import DocumentError, RLMError
from rlm_app.events import Event
from rlm_app.executor import Executor
from rlm_app.meter import Meter
from rlm_app.records import RunContext, RunRecord
from rlm_app.sources import Sources
from rlm_app.spread import Call, News, Order, Secrets
from rlm_app.trust import CONSENT
from rlm_app.types import Completion, Document, RunState


class Told:
    """What is waiting to be told, from any thread; also the journal of the run: it knows the replies that were there before."""

    def __init__(self, replies: tuple[Call, ...]) -> None:
        self._replies = {(call.key, call.occurrence): call.completion for call in replies}
        self._calls: list[Call] = []
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._over = False
        self._problem = ""
        self._paid = 0.0
        self._cut: float | None = 0.0

    def event(self, event: Event) -> None:
        """Take an event."""
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()

    def end(self, meter: Meter, problem: str = "") -> None:
        """Say that nothing more comes, and why if no event does; `meter` has counted what no reply tells, too."""
        with self._changed:
            self._over, self._problem, self._cut = True, problem, meter.beside(self._paid)
            self._changed.notify_all()

    def news(self, seconds: float) -> News:
        """Wait up to so many seconds for something to tell, and return it."""
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._events or self._over, seconds)
            news = News(tuple(self._calls), tuple(self._events), self._over, self._problem, self._cut)
            self._calls, self._events = [], []
            return news

    def reply(self, key: str, occurrence: int) -> Completion | None:
        """Return the reply that is on record of this call, or None."""
        with self._changed:
            return self._replies.get((key, occurrence))

    def started(self, key: str, occurrence: int, call_id: str) -> None:
        """Tell that a call is about to be sent."""
        self._call(Call(key, occurrence, "started", call_id))

    def finished(self, key: str, occurrence: int, completion: Completion) -> None:
        """Tell the reply."""
        self._call(Call(key, occurrence, "finished", completion=completion))

    def failed(self, key: str, occurrence: int, reason: str) -> None:
        """Tell that a call failed."""
        self._call(Call(key, occurrence, "failed", reason=reason))

    def settle(self) -> None:
        """Return at once: whoever is told keeps it, and that is not waited for."""

    def counts(self) -> tuple[int, int]:
        """Return how many calls have a reply on record; how many were sent is known where they are kept."""
        with self._changed:
            return len(self._replies), len(self._replies)

    def _call(self, call: Call) -> None:
        with self._changed:
            if call.completion is not None:
                self._replies[call.key, call.occurrence] = call.completion
                self._paid += call.completion.usage.cost or 0.0
            self._calls.append(call)
            self._changed.notify_all()


class Work:
    """A worker in this process: one run on a thread of its own."""

    def __init__(self, order: Order, secrets: Secrets) -> None:
        self._told = Told(order.replies)
        self._cancel = CancelToken()
        threading.Thread(target=self._work, args=(order, secrets), name=f"work-{order.run_id[:8]}", daemon=True).start()

    def news(self, seconds: float) -> News:
        """Wait up to so many seconds for something new, and return it."""
        return self._told.news(seconds)

    def stop(self) -> None:
        """Ask the run to stop."""
        self._cancel.cancel()

    def close(self) -> None:
        """Stop the run if it is not over."""
        self._cancel.cancel()

    def _work(self, order: Order, secrets: Secrets) -> None:
        meter = Meter(order.most)
        try:
            carry_out(order, secrets, meter, self._told, self._cancel)
        except RLMError as error:
            self._told.end(meter, str(error))
        except Exception as error:  # noqa: BLE001 - whoever waits for news must learn that there will be none
            self._told.end(meter, f"Something broke in the worker: {type(error).__name__}. What it had told is kept.")
        else:
            self._told.end(meter)


class Here:
    """Workers in this very process: what every engine has to do, without one."""

    def begin(self, order: Order, secrets: Secrets) -> Work:
        """Begin to carry out a run on a thread."""
        return Work(order, secrets)

    def close(self) -> None:
        """There is nothing to let go of."""


def carry_out(order: Order, secrets: Secrets, meter: Meter, told: Told, cancel: CancelToken) -> None:
    """Carry out a run to its end; raise `RLMError` when it cannot start."""
    from rlm_app.store.duckdb_store import DuckDBStore

    home = Path(tempfile.gettempdir(), "rlm-worker")
    settings = dataclasses.replace(order.settings, home=home, keys=secrets.host)
    store = DuckDBStore(":memory:")
    try:
        own = RunRecord(order.run_id, order.owner, order.spec, RunState.RUNNING, "worker", time.time())
        store.take_in(own, order.events, ())
        if order.parent is not None:
            store.take_in(order.parent, order.inherited, ())
        store.keep_preference(order.owner, CONSENT, order.consented or None)
        executor = Executor(Sources(settings, store, _shelf(order), lambda _: order.own))
        context = RunContext(
            order.run_id,
            order.owner,
            order.spec,
            secrets.typed,
            told.event,
            ignore_signal,
            cancel,
            resumed=order.resumed,
            strict=order.strict,
            seconds_used=order.seconds_used,
            meter=meter,
        )
        executor.carry_out(context, told)
    finally:
        store.close()


def _shelf(order: Order) -> Callable[[str, str], Document]:
    documents = {document.info.sha256: document for document in order.documents}

    def find(sha256: str, _: str) -> Document:
        if sha256 not in documents:
            raise DocumentError(sha256[:12], "the worker was not given this document")
        return documents[sha256]

    return find
