"""Pages of documents as pictures with the passages on them, drawn in a reading process and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rlm_app import reading
from rlm_app.errors import DocumentError
from rlm_app.types import Document, DocumentInfo

if TYPE_CHECKING:
    from rlm_app.documents.isolated import ReadingProcess
    from rlm_app.documents.page_images import Drawn

Box = tuple[float, float, float, float]
"""Left, top, width and height."""
Key = tuple[str, str, int, tuple[tuple[int, int], ...]]
SECONDS = 20.0
"""What drawing one page may take."""
_IDLE = 120.0
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

    One reading process serves all; it ends when no page was asked for in two minutes. A thread of its own starts it and
    talks to it: a confined process ends with the thread that started it, and a page's thread is gone when it is drawn.
    """

    def __init__(self, original: Callable[[str, str], Path | None]) -> None:
        self._original = original
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Drawn] = OrderedDict()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page-views")
        self._process: ReadingProcess | None = None
        self._clock: threading.Timer | None = None

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
        with self._lock:
            picture = self._drawn((owner, info.sha256, index, ()), path, info.name, "", password)
            marked = (
                self._drawn((owner, info.sha256, index, here), path, info.name, text, password) if here else picture
            )
        return PageView(picture.jpeg, picture.width, picture.height, marked.boxes)

    def forget(self, owner: str) -> None:
        """Let go of the pictures drawn for an owner."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == owner]:
                del self._kept[key]

    def close(self) -> None:
        """End the reading process and forget the pictures."""
        with self._lock:
            self._end()
            self._kept.clear()
        self._thread.shutdown()

    def _drawn(self, key: Key, path: Path, name: str, text: str, password: str | None) -> Drawn:
        """Return what is kept under `key`, or draw it; a picture that was drawn for its boxes too is kept apart from them."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        from rlm_app.documents.isolated import ReadingProcess
        from rlm_app.documents.page_images import WIDTH

        _, _, index, spans = key
        process = self._process = self._process or ReadingProcess(reading.launch())
        self._rest()
        width = 0 if spans else WIDTH
        asked = self._thread.submit(
            process.page, path, name, index + 1, text, spans, password, width=width, seconds=SECONDS
        )
        drawn = asked.result()
        self._keep(key, replace(drawn, boxes=drawn.boxes if spans else ()))
        return drawn

    def _keep(self, key: Key, drawn: Drawn) -> None:
        self._kept[key] = drawn
        held = sum(len(each.jpeg) for each in self._kept.values())
        while held > _KEPT_BYTES or len(self._kept) > _KEPT_PAGES:
            held -= len(self._kept.popitem(last=False)[1].jpeg)

    def _rest(self) -> None:
        """Let the process end when nothing more is asked of it."""
        if self._clock is not None:
            self._clock.cancel()
        self._clock = threading.Timer(_IDLE, self._fall_idle)
        self._clock.daemon = True
        self._clock.start()

    def _fall_idle(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        process, self._process = self._process, None
        if process is not None:
            process.close()
