"""The proof that the library's answers carry: the texts of a prompt as documents, and who judges quotations from them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rlm_app.citations import Citation
from rlm_app.evidence.answer import AnswerVerifier
from rlm_app.evidence.quotes import find_quotes
from rlm_app.types import Document, DocumentInfo, Page


def contexts_of(prompt: object, earlier: Sequence[object] | None) -> dict[str, object]:
    """Return what an answer may quote by the names that cells know it by; `earlier` are the contexts of a kept REPL."""
    if earlier is None:
        return {"context": prompt}
    return {f"context_{number}": context for number, context in enumerate([*earlier, prompt])}


def documents_of(contexts: Mapping[str, Any]) -> list[Document]:
    """Return the texts of contexts as documents, each called by its variable; those of a list are its items, from 0.

    A text of a dict is called by its key, a message by its place. What is no text is left out.
    """
    return [
        _document(name, item, text)
        for variable, value in contexts.items()
        for name, item, text in _texts(variable, value)
    ]


class TextVerifier:
    """A `Verifier` and `QuoteJudge` of contexts, which are made ready when the first quotation is to be judged."""

    def __init__(self, contexts: Mapping[str, Any]) -> None:
        self._contexts = dict(contexts)
        self._lock = threading.Lock()
        self._verifier: AnswerVerifier | None = None

    def __call__(self, answer: str) -> tuple[Citation, ...]:
        """Return what each quotation of the answer is worth and where it stands."""
        return self._ready()(answer) if find_quotes(answer) else ()

    def cite(self, quote: str, document: str | None = None) -> Citation:
        """Return what one quotation is worth; `document` names where it is said to stand."""
        return self._ready().cite(quote, document)

    def passage(self, citation: Citation) -> str:
        """Return the text at the citation's place, or at the nearest passage; empty where there is neither."""
        return self._ready().passage(citation)

    def _ready(self) -> AnswerVerifier:
        with self._lock:
            if self._verifier is None:
                self._verifier = AnswerVerifier(documents_of(self._contexts))
            return self._verifier


def _texts(variable: str, value: object) -> Iterator[tuple[str, str, str]]:
    """Yield the texts of a context: what each is called, which item it is, and the text."""
    if isinstance(value, str):
        yield variable, "", value
    elif isinstance(value, Mapping):
        yield from ((str(key), "", text) for key, text in value.items() if isinstance(text, str))
    elif isinstance(value, Sequence):
        for number, item in enumerate(value):
            text = item.get("content") if isinstance(item, Mapping) else item
            if isinstance(text, str):
                yield variable, str(number), text


def _document(name: str, item: str, text: str) -> Document:
    data = text.encode("utf-8", "surrogatepass")
    pages = (Page(item, 0, len(text)),) if item else ()
    return Document(
        DocumentInfo(hashlib.sha256(data).hexdigest(), name, "txt", len(data), len(text), "item", pages), text
    )
