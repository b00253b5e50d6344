"""Cutting long runs of lines or rows into stretches a person can look at."""

from collections.abc import Iterable

from rlm_app.documents.pages import Part

MOST = 60
CHARACTERS = 8_000


def stretches(numbered: Iterable[tuple[int, str]], one: str) -> list[Part]:
    """Cut numbered pieces, whose texts follow one another, into parts labelled "lines 61–120" for `one` "line"."""
    parts: list[Part] = []
    held: list[str] = []
    first = last = size = 0
    for number, text in numbered:
        if held and (len(held) == MOST or size + len(text) > CHARACTERS):
            parts += _stretch(one, first, last, "".join(held))
            held, size = [], 0
        first = first if held else number
        last = number
        held.append(text)
        size += len(text)
    return parts + (_stretch(one, first, last, "".join(held)) if held else [])


def _stretch(one: str, first: int, last: int, text: str) -> list[Part]:
    label = f"{one} {first}" if first == last else f"{one}s {first}–{last}"
    if len(text) <= CHARACTERS:
        return [(label, text, "text" if text.strip() else "empty")]
    pieces = [text[at : at + CHARACTERS] for at in range(0, len(text), CHARACTERS)]
    return [(f"{label}, part {number}", piece, "text") for number, piece in enumerate(pieces, 1)]
