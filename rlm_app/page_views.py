"""Pages of documents as pictures with the passages on them, drawn in reading processes and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app.errors import DocumentError
from rlm_app.page_desk import Desk
from rlm_app.types import Document, DocumentInfo

if TYPE_CHECKING:
    from rlm_app.documents.page_images import Drawn

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
Key = tuple[str, str, int, tuple[tuple[int, int], ...]]
_OPEN = 3
_KEPT_BYTES = 48_000_000
_KEPT_PAGES = 2_000


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as JPEG of `width` by `height` pixels, and for each passage its boxes on it, as shares of the page."""

    jpeg: bytes
    width: int
    height: int
    boxes: tuple[tuple[Box, ...], ...]


class PageViews:
    """Draws pages of the PDFs whose files `original` finds for an owner. Safe to use from many threads.

    Each document that is open has a reading process to itself, which is sent the file once; three at most are open, and one
    of which no page was asked for in two minutes is closed.
    """

    def __init__(self, original: Callable[[str, str], Path | None]) -> None:
        self._original = original
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Drawn] = OrderedDict()
        self._desks: OrderedDict[tuple[str, str], Desk] = OrderedDict()

    def drawable(self, info: DocumentInfo, owner: str) -> bool:
        """Whether the pages of a document can be shown as pictures: it is a PDF whose file is kept."""
        return info.format == "pdf" and self._original(info.sha256, owner) is not None

    def page(
        self,
        document: Document,
        owner: str,
        index: int,
        spans: Sequence[tuple[int, int]] = (),
        password: str | None = None,
    ) -> PageView:
        """Return page `index` (from 0) with boxes around the parts of `spans`, offsets in the document, that are on it.

        Raises `DocumentError` where the file is gone, locked, or has no such page.
        """
        info = document.info
        path = self._original(info.sha256, owner)
        if path is None or info.format != "pdf":
            raise DocumentError(
                info.name, "has no pictures of its pages here: the file itself was not kept; add it again"
            )
        page = info.pages[index]
        text = document.text[page.start : page.end]
        cut = ((max(start, page.start) - page.start, min(end, page.end) - page.start) for start, end in spans)
        here = tuple((start, end) if start < end else (0, 0) for start, end in cut)
        picture = self._drawn((owner, info.sha256, index, ()), path, info.name, "", password)
        marked = self._drawn((owner, info.sha256, index, here), path, info.name, text, password) if here else picture
        return PageView(picture.jpeg, picture.width, picture.height, marked.boxes)

    def forget(self, owner: str) -> None:
        """Let go of the pictures drawn for an owner, and of the files they are drawn from."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == owner]:
                del self._kept[key]
            self._close([place for place in self._desks if place[0] == owner])

    def close(self) -> None:
        """End the reading processes and forget the pictures."""
        with self._lock:
            closed = self._close(list(self._desks))
            self._kept.clear()
        for desk in closed:
            desk.wait()

    def _drawn(self, key: Key, path: Path, name: str, text: str, password: str | None) -> Drawn:
        """Return what is kept under `key`, or draw it; a picture that was drawn for its boxes too is kept apart from them."""
        from rlm_app.documents.page_images import WIDTH

        owner, sha256, index, spans = key
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            width = 0 if spans else WIDTH
            asked = self._desk((owner, sha256)).page(path, name, index + 1, text, spans, password, width)
        drawn = asked.result()
        with self._lock:
            self._keep(key, replace(drawn, boxes=drawn.boxes if spans else ()))
        return drawn

    def _desk(self, place: tuple[str, str]) -> Desk:
        """Return where a document's pages are drawn; the one that was not used for longest makes room for a new one."""
        if place not in self._desks:
            self._close(list(self._desks)[: len(self._desks) - _OPEN + 1])
            self._desks[place] = Desk(lambda: self._fall_idle(place))
        self._desks.move_to_end(place)
        return self._desks[place]

    def _close(self, places: Sequence[tuple[str, str]]) -> list[Desk]:
        closed = [self._desks.pop(place) for place in places]
        for desk in closed:
            desk.close()
        return closed

    def _fall_idle(self, place: tuple[str, str]) -> None:
        with self._lock:
            self._close([place] if place in self._desks else [])

    def _keep(self, key: Key, drawn: Drawn) -> None:
        self._kept[key] = drawn
        held = sum(len(each.jpeg) for each in self._kept.values())
        while held > _KEPT_BYTES or len(self._kept) > _KEPT_PAGES:
            held -= len(self._kept.popitem(last=False)[1].jpeg)
