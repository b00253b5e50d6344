"""A quotation with its verdict and its place in a document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the verifier found out about a quotation; the words are fixed and shown to people."""

    FOUND = "Found"
    FOUND_IN_PARTS = "Found in parts"
    ALTERED = "Altered"
    CLOSE = "Close"
    SCANNED_PAGE = "Scanned page"
    NOT_FOUND = "Not found"


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that a quotation and its source do not share: `quoted` stands in the quotation, `source` in the document.

    Either may be empty. `at` is where `quoted` begins in the quotation, `start` where `source` begins in the document.
    """

    quoted: str
    source: str
    at: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document's text, [start, end), with the page it begins on; `unit` says what that is ("page")."""

    sha256: str
    document: str
    start: int
    end: int
    page: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation with its place. `start` and `end` are character offsets in the document named by `sha256`.

    One that is Not found has no place; `nearest` is then the passage that comes closest, if any is near. `unit` says what
    `page` is ("page", "section"). `prefix` and `suffix` are up to 30 characters beside the passage. `detail` is a sentence
    on what the verifier saw beyond the verdict; `mark` is the name `cite()` gave it ("c3").
    """

    quote: str
    verdict: Verdict
    sha256: str = ""
    document: str = ""
    start: int = 0
    end: int = 0
    page: str = ""
    unit: str = ""
    prefix: str = ""
    suffix: str = ""
    differences: tuple[Difference, ...] = ()
    detail: str = ""
    mark: str = ""
    nearest: Passage | None = None
