"""A client that sends nothing: what stands in for every model while a recorded run is gone through again."""

from __future__ import annotations

from rlm_app.cancel import CancelToken
from rlm_app.errors import ClientError
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request


class RefusingClient:
    """Refuses every call, so that a replay cannot reach the network."""

    def __init__(self, model: str) -> None:
        self.model = model

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Raise `ClientError`: the call is not in the record."""
        raise ClientError(f"A call to {self.model} is not in the record, and nothing is sent during a replay.")

    def close(self) -> None:
        """Nothing is held."""
