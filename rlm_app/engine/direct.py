"""The other way to answer: the whole documents in one prompt and one call, for documents that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app.engine import prompts
from rlm_app.engine.dialogue import ask_root, record_reply, repeat
from rlm_app.engine.recorder import Place
from rlm_app.engine.rlm import Task
from rlm_app.engine.runtime import Runtime
from rlm_app.types import Completion, Message, Stop


class Direct:
    """Answers a task with one call; nothing is run and nothing is searched. `draft` is always empty."""

    draft = ""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def run(self, task: Task) -> Completion:
        """Return the answer; raise `ClientError` (`ContextTooLong` when the documents do not fit), `Cancelled`."""
        runtime, place = self._runtime, Place()
        recorded = runtime.recorder.replay.reply(place.call_id, 1, "closing")
        messages = (
            Message("system", runtime.system_prompt or prompts.DIRECT),
            Message("user", _laid_out(task)),
        )
        if recorded is not None:
            completion = repeat(runtime, recorded)
        else:
            completion = ask_root(runtime, place, runtime.handler.models.root, messages)
        record_reply(runtime, place, completion, turn=1, messages=messages, purpose="closing")
        return Completion(completion.text, completion.model, completion.usage, stop=Stop.ANSWERED)


def _laid_out(task: Task) -> str:
    """Return the documents with a line before each page that names it, and the question after them."""
    texts = task.context if isinstance(task.context, list) else [task.context]
    parts = []
    for number, text in enumerate(texts):
        pages = task.documents[number] if number < len(task.documents) else None
        parts.append(_with_pages(str(text), pages))
    return "\n\n".join(parts) + f"\n\n<question>\n{task.question or ''}\n</question>"


def _with_pages(text: str, document: Mapping[str, Any] | None) -> str:
    if document is None:
        return text
    pages: Sequence[Mapping[str, Any]] = document["pages"]
    body = "\n".join(
        f"[{document['name']}, {document['unit']} {page['label']}]\n{text[page['start'] : page['end']]}"
        for page in pages
    )
    return body or text
