"""The library as the pages use it: files come in, are read again with OCR, are gathered in collections, and go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rlm_app import reading
from rlm_app.allowance import Allowance
from rlm_app.cancel import CancelToken
from rlm_app.checks import plain_name
from rlm_app.errors import DocumentError
from rlm_app.quota_checks import check_upload
from rlm_app.records import RunStore
from rlm_app.store.codec import pack
from rlm_app.store.originals import Originals
from rlm_app.types import Document, DocumentInfo

OnProgress = Callable[[int, int], None]
_COLLECTIONS = "collections"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Recognition:
    """Text recognition as it can be had here: languages by Tesseract's short names, or the sentence that says what to do."""

    languages: tuple[str, ...]
    missing: str = ""


class Shelf:
    """Documents with the files they were read from. Every call is for one owner and touches nothing of another's."""

    def __init__(self, store: RunStore, originals: Originals, allowance: Allowance) -> None:
        self._store = store
        self._allowance = allowance
        self._originals = originals
        self.version = 0
        """Another number once a document was read anew or has gone."""

    def add(
        self,
        path: Path,
        name: str,
        owner: str,
        *,
        password: str | None = None,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> DocumentInfo:
        """Read a file in a process of its own and keep text and file; raise `DocumentError`, `StoreError` or `Cancelled`."""
        from rlm_app.documents.isolated import read_isolated

        if path.is_file():  # what is not one is told by who reads it
            check_upload(self._allowance.quotas, plain_name(name), path.stat().st_size)
        document = read_isolated(
            path, plain_name(name), password, on_progress=on_progress, cancel=cancel, launch=reading.launch()
        )
        return self._keep_read(path, document, owner)

    def original(self, sha256: str, owner: str) -> Path | None:
        """Return the file a document was read from, None where it was not kept; it is a stranger's, open it with care."""
        return self._originals.find(sha256, owner)

    def delete(self, sha256: str, owner: str) -> None:
        """Remove a document with its file, from the owner's collections too, and take back the links to runs about it."""
        self._store.delete_document(sha256, owner)
        self._originals.remove(sha256, owner)
        self.version += 1
        kept = self.collections(owner)
        changed = {name: tuple(each for each in members if each != sha256) for name, members in kept.items()}
        if changed != kept:
            self._keep(owner, changed)

    def scanned(self, info: DocumentInfo) -> list[int]:
        """Return the pages, counted from 1, that text recognition could read."""
        from rlm_app.documents.ocr import scanned_pages

        return scanned_pages(info)

    def recognition(self) -> Recognition:
        """Return whether pages can be recognised on this machine, in which languages, and else what to do."""
        from rlm_app.documents import ocr

        if ocr.program() is None:
            return Recognition((), ocr.HOW_TO_INSTALL)
        found = tuple(ocr.languages())
        return Recognition(found, "" if found else "Tesseract has no data of any language; install tesseract-ocr-eng.")

    def recognise(
        self,
        sha256: str,
        owner: str,
        language: str,
        *,
        password: str | None = None,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> DocumentInfo:
        """Read the scanned pages of a document with OCR and keep it in place of the earlier reading.

        Raises `DocumentError` when it is not there, locked or cannot be recognised, or when there is no room for the text, and
        `Cancelled`; each of them keeps nothing.
        """
        from rlm_app.documents import ocr
        from rlm_app.documents.isolated import ReadingProcess

        document, path = self._store.document(sha256, owner), self.original(sha256, owner)
        if document is None or path is None:
            raise DocumentError(sha256[:12], "its file is no longer here; add it again")
        name, pages, cancel = document.info.name, ocr.scanned_pages(document.info), cancel or CancelToken()
        found: dict[int, str] = {}

        def take(page: int, picture: bytes) -> None:
            found[page] = ocr.recognise(picture, name, language, cancel)
            if on_progress is not None:
                on_progress(len(found), len(pages))

        with ReadingProcess(reading.launch()) as process:
            seconds = (len(pages) + 1) * ocr.SECONDS_A_PAGE
            process.pictures(path, name, pages, password, dpi=ocr.DPI, seconds=seconds, cancel=cancel, take=take)
        if not any(text.strip() for text in found.values()):
            raise DocumentError(name, "shows no text that could be recognised; try another language")
        read = ocr.with_text(document, found)
        with self._allowance.room_for(name, max(0, _weight(read.info) - _weight(document.info)), owner):
            self._keep_text(read, owner)
        return read.info

    def collections(self, owner: str) -> Mapping[str, tuple[str, ...]]:
        """Return the owner's named sets of documents, by name."""
        kept = self._store.preference(owner, _COLLECTIONS) or {}
        return {name: tuple(kept[name]) for name in sorted(kept, key=str.casefold)}

    def keep_collection(self, owner: str, name: str, documents: Sequence[str], *, was: str = "") -> str:
        """Keep a collection under `name`, in place of the one that `was`; return the name it got, "" for one without."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if name:
            kept = {each: members for each, members in self.collections(owner).items() if each != was}
            self._keep(owner, {**kept, name: tuple(dict.fromkeys(documents))})
        return name

    def delete_collection(self, owner: str, name: str) -> None:
        """Forget a collection; its documents stay."""
        self._keep(owner, {each: members for each, members in self.collections(owner).items() if each != name})

    def _keep_read(self, path: Path, document: Document, owner: str) -> DocumentInfo:
        info = document.info
        known = next((each for each in self._store.documents(owner) if each.sha256 == info.sha256), None)
        more = max(0, _weight(info) - (_weight(known) if known else 0))
        with self._allowance.room_for(info.name, more, owner):
            self._originals.keep(path, info.sha256, owner)
            if known is not None and _recognised(known) > _recognised(info):
                return known  # what OCR has read is not lost by adding the file once more
            self._keep_text(document, owner)
        return info

    def _keep_text(self, document: Document, owner: str) -> None:
        self._store.add_document(document, owner)
        self.version += 1

    def _keep(self, owner: str, collections: Mapping[str, Sequence[str]]) -> None:
        value = {name: list(members) for name, members in collections.items()}
        self._store.keep_preference(owner, _COLLECTIONS, value or None)


def _weight(info: DocumentInfo) -> int:
    """Return how many bytes a document has with its file: of a table of a million rows, the pages' names weigh most."""
    return info.size + info.characters + len(json.dumps(pack(info)))


def _recognised(info: DocumentInfo) -> int:
    return sum(page.kind == "ocr" for page in info.pages)
