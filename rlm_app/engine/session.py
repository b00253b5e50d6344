"""One run from its first event to its last: start, loop, citations, end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from rlm_app.citations import Citation
from rlm_app.engine import prompts
from rlm_app.engine.citing import UNKNOWN
from rlm_app.engine.direct import Direct
from rlm_app.engine.recorder import Place
from rlm_app.engine.rlm import RLM, UNFINISHED, Task
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.supporting import judge_claims
from rlm_app.errors import Cancelled, ClientError, ReplayDiverged, REPLError
from rlm_app.events import Cited, Noticed, RunFinished, RunStarted
from rlm_app.proofs import Claim
from rlm_app.protocols import Verifier
from rlm_app.types import Completion, DocumentInfo, Stop

FindClaims = Callable[[str, Sequence[Citation]], Sequence[Claim]]
"""Finds the claims of an answer, given its citations."""


def no_verifier(answer: str) -> tuple[Citation, ...]:
    """Judge no quotation, for runs without documents."""
    return ()


@dataclass(frozen=True)
class Job:
    """What a run is about: the question, the data, and who judges the quotations of the answer.

    With `claims`, which finds them in an answer, a sub-model judges whether each is borne out by its quotations.
    """

    context: object
    question: str | None = None
    documents: tuple[DocumentInfo, ...] = ()
    view: Sequence[Mapping[str, Any]] = ()
    variables: Mapping[str, object] = field(default_factory=dict)
    backend: str = ""
    verifier: Verifier = no_verifier
    follow_up: str | None = None
    claims: FindClaims | None = None


def run_job(runtime: Runtime, job: Job, rlm: RLM | Direct | None = None) -> Completion:
    """Run a job and record all of it; return the answer with its `stop`.

    `rlm` carries it out, by default a new RLM. `ClientError`, `REPLError`, `ReplayDiverged` and `Cancelled` are raised after
    `RunFinished` was recorded with the draft as it stood.
    """
    root = Place()
    models = runtime.handler.models
    runtime.recorder.emit(
        RunStarted,
        root,
        question=job.follow_up or job.question or "",
        backend=job.backend,
        root_model=models.root.model,
        sub_model=models.sub.model,
        environment=runtime.environment.name,
        documents=job.documents,
        limits=runtime.handler.budget.limits,
    )
    rlm = RLM(runtime) if rlm is None else rlm
    try:
        completion = rlm.run(Task(job.context, job.question, job.view, job.variables, job.follow_up))
    except Cancelled:
        _finish(runtime, job, rlm.draft, Stop.CANCELLED, None)
        raise
    except (ClientError, REPLError, ReplayDiverged) as error:
        _finish(runtime, job, rlm.draft, Stop.FAILED, str(error))
        raise
    reason = prompts.NO_ANSWER if completion.finish == UNFINISHED else None
    answer = _finish(runtime, job, completion.text, completion.stop or Stop.ANSWERED, reason)
    return replace(completion, text=answer)


def _finish(runtime: Runtime, job: Job, answer: str, stop: Stop, error: str | None) -> str:
    """Record the end of a run; return the answer with the marks of `cite()` written out."""
    answer = _without_marks(runtime, answer)
    citations = [_marked(runtime, citation) for citation in (job.verifier(answer) if answer else ())]
    for citation in citations:
        runtime.recorder.emit(Cited, Place(), citation=citation)
    if job.claims is not None and stop is Stop.ANSWERED and error is None:
        with suppress(Cancelled):  # the answer is there; what was not asked stays not checked
            judge_claims(runtime, job.claims(answer, citations), citations)
    budget = runtime.handler.budget
    runtime.recorder.emit(
        RunFinished, Place(), answer=answer, stop=stop, usage=budget.usage, seconds=budget.seconds, error=error
    )
    return answer


def _without_marks(runtime: Runtime, answer: str) -> str:
    if runtime.citer is None:
        return answer
    written, unknown = runtime.citer.resolve(answer)
    if unknown:
        text = UNKNOWN.format(marks=", ".join(unknown))
        runtime.recorder.emit(Noticed, Place(), iteration=0, topic="unknown citation", text=text)
    return written


def _marked(runtime: Runtime, citation: Citation) -> Citation:
    return runtime.citer.marked(citation) if runtime.citer else citation
