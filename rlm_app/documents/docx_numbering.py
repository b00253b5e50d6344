"""The numbers and bullets that Word computes and does not write: "3.2", "(a)", "iv."."""

from __future__ import annotations

import re
from typing import Any

from rlm_app.documents.docx_text import tag

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN_SMALL = ((9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MAX_STYLES = 32


def _find(element: Any, *names: str) -> Any:
    for name in names:
        element = next((child for child in element if tag(child) == name), None) if element is not None else None
    return element


def _value(element: Any, name: str = "val") -> str | None:
    attributes = element.attrib.items() if element is not None else ()
    return next((str(value) for key, value in attributes if key.rpartition("}")[2] == name), None)


def _integer(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"-?\d{1,6}", value) else otherwise


class Numbering:
    """Counts along the paragraphs of one document, in order."""

    def __init__(self, document: Any) -> None:
        self._styles = {str(_value(style, "styleId")): style for style in document.styles.element}
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        numbering = next(
            (rel.target_part for rel in document.part.rels.values() if rel.reltype.endswith("/numbering")), None
        )
        for element in numbering.element if numbering is not None else ():
            if tag(element) == "abstractNum":
                levels = (level for level in element if tag(level) == "lvl")
                self._levels[str(_value(element, "abstractNumId"))] = {
                    _integer(_value(level, "ilvl"), 0): level for level in levels
                }
            elif tag(element) == "num":
                self._lists[str(_value(element, "numId"))] = str(_value(_find(element, "abstractNumId")))

    def lead(self, paragraph: Any) -> str:
        """Return what Word prints before the paragraph, with a blank, or ""; counts the paragraph."""
        number, depth = self._place(paragraph)
        levels = self._levels.get(self._lists.get(number or "", ""), {})
        if number in {None, "0"} or depth not in levels or not _has_text(paragraph):
            return ""
        # Lists that share a definition go on counting together, as Word does without a restart.
        counts = self._counts.setdefault(self._lists[number or ""], {})
        counts[depth] = counts.get(depth, _start(levels[depth]) - 1) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        printed = _printed(levels, counts, depth)
        return f"{printed} " if printed else ""

    def is_heading(self, paragraph: Any) -> bool:
        """Whether the paragraph's style is a heading or a title."""
        name = _value(_find(self._styles.get(_style_of(paragraph) or ""), "name")) or ""
        return bool(re.match(r"(heading|title)\b", name, re.IGNORECASE))

    def _place(self, paragraph: Any) -> tuple[str | None, int]:
        """Return the list and the depth of a paragraph, its own or its style's."""
        properties, style = _find(paragraph, "pPr"), _style_of(paragraph)
        number: str | None = None
        depth: str | None = None
        for _ in range(_MAX_STYLES):
            place = _find(properties, "numPr")
            number = number or _value(_find(place, "numId"))
            depth = depth or _value(_find(place, "ilvl"))
            if number or style is None:
                break
            found = self._styles.get(style)
            properties = _find(found, "pPr")
            style = _value(_find(found, "basedOn"))
        return number, _integer(depth, 0)


def _style_of(paragraph: Any) -> str | None:
    return _value(_find(paragraph, "pPr", "pStyle"))


def _has_text(paragraph: Any) -> bool:
    return any(tag(node) == "t" and node.text for node in paragraph.iter())


def _start(level: Any) -> int:
    return _integer(_value(_find(level, "start")), 1)


def _printed(levels: dict[int, Any], counts: dict[int, int], depth: int) -> str:
    if _value(_find(levels[depth], "numFmt")) == "bullet":
        return "-"

    def number(match: re.Match[str]) -> str:
        level = int(match[1]) - 1
        if level not in levels:
            return ""
        form = _value(_find(levels[level], "numFmt")) or "decimal"
        return _written(counts.get(level, _start(levels[level])), form)

    return re.sub(r"%(\d)", number, _value(_find(levels[depth], "lvlText")) or "").strip()


def _written(number: int, form: str) -> str:
    if form == "none":
        return ""
    if form in {"lowerLetter", "upperLetter"} and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in {"lowerRoman", "upperRoman"} and 0 < number < 4000:
        return _roman(number) if form == "lowerRoman" else _roman(number).upper()
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN + _ROMAN_SMALL:
        written += letters * (number // value)
        number %= value
    return written
