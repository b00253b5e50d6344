"""The second look at an answer, if asked for: a sub-model says, claim by claim, whether the quotations bear it out."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from rlm_app.citations import Citation, Verdict
from rlm_app.engine.parallel import parallel_map
from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.texts import read
from rlm_app.errors import ClientError, LimitReached
from rlm_app.events import ClaimJudged
from rlm_app.proofs import Claim, Support
from rlm_app.types import Completion, Message, Request

NOT_ASKED = "Not asked: {reason}."
UNCLEAR = "The sub-model's reply could not be read as a judgement."
NOTHING_FOUND = "None of its quotations is in the documents."
_STANDS = frozenset({Verdict.FOUND, Verdict.FOUND_IN_PARTS})
_WORDS = {"SUPPORTED": Support.SUPPORTED, "PARTLY": Support.PARTLY, "NOT": Support.NOT_SUPPORTED}
_REPLY = re.compile(r"\A\s*(SUPPORTED|PARTLY|NOT)\s*(?:[:.\n–-]\s*(.*))?\Z", re.DOTALL)
_REASON_CHARS = 300


def judge_claims(runtime: Runtime, claims: Sequence[Claim], citations: Sequence[Citation]) -> None:
    """Ask the sub-model about each claim that has a quotation, one call a claim, and record what it says.

    The calls pass the gate: counted, journaled and within the limits. What cannot be asked stays not checked, with the
    reason. Raises `Cancelled` when the run is stopped.
    """
    asked = [claim for claim in claims if claim.citations]
    parallel_map(lambda claim: _judge(runtime, claim, citations), asked, runtime.handler.budget.limits.concurrency)


def _judge(runtime: Runtime, claim: Claim, citations: Sequence[Citation]) -> None:
    quotes = [citations[number - 1] for number in claim.citations if citations[number - 1].verdict in _STANDS]
    if not quotes:
        _record(runtime, claim, Support.NOT_SUPPORTED, NOTHING_FOUND)
        return
    client = runtime.handler.models.at(1)
    request = Request((Message("user", support_prompt(claim, quotes)),), params=runtime.sub_params)
    try:
        completion = runtime.handler.call(client, request, role="sub", call_id=Place().call_id)
    except (LimitReached, ClientError) as error:
        _record(runtime, claim, Support.NOT_CHECKED, NOT_ASKED.format(reason=str(error).rstrip(".")))
        return
    support, reason = parse_judgement(completion.text)
    _record(runtime, claim, support, reason, completion)


def _record(runtime: Runtime, claim: Claim, support: Support, reason: str, call: Completion | None = None) -> None:
    judged = dataclasses.replace(claim, support=support, reason=reason)
    known = {"usage": call.usage, "model": call.model, "seconds": call.seconds} if call else {}
    runtime.recorder.emit(ClaimJudged, Place(), claim=judged, **known)


def support_prompt(claim: Claim, quotes: Sequence[Citation]) -> str:
    """Return the question to the sub-model: the claim, and its quotations with what stands beside them."""
    passages = "\n".join(
        f'<quotation from="{quote.document}, {quote.unit} {quote.page}">…{quote.prefix}{quote.quote}{quote.suffix}…</quotation>'
        for quote in quotes
    )
    return f"{read('support')}\n\n{passages}\n<claim>\n{claim.text}\n</claim>"


def parse_judgement(reply: str) -> tuple[Support, str]:
    """Return the judgement and its reason; a reply in any other form than was asked for is not checked."""
    found = _REPLY.match(reply)
    if found is None:
        return Support.NOT_CHECKED, UNCLEAR
    return _WORDS[found[1]], " ".join((found[2] or "").split())[:_REASON_CHARS]
