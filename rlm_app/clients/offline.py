"""The model inside: it finds and quotes, does not reason, and needs no key, no network and no money."""

from __future__ import annotations

import time

from rlm_app.cancel import CancelToken
from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.offline_root import root_reply
from rlm_app.clients.offline_sub import sub_reply
from rlm_app.clients.roles import is_root
from rlm_app.errors import Cancelled
from rlm_app.protocols import OnText, OnWait, ignore_text, ignore_wait
from rlm_app.types import Completion, Request


class OfflineClient:
    """Goes through the loop as any model does: as root it writes cells, in a sub-call it copies sentences out.

    The same request always gets the same reply. Usage is counted from the texts and costs 0 USD.
    """

    def __init__(self, model: str = "offline") -> None:
        self.model = model

    def __repr__(self) -> str:
        return f"OfflineClient(model={self.model!r})"

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the reply; it is made at once and never fails."""
        if cancel.cancelled:
            raise Cancelled("The call was stopped before it was sent.")
        began = time.monotonic()
        text = root_reply(request) if is_root(request) else sub_reply(request.messages[-1].content)
        on_text(text)
        return Completion(text, self.model, estimated_usage(request, text, 0.0), seconds=time.monotonic() - began)

    def close(self) -> None:
        """Nothing is held."""
