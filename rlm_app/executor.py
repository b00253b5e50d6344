"""Puts one run together: clients, environment, documents, replay, and the loop; and carries it out."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

from rlm_app.assemble import environment_for, make_client, window_of
from rlm_app.cancel import CancelToken
from rlm_app.clients.pool import Pools
from rlm_app.engine.budget import Budget
from rlm_app.engine.citing import Citer
from rlm_app.engine.direct import Direct
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.replay import Replay
from rlm_app.engine.rlm import RLM
from rlm_app.engine.runtime import Runtime, ignore_signal
from rlm_app.engine.session import Job, run_job
from rlm_app.errors import Cancelled, ClientError, ReplayDiverged, REPLError
from rlm_app.models import FULL
from rlm_app.protocols import EventSink, Journal, QuoteJudge
from rlm_app.records import RunContext, RunRecord, RunSpec
from rlm_app.registry import CLIENTS, find
from rlm_app.sources import Sources
from rlm_app.types import Completion


class Executor:
    """Carries out runs for the manager."""

    def __init__(self, sources: Sources) -> None:
        self._settings = sources.settings
        self._store = sources.store
        self._document = sources.document
        self._entered = sources.entered

    def __call__(self, context: RunContext) -> None:
        """Carry out one run; its last event says how it ended."""
        self.carry_out(context, self._store.journal(context.run_id))

    def carry_out(self, context: RunContext, journal: Journal) -> None:
        """Carry out one run whose calls a journal of the caller's remembers."""
        spec = context.spec
        pools, own = Pools(spec.limits.concurrency), self._entered(context.owner)
        models = (spec.root_model, spec.sub_model, *spec.depth_models)
        meter = context.meter
        clients = [make_client(self._settings, spec, model, context.keys, pools, own, meter) for model in models]
        root, sub, *deeper = clients
        try:
            self._run(context, Models(root, sub, dict(enumerate(deeper, start=2))), journal)
        except (Cancelled, ClientError, REPLError, ReplayDiverged):
            pass  # the last event tells it already, with the draft as it stood
        finally:
            for client in clients:
                client.close()
            pools.close()

    def replay(self, record: RunRecord, sink: EventSink, cancel: CancelToken) -> Completion:
        """Go through a recorded run again with no way to reach a model; `sink` gets every event anew.

        Raises `ReplayDiverged` when a cell prints something else than it did, `ClientError` where the record ends.
        """
        refusing: Any = find(CLIENTS, "client", "refusing")
        spec = dataclasses.replace(record.spec, parent=record.id, until=sys.maxsize)
        context = RunContext(record.id, record.owner, spec, {}, sink, ignore_signal, cancel)
        models = Models(refusing(spec.root_model), refusing(spec.sub_model))
        return self._run(context, models, MemoryJournal())

    def _run(self, context: RunContext, models: Models, journal: Journal) -> Completion:
        spec = context.spec
        parent = self._store.run(spec.parent, context.owner) if spec.parent else None
        replay = self._replay(context, parent)
        limits = dataclasses.replace(spec.limits, iterations=_turns(spec, replay))
        job, verifier = self._job(context, parent)
        runtime = Runtime(
            LMHandler(
                models, Budget(limits, seconds_used=context.seconds_used, meter=context.meter), journal, context.cancel
            ),
            Recorder(context.run_id, context.sink, replay=replay),
            environment_for(self._settings, self._store, spec, context.owner),
            signals=context.signals,
            steering=context.steering,
            system_prompt=spec.system_prompt,
            citer=Citer(verifier) if spec.documents else None,
            compact_at=int(FULL * window_of(self._settings, spec, self._entered(context.owner))),
        )
        return run_job(runtime, job, Direct(runtime) if spec.mode == "direct" else RLM(runtime))

    def _job(self, context: RunContext, parent: RunRecord | None) -> tuple[Job, QuoteJudge]:
        """Return what the run is about, and who judges what its cells cite."""
        from rlm_app.documents.library import repl_view
        from rlm_app.evidence.answer import AnswerVerifier
        from rlm_app.evidence.claims import claims_of

        spec = context.spec
        documents = [self._document(sha256, context.owner) for sha256 in spec.documents]
        value, view = repl_view(documents)
        follows = parent is not None and spec.until is None
        verifier = AnswerVerifier(documents)
        job = Job(
            value,
            parent.spec.question if follows and parent else spec.question,
            documents=tuple(document.info for document in documents),
            view=view,
            backend=spec.backend,
            verifier=verifier,
            follow_up=spec.question if follows else None,
            claims=claims_of if spec.support else None,
        )
        return job, verifier

    def _replay(self, context: RunContext, parent: RunRecord | None) -> Replay:
        """Return what is known already: this run's own events when it is resumed, its parent's when it goes on from one."""
        spec = context.spec
        own = self._store.events(context.run_id, context.owner) if context.resumed else []
        inherited = self._store.events(parent.id, parent.owner) if parent else []
        return Replay(own, inherited, until=spec.until, strict=context.strict)


def _turns(spec: RunSpec, replay: Replay) -> int:
    """Return the turn limit; turns that another run took do not count against a follow-up, nor recorded ones against it."""
    before = replay.inherited_turns if spec.parent and spec.until is None else 0
    return max(spec.limits.iterations + before, replay.last_turn)
