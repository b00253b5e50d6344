# The texts of the context, cut into passages with the headings above them and the places they stand at.

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from rlm_app.clients.offline_cells.text import HEADING, blocks, sentences

NUMBERED = re.compile(r"\s*(?:#+\s*)?(?:clause|section|article|paragraph)?\s*(\d+(?:\.\d+)+)", re.IGNORECASE)


def numbers_in(passage: str) -> list[str]:
    """Return the numbers of the clauses or sections that begin in the passage."""
    return [match[1] for match in map(NUMBERED.match, passage.splitlines()) if match]


class Source(NamedTuple):
    """One text of the context; `pages` are (start, label)."""

    name: str
    text: str
    unit: str
    pages: list[tuple[int, str]]

    def place(self, offset: int) -> str:
        """Return "page 41" or "section 4.2 Alarms" for a character offset; "" when the text has no pages."""
        if not self.pages:
            return ""
        label = self.pages[max(0, bisect_right([start for start, _ in self.pages], offset) - 1)][1]
        return label if label.startswith(self.unit) else f"{self.unit} {label}"


def sources_of(context: Any, documents: Any = None) -> list[Source]:
    """Return the texts of the context, named by `documents` where it is known."""
    given = context if isinstance(context, (list, tuple)) else [context]
    texts = [text if isinstance(text, str) else json.dumps(text, ensure_ascii=False) for text in given]
    known = list(documents or []) + [{}] * len(texts)
    return [
        Source(
            about.get("name", f"document {number}"),
            text,
            about.get("unit", "page"),
            [(page["start"], page["label"]) for page in about.get("pages", ())],
        )
        for number, (text, about) in enumerate(zip(texts, known, strict=False), start=1)
    ]


def heading_of(block: str) -> tuple[int, str]:
    """Return (depth, title) of a heading, an outer one less deep; (0, "") if the block is none."""
    match = HEADING.match(block)
    if not match:
        return 0, ""
    if match["hash"]:
        return len(block.split(maxsplit=1)[0]), match["hash"]
    if match["num"]:
        return 2 + block.split(maxsplit=1)[0].rstrip(".").count("."), block.strip()
    return (6 if match["plain"] else 1), block.strip()


def slices(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield a block in pieces of at most about `size` characters, cut between sentences."""
    left = start
    if end - start > size:
        for first, last in sentences(text[start:end]):
            if start + last - left > size and start + first > left:
                yield left, start + first
                left = start + first
    yield left, end


def passages(text: str, size: int = 600) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, headings) of stretches of about `size` characters that begin and end where the text does."""
    path: dict[int, str] = {}
    begun = ended = -1
    bare = False
    for start, end in blocks(text):
        block = text[start:end]
        depth, title = heading_of(block) if end - start < 200 else (0, "")
        if begun >= 0 and not bare and (depth or NUMBERED.match(block) or end - begun > size):
            yield begun, ended, " / ".join(path.values())
            begun = -1
        if depth:
            path = {above: kept for above, kept in path.items() if above < depth}
            path[depth] = title
        bare = bool(depth) and (bare or begun < 0)
        for first, last in slices(text, start, end, 2 * size):
            if begun >= 0 and last - begun > 2 * size:
                yield begun, ended, " / ".join(path.values())
                begun = -1
            begun, ended = (first if begun < 0 else begun), last
    if begun >= 0:
        yield begun, ended, " / ".join(path.values())
