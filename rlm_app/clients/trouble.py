"""What can go wrong between us and a provider, as data; and the one sentence about it that a person gets."""

from __future__ import annotations

import email.utils
import re
import time
from dataclasses import dataclass, field
from enum import StrEnum

from rlm_app.clients.retry import TryAgain
from rlm_app.errors import ClientError, ContextTooLong

_TOO_LONG = re.compile(
    r"context.?length|context.?window|context.?size|maximum context|prompt is too long|input is too long"
    r"|too many (input )?tokens|reduce the length|exceeds the maximum number of tokens|exceed context limit"
    r"|request_too_large",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded your current quota|insufficient (credit|balance|funds)|credit balance is too low"
    r"|billing_error|reached your specified api usage limits",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content_filter|content management policy|ResponsibleAIPolicyViolation", re.IGNORECASE)
_KEY_LIKE = re.compile(r"\b(sk|key|pk)-[\w*-]{6,}")
LIST = "list of models"
_FAULT = "the provider had a fault of its own"
_BUSY = "the provider asked to slow down"
_SILENT = "the provider did not answer in time"
_BROKEN = "the connection broke"


class Kind(StrEnum):
    """Where a call went wrong."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    STATUS = "status"
    NONSENSE = "nonsense"
    FORBIDDEN = "forbidden"


class Trouble(Exception):
    """A call that went wrong: `said` is the provider's or the system's own words, `after` its Retry-After in seconds."""

    def __init__(self, kind: Kind, said: str = "", *, status: int = 0, after: float | None = None) -> None:
        super().__init__(f"{kind} {status or ''} {said}")
        self.kind = kind
        self.said = said
        self.status = status
        self.after = after


@dataclass(frozen=True)
class Asked:
    """What a call asked for, as far as an error may tell it; `key` is only here to be struck out.

    `model` is "" where the server was asked for its list of models.
    """

    model: str
    url: str
    key: str = field(default="", repr=False)

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        return self.model or LIST

    def clean(self, text: str) -> str:
        """Return at most 300 characters of a server's own words on one line, without the key."""
        hidden = text.replace(self.key, "[key]") if self.key else text
        return _KEY_LIKE.sub("[key]", " ".join(hidden.split()))[:300]


def explain(trouble: Trouble, asked: Asked, begun: bool) -> ClientError | TryAgain:
    """Return what to raise: `TryAgain` when another try may help and nothing of the reply has arrived yet."""
    if trouble.kind is Kind.STATUS:
        return _of_status(trouble, asked, begun)
    if trouble.kind in {Kind.FORBIDDEN, Kind.NONSENSE, Kind.UNREACHABLE}:
        return _of_address(trouble, asked)
    if trouble.kind is Kind.TIMEOUT:
        sentence = f"{asked.url} did not answer in time; try again later or allow more time in Settings."
        return _again(sentence, trouble, begun, _SILENT)
    if begun:
        return ClientError(f"The connection to {asked.url} broke in the middle of a reply; try again.", retryable=True)
    sentence = f"The connection to {asked.url} broke before a reply came; check the server and try again."
    return _again(sentence, trouble, begun, _BROKEN)


def _of_address(trouble: Trouble, asked: Asked) -> ClientError:
    """Return what to say where the address is at fault, or nobody is there."""
    if trouble.kind is Kind.FORBIDDEN:
        return ClientError(trouble.said)
    if trouble.kind is Kind.NONSENSE:
        wanted = "chat completion" if asked.model else LIST
        return ClientError(f"{asked.url} sent something that is no {wanted}; check that the base URL is right.")
    why = f" ({asked.clean(trouble.said)})" if trouble.said else ""
    return ClientError(
        f"Nothing answers at {asked.url}{why}; start it or change the base URL in Settings.", retryable=True
    )


def _of_status(trouble: Trouble, asked: Asked, begun: bool) -> ClientError | TryAgain:
    status = trouble.status
    passes = status in {408, 429} or status >= 500
    if not passes or _NO_CREDIT.search(trouble.said) or (status == 500 and _TOO_LONG.search(trouble.said)):
        return _refused(trouble, asked)
    if status == 429:
        sentence = f"{asked.url} gets too many requests for {asked.what}; try later or lower the concurrency."
        return _again(sentence, trouble, begun, _BUSY)
    sentence = f"{asked.url} has a fault of its own ({status}) with {asked.what}; try again later."
    return _again(sentence, trouble, begun, _FAULT)


def _refused(trouble: Trouble, asked: Asked) -> ClientError:
    """Return what to say of a refusal that stays one, however often it is asked again."""
    status, said = trouble.status, asked.clean(trouble.said)
    if _TOO_LONG.search(said) and status in {400, 413, 422, 500}:
        return ContextTooLong(f"The prompt is too long for {asked.model}; send less at once. The server says: {said}")
    if status == 402 or _NO_CREDIT.search(said):
        sentence = f"The quota at {asked.url} is used up; add credit there or pick another backend in Settings."
    elif status == 400 and _FILTERED.search(said):
        sentence = f"The content filter at {asked.url} refused the prompt for {asked.model}: {said}"
    elif status == 401:
        sentence = f"{asked.url} refused the key; check it in Settings."
    elif status == 403:
        sentence = f"{asked.url} does not let this key use {asked.what}; check its rights, or pick another model."
    elif 300 <= status < 400:
        sentence = f"{asked.url} sends on to another address ({said}); enter that as the base URL in Settings."
    elif status == 404 and not asked.model:
        sentence = f"{asked.url} has no {LIST}; check the base URL in Settings."
    elif status == 404:
        sentence = f"{asked.url} does not know the model {asked.model}; check its name and the base URL in Settings."
    else:
        sentence = f"{asked.url} did not take the request for {asked.what} ({status}): {said}"
    return ClientError(sentence)


def _again(sentence: str, trouble: Trouble, begun: bool, reason: str) -> ClientError | TryAgain:
    error = ClientError(sentence, retryable=True)
    return error if begun else TryAgain(error, trouble.after, reason=reason, busy=trouble.status in {429, 503, 529})


def seconds_of(after: str | None, milliseconds: str | None = None) -> float | None:
    """Read the headers Retry-After (seconds, or a date) and retry-after-ms; None where they say nothing."""
    if milliseconds and milliseconds.replace(".", "", 1).isdigit():
        return float(milliseconds) / 1000
    if not after:
        return None
    try:
        return max(0.0, float(after))
    except ValueError:
        date = email.utils.parsedate_tz(after)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
