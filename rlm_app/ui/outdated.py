"""A run whose document was replaced since: what became of its quotations in the new version."""

from __future__ import annotations

from rlm_app.build import App
from rlm_app.engine.trajectory import Trajectory
from rlm_app.records import RunRecord


def draw(app: App, record: RunRecord, trajectory: Trajectory) -> None:
    """Say which quotations of a run moved, changed or are gone in a newer version of its documents."""
