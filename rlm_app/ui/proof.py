"""What stands behind an answer beside its quotations, worked out when a page asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlm_app.build import App
from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.evidence.claims import claims_of
from rlm_app.evidence.coverage import cover, finder
from rlm_app.proofs import Claim, Coverage, Reading, Support
from rlm_app.records import RunRecord
from rlm_app.types import Document
from rlm_app.ui import documents, memo

_READING, _CLAIM = 250, 1_000
"""Bytes of a reading, with what is worked out of it, and of a claim, as measured."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The claims of a run's answer, and what its model calls were shown of each document that is still there."""

    claims: tuple[Claim, ...]
    coverages: tuple[Coverage, ...]

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        return weight(self.coverages) + _CLAIM * len(self.claims)

    def claim_of(self, number: int) -> Claim | None:
        """Return the claim that a citation, counted from 1, stands for."""
        return next((claim for claim in self.claims if number in claim.citations), None)

    def readers(self, citation: Citation) -> tuple[Reading, ...]:
        """Return the readings that hold the whole passage of a citation, first call first."""
        coverage = next((each for each in self.coverages if each.sha256 == citation.sha256), None)
        return coverage.reading(citation.start, citation.end) if coverage and citation.end > citation.start else ()

    def found_by(self, citation: Citation) -> Reading | None:
        """Return the reading by which a citation's passage was found, None if no prompt held all of it."""
        return finder(citation, self.coverages)

    @property
    def checked(self) -> bool:
        """Whether a model judged of any claim if its quotations bear it out."""
        return any(claim.support is not Support.NOT_CHECKED for claim in self.claims)

    @property
    def unbound(self) -> tuple[Claim, ...]:
        """The claims that state a number and have no quotation."""
        return tuple(claim for claim in self.claims if claim.unbound)


def of(app: App, record: RunRecord, trajectory: Trajectory) -> Proof:
    """Return the proof of a run that has ended; of a long run the first time takes a moment."""

    def worked_out() -> Proof:
        covered = cover(texts(app, record), app.store.events(record.id, record.owner))
        claims = claims_of(record.answer, trajectory.citations, trajectory.claims) if record.answer else ()
        return Proof(claims, covered)

    return memo.ours().get(record.owner, ("proof", record.id, trajectory.last_seq), worked_out, lambda made: made.bytes)


def weight(coverages: Sequence[Coverage]) -> int:
    """Return about how many bytes of memory what was read takes."""
    return sum(_READING * (1 + len(coverage.readings)) for coverage in coverages)


def texts(app: App, record: RunRecord) -> list[Document]:
    """Return the run's documents that are still there."""
    found = [documents.text_of(app, sha256, record.owner) for sha256 in record.spec.documents]
    return [document for document in found if document is not None]
