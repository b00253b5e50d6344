"""Names for fields that choose by the words they show: to a browser, options that read the same are the same option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from rlm_app.types import DocumentInfo
from rlm_app.ui import safe

Key = TypeVar("Key")
GONE = "a document that was removed"


def told_apart(names: Mapping[Key, str], sign: Callable[[Key], str]) -> dict[Key, str]:
    """Return the names, those that several share with the sign of theirs behind."""
    counted = Counter(names.values())
    return {key: name if counted[name] == 1 else f"{name} · {sign(key)}" for key, name in names.items()}


def by_id(names: Mapping[str, str]) -> dict[str, str]:
    """Return names told apart by how their ids begin."""
    return told_apart(names, lambda each: each[:8])


def of_documents(library: Mapping[str, DocumentInfo]) -> dict[str, str]:
    """Return the names of documents, the newest first; of several versions the newest is called so."""
    names = {sha256: safe.unmarked(info.name) for sha256, info in library.items()}
    newest = {name: sha256 for sha256, name in reversed(names.items())}
    return told_apart(names, lambda each: "newest" if newest[names[each]] == each else each[:8])
