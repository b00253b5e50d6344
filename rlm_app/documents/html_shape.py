"""What a browser draws beside the words of lists and tables: numbers of items, and columns that cells keep free."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_LISTS = frozenset({"ol", "ul", "menu"})
_WIDEST, _MOST_COLUMNS = 64, 256
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MOST_ROMAN = 400


@dataclass
class _Table:
    """For each column how many further rows a cell from above reaches into."""

    reaching: dict[int, int] = field(default_factory=dict)


@dataclass
class _List:
    kind: str = ""
    """How an ordered list writes its numbers; empty of one with bullets."""
    number: int = 1


@dataclass
class _Row:
    last: int = 0
    free: int = 0


class Shape:
    """Told of each element as it opens and closes, in the order of the document."""

    def __init__(self) -> None:
        self._lists: list[_List] = [_List()]
        self._tables: list[_Table] = [_Table()]
        self._rows: list[_Row] = [_Row()]

    def opened(self, tag: Any) -> str:
        """Return what stands before the element's own words."""
        if tag.name in _LISTS:
            kind = str(tag.attrs.get("type") or "1") if tag.name == "ol" else ""
            self._lists.append(_List(kind, _number(tag, "start", 1)))
        elif tag.name == "table":
            self._tables.append(_Table())
        elif tag.name == "tr":
            table = self._tables[-1]
            table.reaching = {column: rows - 1 for column, rows in table.reaching.items() if rows > 1}
            self._rows.append(_Row())
        elif tag.name == "li":
            return self._item(tag)
        elif tag.name in {"td", "th"}:
            return self._cell(tag)
        return ""

    def closed(self, tag: Any) -> None:
        """Forget what the element began."""
        if tag.name in _LISTS:
            self._lists.pop()
        elif tag.name == "table":
            self._tables.pop()
        elif tag.name == "tr":
            self._rows.pop()

    def _item(self, tag: Any) -> str:
        holder = self._lists[-1]
        if not holder.kind:
            return "- "
        number = _number(tag, "value", holder.number)
        holder.number = number + 1
        return f"{_written(number, holder.kind)}. "

    def _cell(self, tag: Any) -> str:
        row, reaching = self._rows[-1], self._tables[-1].reaching
        while row.free in reaching:
            row.free += 1
        marks = " | " * (row.free - row.last)
        row.last = row.free
        width = max(1, min(_WIDEST, _number(tag, "colspan", 1)))
        height = _number(tag, "rowspan", 1)
        row.free += width
        if height > 1:
            reaching |= {column: height for column in range(row.last, row.free) if column < _MOST_COLUMNS}
        return marks


def _number(tag: Any, name: str, otherwise: int) -> int:
    value = str((tag.attrs or {}).get(name) or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else otherwise


def _written(number: int, kind: str) -> str:
    """Return an item's number as the list writes it: 3, c, C, iii or III."""
    if kind in {"a", "A"} and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return letter.upper() if kind == "A" else letter
    if kind in {"i", "I"} and 1 <= number < _MOST_ROMAN:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
        return text.upper() if kind == "I" else text
    return str(number)
