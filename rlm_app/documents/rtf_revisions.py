"""What a word processor does not show of an RTF file: text that was deleted while changes were tracked, and hidden text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_LOOK = re.compile(r"\\(?:deleted|revised|v)(?![a-z])")
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])|(?P<brace>[{}])"
    r"|(?P<text>[^\\{}]+)|.",
    re.DOTALL,
)
_WRITTEN = frozenset(
    {"u", "tab", "line", "page", "emdash", "endash", "bullet", "lquote", "rquote", "ldblquote", "rdblquote"}
)
# Groups that hold no text of the document, in which the same words describe styles.
_TABLES = frozenset({"fonttbl", "colortbl", "stylesheet", "listtable", "info", "pict", "xe", "tc", "fldinst"})


@dataclass(frozen=True, slots=True)
class Shown:
    """The source without what is not shown, and how many stretches were inserted, deleted and hidden."""

    source: str
    added: int = 0
    removed: int = 0
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group."""

    deleted: bool = False
    hidden: bool = False
    revised: bool = False
    table: bool = False

    @property
    def kind(self) -> str:
        """What the text here is, by what counts first."""
        named = (("", self.table), ("removed", self.deleted), ("hidden", self.hidden), ("added", self.revised))
        return next((kind for kind, holds in named if holds), "")


def shown(source: str) -> Shown:
    """Return what is left of an RTF source when tracked changes are accepted and hidden text is left out."""
    if not _LOOK.search(source):
        return Shown(source)
    state, open_groups = _State(), []
    pieces: list[str] = []
    counts = {"added": 0, "removed": 0, "hidden": 0}
    at, before = 0, ""
    while found := _TOKEN.match(source, at):
        at = found.end()
        if found["word"] == "bin":  # so many bytes follow that are no RTF
            at += max(int(found["number"] or 0), 0)
        elif found["brace"] == "{":
            open_groups.append(state)
        elif found["brace"]:
            state = open_groups.pop() if open_groups else _State()
        else:
            state = _told(state, found)
        written = _is_written(found)
        if written and (found["text"] or "x").strip():
            counts.update({state.kind: counts[state.kind] + 1} if state.kind and state.kind != before else {})
            before = state.kind
        if not written or state.kind not in {"removed", "hidden"}:
            pieces.append(source[found.start() : at])
    return Shown("".join(pieces), **counts)


def _told(state: _State, found: re.Match[str]) -> _State:
    """Return the state after a control word."""
    word, on = found["word"], found["number"] != "0"
    if word == "plain":
        return _State(table=state.table)
    if word == "v":
        return replace(state, hidden=on)
    if word in {"deleted", "revised"}:
        return replace(state, **{word: on})
    return replace(state, table=True) if word in _TABLES else state


def _is_written(found: re.Match[str]) -> bool:
    """Whether a token stands for something that is read."""
    if found["word"]:
        return found["word"] in _WRITTEN
    return bool(found["text"] or found["code"]) or (found["sign"] or "*") not in "*\r\n|:"
