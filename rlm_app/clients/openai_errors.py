"""What went wrong at an OpenAI-compatible server, in one sentence with what to do; never with the key in it."""

from __future__ import annotations

import email.utils
import re
import time
from dataclasses import dataclass

import httpx2
import openai

from rlm_app.clients.retry import TryAgain
from rlm_app.errors import ClientError, ContextTooLong

_TOO_LONG = re.compile(
    r"context.?length|context.?window|context.?size|maximum context|prompt is too long|input is too long"
    r"|too many (input )?tokens|reduce the length",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient_quota|exceeded your current quota|insufficient (credit|balance|funds)", re.IGNORECASE
)


@dataclass(frozen=True)
class Asked:
    """What a call asked for, as far as an error may tell it; `key` is only here to be struck out."""

    model: str
    url: str
    key: str = ""

    def clean(self, text: str) -> str:
        """Return at most 300 characters of a server's own words on one line, without the key."""
        hidden = text.replace(self.key, "[key]") if self.key else text
        return re.sub(r"\b(sk|key)-[\w*-]{6,}", "[key]", " ".join(hidden.split()))[:300]


def explain(error: Exception, asked: Asked, begun: bool) -> ClientError | TryAgain:
    """Return what to raise for `error`: `TryAgain` when another try may help and nothing of the reply has arrived."""
    if isinstance(error, openai.APIStatusError):
        return _of_status(
            error.status_code, _said(error, asked), error.response.headers.get("retry-after"), asked, begun
        )
    if isinstance(error, openai.APIConnectionError | httpx2.HTTPError):
        return _of_connection(error, asked, begun)
    if isinstance(error, openai.APIError):
        code = int(error.code) if error.code and error.code.isdecimal() else 400
        return _of_status(code, _said(error, asked), None, asked, begun)
    return ClientError(f"{asked.url} sent something that is no chat completion; check that the base URL is right.")


def _said(error: openai.APIError, asked: Asked) -> str:
    return asked.clean(f"{error.code or ''} {error.message}")


def _of_status(status: int, said: str, after: str | None, asked: Asked, begun: bool) -> ClientError | TryAgain:
    if _TOO_LONG.search(said) and status in {400, 413, 422, 500}:
        return ContextTooLong(f"The prompt is too long for {asked.model}; send less at once. The server says: {said}")
    if status == 402 or _NO_CREDIT.search(said):
        return ClientError(
            f"The quota at {asked.url} is used up; add credit there or pick another backend in Settings."
        )
    known = {
        401: f"{asked.url} refused the key; check it in Settings.",
        403: f"{asked.url} does not let this key use {asked.model}; check its rights, or pick another model.",
        404: f"{asked.url} does not know the model {asked.model}; check its name and the base URL in Settings.",
    }
    if status in known:
        return ClientError(known[status])
    if status == 429:
        return _again(
            f"{asked.url} gets too many requests for {asked.model}; try later or lower the concurrency.", after, begun
        )
    if status >= 500 or status == 408:
        return _again(
            f"{asked.url} has a fault of its own ({status}) with {asked.model}; try again later.", after, begun
        )
    return ClientError(f"{asked.url} did not take the request for {asked.model} ({status}): {said}")


def _of_connection(error: Exception, asked: Asked, begun: bool) -> ClientError | TryAgain:
    cause = error.__cause__ or error
    if isinstance(cause, httpx2.ConnectError | httpx2.UnsupportedProtocol):
        return ClientError(
            f"Nothing answers at {asked.url}; start it or change the base URL in Settings.", retryable=True
        )
    if isinstance(error, openai.APITimeoutError) or isinstance(cause, httpx2.TimeoutException):
        return _again(
            f"{asked.url} did not answer in time; try again later or allow more time in Settings.", None, begun
        )
    if begun:
        return ClientError(f"The connection to {asked.url} broke in the middle of a reply; try again.", retryable=True)
    return _again(
        f"The connection to {asked.url} broke before a reply came; check the server and try again.", None, begun
    )


def _again(sentence: str, after: str | None, begun: bool) -> ClientError | TryAgain:
    error = ClientError(sentence, retryable=True)
    return error if begun else TryAgain(error, _seconds(after))


def _seconds(after: str | None) -> float | None:
    """Read a Retry-After header: seconds, or a date."""
    if not after:
        return None
    try:
        return max(0.0, float(after))
    except ValueError:
        date = email.utils.parsedate_tz(after)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
