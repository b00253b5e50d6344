"""Writes runs as the reference's JSONL trajectories, a line as soon as its turn is over."""

from __future__ import annotations

import datetime
import json
import uuid
from pathlib import Path
from typing import Any

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import final_answer, iteration_line, metadata_line
from rlm_app.events import Event, ModelReplied, RunFinished, RunStarted


class RLMLogger:
    """An event sink that appends each completion to one file of `log_dir`; nothing is kept on disk without `log_dir`."""

    def __init__(self, log_dir: str | Path | None = None, file_name: str = "rlm") -> None:
        self.path: Path | None = None
        if log_dir is not None:
            stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
            self.path = Path(log_dir) / f"{file_name}_{stamp}_{uuid.uuid4().hex[:8]}.jsonl"
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._trajectory = Trajectory()
        self._written = 0

    def __call__(self, event: Event) -> None:
        """Take the next event of a run; a new run may follow on a finished one."""
        if isinstance(event, RunStarted):
            self._trajectory = Trajectory()
            self._written = 0
            self._write(metadata_line(event))
        self._trajectory.add(event)
        if isinstance(event, ModelReplied) and event.depth == 0:
            self._write_turns(len(self._trajectory.turns) - 1)
        if isinstance(event, RunFinished):
            self._write_turns(len(self._trajectory.turns))

    def get_trajectory(self) -> dict[str, Any]:
        """Return the last completion as one object, each turn with the prompt it was really sent."""
        started, turns = self._trajectory.started, self._trajectory.turns
        return {
            "run_metadata": metadata_line(started) if started else {},
            "iterations": [self._line(index) for index in range(len(turns))],
        }

    def _write_turns(self, until: int) -> None:
        for index in range(self._written, until):
            self._write(self._line(index))
        self._written = max(self._written, until)

    def _line(self, index: int) -> dict[str, Any]:
        final = final_answer(self._trajectory, self._trajectory.turns[index])
        return iteration_line(self._trajectory.root, index, final, self._trajectory.started)

    def _write(self, line: dict[str, Any]) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
