"""The text of one Word paragraph: what is seen, where pages break, what hangs on it."""

from __future__ import annotations

from typing import Any

from rlm_app.documents.alternatives import picture

PAGE_HARD, PAGE_SOFT = "page break", "rendered page break"

_LEFT_OUT = frozenset({"del", "moveFrom", "delText", "instrText", "Fallback", "pPr", "rPr", "sdtPr", "fldData", "tbl"})
_REFERENCES = {"footnoteReference": "note", "endnoteReference": "note", "commentReference": "comment"}
_TICKED, _OPEN = "☒", "☐"
# The signs of the font Wingdings that forms and lists are made with, by the last two digits of their code.
_SYMBOLS = {
    ("Wingdings", code): sign
    for code, sign in {
        "A8": _OPEN,
        "6F": _OPEN,
        "FE": "☑",
        "FD": _TICKED,
        "78": _TICKED,
        "FC": "✓",
        "FB": "✗",
        "A7": "▪",
        "B7": "•",
        "E0": "→",
        "F0": "→",
        "9F": "•",
    }.items()
}
_CHARACTERS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}


def tag(element: Any) -> str:
    """Return the name of an XML element without its namespace; "" for comments and the like."""
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


class ParagraphText:
    """Gathers the pieces of a paragraph; text boxes anchored in it come after it."""

    def __init__(self, notes: dict[str, str]) -> None:
        self.notes = notes
        self._pieces: list[tuple[str, str]] = []
        self._boxes: list[tuple[str, str]] = []

    def add(self, text: str) -> None:
        """Add seen text."""
        if self._pieces and self._pieces[-1][0] == "text":
            text = self._pieces.pop()[1] + text
        self._pieces.append(("text", text))

    def break_page(self, kind: str) -> None:
        """Note a page break of this kind."""
        self._pieces.append((kind, ""))

    def add_box(self, box: Any) -> None:
        """Add a text box: each of its paragraphs is a line after this paragraph."""
        for child in box:
            inner = ParagraphText(self.notes)
            walk(child, inner)
            self._boxes += [piece for piece in inner.pieces() if piece[0] == "text"]

    def pieces(self) -> list[tuple[str, str]]:
        """Return ("text", …) and page breaks in order."""
        return self._pieces + self._boxes


def walk(element: Any, text: ParagraphText) -> None:
    """Add everything below `element` that a reader sees to `text`."""
    choices = {child for child in element if tag(child) == "Choice"}
    for child in element:
        name = tag(child)
        if name == "Fallback" and not choices:
            walk(child, text)
        elif name in _LEFT_OUT or is_hidden(child):
            continue
        elif name == "txbxContent":
            text.add_box(child)
        elif not _add_leaf(child, name, text):
            walk(child, text)


def _add_leaf(child: Any, name: str, text: ParagraphText) -> bool:
    """Add what an element without seen children stands for; False when it may have some."""
    if name == "t":
        text.add(child.text or "")
    elif name in _CHARACTERS:
        text.add(_CHARACTERS[name])
    elif name == "br":
        if attribute(child, "type") == "page":
            text.break_page(PAGE_HARD)
        else:
            text.add("\n")
    elif name == "lastRenderedPageBreak":
        text.break_page(PAGE_SOFT)
    elif name in _REFERENCES:
        note = text.notes.get(f"{name.removesuffix('Reference')} {attribute(child, 'id')}", "")
        text.add(f" [{_REFERENCES[name]}: {note}]" if note else "")
    elif name == "sym":
        text.add(_SYMBOLS.get((attribute(child, "font"), attribute(child, "char")[-2:].upper()), ""))
    elif name == "docPr":
        said = picture(attribute(child, "descr"))
        text.add(said and f"{said} ")
    elif name == "ffData":
        text.add(_form_value(child))
    else:
        return False
    return True


def attribute(element: Any, name: str) -> str:
    """Return an attribute by its name without a namespace, "" where there is none."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def is_hidden(run: Any) -> bool:
    """Whether an element is a run that is formatted as hidden text, which Word does not show."""
    if tag(run) != "r":
        return False
    marks = [mark for child in run if tag(child) == "rPr" for mark in child if tag(mark) == "vanish"]
    return any(attribute(mark, "val") not in {"0", "false", "off"} for mark in marks)


def _form_value(field: Any) -> str:
    """Return what an old form field shows that stands nowhere as text: a box that is ticked or not, a chosen entry."""
    for kind in field:
        if tag(kind) == "checkBox":
            marks = {tag(mark): attribute(mark, "val") or "1" for mark in kind}
            return _TICKED if marks.get("checked", marks.get("default", "0")) in {"1", "true", "on"} else _OPEN
        if tag(kind) == "ddList":
            entries = [attribute(entry, "val") for entry in kind if tag(entry) == "listEntry"]
            chosen = next((attribute(entry, "val") for entry in kind if tag(entry) == "result"), "0")
            return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""
    return ""
