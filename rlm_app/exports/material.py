"""What a file is made from, and what the person who shares it lets in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord
from rlm_app.types import Document


class Sources(StrEnum):
    """How much of the documents' text goes into a file."""

    WHOLE = "whole"
    PASSAGES = "passages"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Material:
    """A run as it is kept: `documents` are those still at hand, `pictures` JPEGs of pages by the number of their quote."""

    record: RunRecord
    trajectory: Trajectory
    documents: tuple[Document, ...] = ()
    pictures: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The quotations of the answer, the first of which is number 1."""
        return tuple(self.trajectory.citations)

    def document(self, sha256: str) -> Document | None:
        """Return the document of that name, None where it is not at hand."""
        return next((each for each in self.documents if each.info.sha256 == sha256), None)


@dataclass(frozen=True, slots=True)
class Share:
    """What goes into a file: `names` are hidden wherever they stand, `mails` and `numbers` hide what looks like one."""

    sources: Sources = Sources.PASSAGES
    timeline: bool = True
    code: bool = True
    prompts: bool = False
    money: bool = True
    pictures: bool = True
    names: tuple[str, ...] = ()
    mails: bool = False
    numbers: bool = False

    @property
    def redacts(self) -> bool:
        """Whether anything is to be hidden."""
        return bool(self.names or self.mails or self.numbers)

    def shown(self, pictures: Mapping[int, bytes]) -> Mapping[int, bytes]:
        """Return the pictures that go in: none where something is hidden, which a picture would show."""
        return pictures if self.pictures and not self.redacts else {}

    def left_out(self) -> tuple[str, ...]:
        """Return in words what does not go into the file."""
        told = {
            "the documents' text": self.sources is Sources.NONE,
            "the documents' text beyond the quoted passages": self.sources is Sources.PASSAGES,
            "the timeline": not self.timeline,
            "code and its output": self.timeline and not self.code,
            "prompts and sub-calls": self.timeline and not self.prompts,
            "money and tokens": not self.money,
            "pictures of pages": not self.pictures or self.redacts,
        }
        return tuple(words for words, out in told.items() if out)
