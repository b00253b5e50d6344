"""Text that a model or a document wrote, made safe for Streamlit's Markdown: it may be formatted, it may not act.

A picture in an answer would be fetched by the reader's browser from an address the model chose, and so carry text out of
the house; a link would lead where it does not say. Both become plain text here. `$`, `:` and `[` would become formulas,
icons and colours of Streamlit's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from rlm_app import turning
from rlm_app.turning import JOINER

level = turning.level

# Possessive where a model could otherwise write a text that takes minutes to read.
_FENCE = re.compile(r"^[ \t]*(`{3,}+|~{3,}+)[^\n]*+\n(.*?)(?:^[ \t]*\1[`~]*[ \t]*$\n?|\Z)", re.S | re.M)
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)([^\n]*?[^`\n])\1(?!`)")
_ADDRESS = re.compile(
    r"(?i)\b(?:(?:https?|ftp)://|www\.|mailto:)[^\s`]*[^\s`.,;:!?)\]}>\"'”’]|(?<![\w.+-])[\w.+-]++@[\w-]++\.[\w.-]*\w"
)
_PICTURE = re.compile(r"!\[([^\[\]\n]*+)\]\(\s*+<?+([^()\s>]*+)>?+[^()\n]*+\)")
_LINK = re.compile(r"\[([^\[\]\n]*+)\]\(\s*+<?+([^()\s>]*+)>?+[^()\n]*+\)")
_ACTIVE = re.compile(r"([\[\]<$:~\\`])")
_LABEL = re.compile(r"([\\`*_\[\]<>$:~#|!&])")
_LIST = re.compile(r"(?m)^([ \t]*)(?:([-+=])|(\d+)([.)]))")
# What Streamlit replaces after it has read the Markdown, where a backslash no longer helps: names of icons and emoji,
# arrows and dashes, addresses. A joiner nobody sees keeps the signs apart.
_SHORTCODE = re.compile(r":(?=[\w+/-]+:)")
_ARROW = re.compile(r"(?<!\S)(?=(?:<->|->|<-|--|>=|<=|~=)(?!\S))")
_LINKED = re.compile(r"(?i)(?<=://)(?=\w)|(?<=\bwww)(?=\.)|(?<=\w)(?=@\w)")
_MARK = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a model's text: prose in safe Markdown, or code as it is."""

    text: str
    is_code: bool


def parts(text: str) -> list[Part]:
    """Cut a text at its fenced code blocks; prose is made safe, code is to be shown as code."""
    text = level(text)
    found: list[Part] = []
    position = 0
    for fence in _FENCE.finditer(text):
        found.append(Part(markdown(text[position : fence.start()]), is_code=False))
        found.append(Part(fence.group(2).rstrip("\n"), is_code=True))
        position = fence.end()
    found.append(Part(markdown(text[position:]), is_code=False))
    return [part for part in found if part.text.strip()]


def prose(text: str) -> str:
    """Return a text without its fenced code blocks, as it was written."""
    return re.sub(r"\n{3,}", "\n\n", _FENCE.sub("\n", text)).strip()


def markdown(text: str) -> str:
    """Return prose whose emphasis, lists, tables and headings work and whose links, pictures and formulas do not."""
    text = level(text)
    pieces: list[str] = []
    position = 0
    for code in _CODE.finditer(text):
        pieces += [_plain(text[position : code.start()]), _inert(code.group())]
        position = code.end()
    pieces.append(_plain(text[position:]))
    return "".join(pieces)


def label(text: str) -> str:
    """Return text for a label, a cell or a quotation, in which no sign means anything: it shows as it was written."""
    apart = _LINKED.sub(JOINER, _ARROW.sub(JOINER, _named_apart(_unmarked(text))))
    return _LIST.sub(_no_list, _LABEL.sub(r"\\\1", apart))


def quotation(text: str) -> str:
    """Return a quotation that stands in an answer: nothing in it means anything, but it may run on over quoted lines."""
    return "".join(found if "\n" in found else label(found) for found in re.split(r"((?<![ \t])[ \t]*\n[\s>]*)", text))


def in_code(text: str) -> list[tuple[int, int]]:
    """Return where code spans stand in prose, in which a backslash would show."""
    return [found.span() for found in _CODE.finditer(text)]


def _no_list(start: re.Match[str]) -> str:
    space, sign, number, dot = start.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{dot}"


def _named_apart(text: str) -> str:
    return _SHORTCODE.sub(f":{JOINER}", text)


def _plain(text: str) -> str:
    """Escape what acts; pictures and links become words, an address becomes code, which Markdown does not link."""
    text = _LINK.sub(r"\1 (\2)", _PICTURE.sub(r"\1 (picture not loaded: \2)", text))
    pieces: list[str] = []
    position = 0
    for address in _ADDRESS.finditer(text):
        pieces += [_escaped(text[position : address.start()]), f"`{address.group()}`"]
        position = address.end()
    pieces.append(_escaped(text[position:]))
    return "".join(pieces)


def _escaped(text: str) -> str:
    return _ACTIVE.sub(r"\\\1", _named_apart(text))


def _inert(code: str) -> str:
    """Keep a code span from acting should Markdown read its backticks otherwise than we did."""
    # Streamlit renames ":material/" in the text as it came, in code too.
    code = code.replace(":material/", f":{JOINER}material/")
    return re.sub(r"\](?=[(\[:])|<(?=\w)|\$", lambda found: found.group() + "\u200b", code)


def html(text: str) -> str:
    """Return text for HTML in which nothing is a tag, an entity or the end of an attribute."""
    return escape(level(text), quote=True)


def _unmarked(text: str) -> str:
    return level(_MARK.sub("", text))


def unmarked(text: str) -> str:
    """Drop the private signs that pages use to mark places in a text, and what turns its letters about."""
    return _unmarked(text)
