"""Runs whose documents were read anew since they were asked: their citations at the places where the passages are now."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable

from rlm_app.citations import Citation
from rlm_app.engine.trajectory import Trajectory
from rlm_app.types import Document

Texts = Callable[[str], Document | None]
_KEPT = 16


class Settling:
    """Sets places right; what it has worked out is kept for the runs looked at last, until a document changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Trajectory, int, Trajectory]] = OrderedDict()

    def settled(self, run_id: str, trajectory: Trajectory, texts: Texts, version: int) -> Trajectory:
        """Return the trajectory of a run with its citations in place; the same one where nothing moved or it still runs.

        `texts` gives a document by its SHA-256; `version` is another number once a document was read anew.
        """
        if trajectory.finished is None or not (trajectory.citations or trajectory.tried):
            return trajectory
        with self._lock:
            known = self._kept.get(run_id)
            if known is not None and known[0] is trajectory and known[1] == version:
                self._kept.move_to_end(run_id)
                return known[2]
        found = _settled(trajectory, texts)
        with self._lock:
            self._kept[run_id] = trajectory, version, found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def _settled(trajectory: Trajectory, texts: Texts) -> Trajectory:
    from rlm_app.evidence.reread import settled

    answer, tried = trajectory.citations, trajectory.tried
    every: list[Citation] = [*answer, *tried]
    for sha256 in dict.fromkeys(each.sha256 for each in every if each.sha256 and each.end > each.start):
        document = texts(sha256)
        if document is not None:
            every = list(settled(every, document))
    if every == [*answer, *tried]:
        return trajectory
    return dataclasses.replace(trajectory, citations=every[: len(answer)], tried=every[len(answer) :])
