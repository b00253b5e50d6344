"""A loop just large enough to run the offline model's cells: exec() in a dictionary, sub-calls to the same client."""

from __future__ import annotations

import contextlib
import io
import re
import traceback
from dataclasses import dataclass, field
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.offline import OfflineClient
from rlm_app.protocols import Client
from rlm_app.types import Message, Request

SYSTEM = Message("system", "Write code in a fenced ```repl block.")


@dataclass
class Loop:
    """Runs one question to its answer; `break_cell` makes the cell of that turn fail."""

    context: object
    documents: list[dict[str, Any]] | None = None
    sub: Client = field(default_factory=OfflineClient)
    break_cell: int = 0
    turns: int = 10
    replies: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names: dict[str, Any] = {"context": self.context, "answer": {}, "llm_query_batched": self._batched}
        self.names["FINAL"] = lambda text: self.names["answer"].update(content=text, ready=True)
        if self.documents is not None:
            self.names["documents"] = self.documents
        self.messages: list[Message] = [SYSTEM]

    def ask(self, question: str) -> str:
        self.names["answer"].update(content="", ready=False)
        shown = ""
        for turn in range(1, self.turns + 1):
            last = "\nThis is the last turn: hand in your answer now." if turn == self.turns else ""
            self.messages.append(Message("user", f"{shown}\n<question>\n{question}\n</question>{last}"))
            reply = OfflineClient().completion(Request(tuple(self.messages)), CancelToken()).text
            self.replies.append(reply)
            self.messages.append(Message("assistant", reply))
            shown = self._run(reply, fails=turn == self.break_cell)
            self.shown.append(shown)
            if self.names["answer"]["ready"]:
                return str(self.names["answer"]["content"])
        raise AssertionError("no answer came")

    def _run(self, reply: str, *, fails: bool) -> str:
        found = re.search(r"```repl\n(.*)\n```", reply, re.DOTALL)
        assert found, reply
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(compile("raise ValueError" if fails else found[1], "<cell>", "exec"), self.names)
            except Exception:  # noqa: BLE001 a cell may raise anything, as in the REPL
                return printed.getvalue() + traceback.format_exc()
        return printed.getvalue()

    def _batched(self, prompts: list[str]) -> list[str]:
        token = CancelToken()
        return [self.sub.completion(Request((Message("user", prompt),)), token).text for prompt in prompts]
