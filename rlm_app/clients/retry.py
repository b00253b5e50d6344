"""Trying again: which waits to make between tries, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled, ClientError
from rlm_app.protocols import OnWait, ignore_wait

T = TypeVar("T")


@dataclass(frozen=True)
class Retry:
    """How often and how patiently: `first` and `most` bound the wait, a server may ask for up to `patience` (seconds)."""

    tries: int = 5
    first: float = 0.5
    most: float = 20.0
    patience: float = 120.0

    def wait(self, failed: int, asked: float | None) -> float:
        """Return the seconds to wait after `failed` tries; what the server `asked` for counts, with a little on top."""
        if asked is not None:
            return asked + random.uniform(0, min(1.0, 0.1 * asked))
        return min(self.most, self.first * 2.0 ** (failed - 1)) * random.uniform(0.5, 1.0)


class TryAgain(Exception):
    """A call failed in a way that may pass: `error` is said at the end, `after` is seconds the server asked for.

    `reason` completes the sentence "waits 4 s: …"; `busy` is set where the provider asked for fewer calls.
    """

    def __init__(
        self,
        error: ClientError,
        after: float | None = None,
        *,
        reason: str = "the call failed and may succeed later",
        busy: bool = False,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.after = after
        self.reason = reason
        self.busy = busy


def retrying(attempt: Callable[[], T], retry: Retry, cancel: CancelToken, on_wait: OnWait = ignore_wait) -> T:
    """Return what `attempt` returns, calling again while it raises `TryAgain`; raise its error after the last try.

    `on_wait` is told of each wait before it begins.
    """
    failed = 0
    while True:
        try:
            return attempt()
        except TryAgain as again:
            failed += 1
            if failed >= retry.tries or (again.after or 0) > retry.patience:
                raise _given_up(again, failed) from None
            pause, reason = retry.wait(failed, again.after), again.reason
        on_wait(pause, reason)
        if cancel.wait(pause):
            raise Cancelled("The call was stopped while it waited to try again.")


def _given_up(again: TryAgain, failed: int) -> ClientError:
    asked = f" It asks to wait {again.after:.0f} s." if again.after else ""
    tries = f" {failed} tries failed." if failed > 1 else ""
    return type(again.error)(f"{again.error}{asked}{tries}", retryable=True)
