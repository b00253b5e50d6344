"""The one gate before every model call of a run."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from rlm_app.cancel import CancelToken
from rlm_app.engine.budget import Budget
from rlm_app.engine.journal import Occurrences, call_key
from rlm_app.engine.waits import Waits
from rlm_app.errors import Cancelled, RLMError
from rlm_app.protocols import Client, Journal, OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request


@dataclass(frozen=True)
class Models:
    """Which client serves which call: `root` at depth 0, `sub` everywhere below it unless a depth or a name says else."""

    root: Client
    sub: Client
    by_depth: Mapping[int, Client] = field(default_factory=dict)
    named: Mapping[str, Client] = field(default_factory=dict)

    def at(self, depth: int) -> Client:
        """Return the client that serves calls at this depth."""
        return self.by_depth.get(depth, self.root if depth == 0 else self.sub)


class LMHandler:
    """Lets a model call through: not cancelled, not paid for already, within the limits; and keeps its reply first.

    At most `limits.concurrency` calls are under way at once over the whole tree.
    """

    def __init__(self, models: Models, budget: Budget, journal: Journal, cancel: CancelToken) -> None:
        self.models = models
        self.budget = budget
        self.cancel = cancel
        self.waits = Waits()
        self._journal = journal
        self._occurrences = Occurrences()
        self._slots = threading.BoundedSemaphore(max(1, budget.limits.concurrency))

    def call(
        self,
        client: Client,
        request: Request,
        *,
        role: str,
        call_id: str,
        closing: bool = False,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the reply to `request`, from the journal or from the client.

        Raises `Cancelled`, `LimitReached`, or the client's `ClientError`; nothing is sent then.
        """
        key = call_key(role, client.model, request)
        occurrence = self._occurrences.next(key)
        with self._slots:
            self._stop_if_cancelled()
            recorded = self._journal.reply(key, occurrence)
            if recorded is not None:
                self.budget.admit_recorded(subcall=role != "root")
                self.budget.charge(recorded.usage)
                return dataclasses.replace(recorded, replayed=True)
            self.budget.admit(subcall=role != "root", closing=closing)
            usage = None
            try:
                completion = self._send(client, request, key, occurrence, call_id, on_text, on_wait)
                usage = completion.usage
            finally:
                self.budget.settle(usage, subcall=role != "root")
            return completion

    def settle(self) -> None:
        """Return when the replies handed out so far are on disk; called before anything that follows from them leaves."""
        self._journal.settle()

    def pass_over(self, client: Client, request: Request, role: str) -> None:
        """Count a call whose reply is known from the record of the run, as if it had come by here."""
        self._occurrences.next(call_key(role, client.model, request))
        self.budget.admit_recorded(subcall=role != "root")

    def _send(
        self,
        client: Client,
        request: Request,
        key: str,
        occurrence: int,
        call_id: str,
        on_text: OnText,
        on_wait: OnWait,
    ) -> Completion:
        self._journal.started(key, occurrence, call_id)
        try:
            completion = client.completion(request, self.cancel, on_text, on_wait)
        except RLMError as error:
            self._journal.failed(key, occurrence, str(error))
            raise
        self._journal.finished(key, occurrence, completion)
        return completion

    def _stop_if_cancelled(self) -> None:
        if self.cancel.cancelled:
            raise Cancelled("The run was stopped before this call was sent.")
