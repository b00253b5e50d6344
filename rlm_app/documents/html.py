"""Web pages: the text a reader sees, with what forms hold and what stands for pictures; headings begin sections."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rlm_app.documents import reasons
from rlm_app.documents.html_shape import Shape
from rlm_app.documents.html_values import value_of
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.pages import Part, clean, tidy_lines
from rlm_app.errors import DocumentError

_UNSEEN = frozenset({"script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object", "datalist"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ALONE = frozenset({"p", "table", "ul", "ol", "dl", "pre", "blockquote", "figure", *_HEADINGS})
_LAYOUT = frozenset({"address", "article", "aside", "body", "div", "footer", "header", "hr", "html", "main", "nav"})
_LINES = frozenset({"caption", "dd", "dt", "figcaption", "legend", "li", "option", "summary", "tr"})
_GROUPS = frozenset({"details", "dialog", "fieldset", "form", "menu", "section", "select", "tbody", "tfoot", "thead"})
_BLOCKS = _ALONE | _LAYOUT | _LINES | _GROUPS
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_Piece = tuple[str, Any]


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read an HTML file; what a browser hides (scripts, styles, hidden elements) is left out."""
    parts = read_markup(path.read_bytes(), "beginning")
    if not parts:
        raise DocumentError(name, f"{reasons.NO_TEXT} that a browser would show; save the page as PDF and upload that")
    on_progress(1, 1)
    return Loaded("html", "section", parts)


def read_markup(data: bytes, first_label: str) -> list[Part]:
    """Return the sections of markup; what stands before the first heading is labelled by its title or `first_label`."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(re.sub(rb"^\s*(?:\xef\xbb\xbf)?<\?xml[^>]*\?>", b"", data), "html.parser")
    title = _squeeze(soup.title.get_text() if soup.title else "").strip()
    return _parts(_walk(soup), title or first_label)


def _walk(soup: Any) -> Iterator[_Piece]:
    """Yield the seen text in order, without recursion: as ("text", …) or ("verbatim", …), with ("section", label) before
    a heading, ("line", None) where a line ends and ("break", newlines) where a block begins or ends.
    """
    from bs4.element import PreformattedString, Tag

    shape = Shape()
    stack: list[tuple[str, Any, bool]] = [("open", soup, False)]
    while stack:
        state, node, verbatim = stack.pop()
        if state == "close":
            shape.closed(node)
            yield from _close(node)
        elif not isinstance(node, Tag):
            if not isinstance(node, PreformattedString):  # comments, doctypes, CDATA
                yield ("verbatim", str(node)) if verbatim else ("text", _squeeze(str(node)))
        elif not _hidden(node):
            yield from _open(node, shape)
            stack.append(("close", node, verbatim))
            inside = verbatim or node.name in {"pre", "textarea"}
            stack.extend(("open", child, inside) for child in reversed(node.contents))


def _hidden(tag: Any) -> bool:
    """Whether a browser would show nothing of the element, or nothing that is text."""
    attributes = tag.attrs or {}
    return (
        tag.name in _UNSEEN or "hidden" in attributes or bool(_HIDING_STYLE.search(str(attributes.get("style") or "")))
    )


def _open(tag: Any, shape: Shape) -> Iterator[_Piece]:
    if tag.name in _BLOCKS:
        yield "break", 2 if tag.name in _ALONE else 1
    if tag.name in _HEADINGS:
        yield "section", _squeeze(clean(tag.get_text(""))).strip()
    elif tag.name == "br":
        yield "line", None
    if sign := shape.opened(tag) + _squeeze(value_of(tag)):
        yield "text", sign


def _close(tag: Any) -> Iterator[_Piece]:
    if tag.name in _BLOCKS:
        yield "break", 2 if tag.name in _ALONE else 1


def _squeeze(text: str) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def _parts(pieces: Iterable[_Piece], first_label: str) -> list[Part]:
    cut = [(first_label, _Flow())]
    for kind, value in pieces:
        if kind == "section":
            cut.append((value or "untitled", _Flow()))
        else:
            cut[-1][1].add(kind, value)
    texts = [(label, tidy_lines(clean(flow.text()))) for label, flow in cut]
    return [(label, text + "\n\n", "text") for label, text in texts if text]


class _Flow:
    """Sets pieces one after another as a browser does: blanks collapse, neighbouring breaks are one."""

    def __init__(self) -> None:
        self._set: list[str] = []
        self._newlines = 2

    def add(self, kind: str, value: Any) -> None:
        if kind == "break":
            self._set.append("\n" * max(0, value - self._newlines))
            self._newlines = max(value, self._newlines)
        elif kind == "line":
            self._set.append("\n")
            self._newlines += 1
        else:
            self._add_text(value if kind == "verbatim" or self._after_text() else value.lstrip(" "))

    def _after_text(self) -> bool:
        return not self._newlines and not self._set[-1].endswith(" ")

    def _add_text(self, text: str) -> None:
        if text:
            self._set.append(text)
            self._newlines = len(text) - len(text.rstrip("\n"))

    def text(self) -> str:
        return "".join(self._set)
