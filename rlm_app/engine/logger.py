"""Writes runs as the reference's JSONL trajectories, a line as soon as its turn is over."""

from __future__ import annotations

import datetime
import json
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rlm_app.engine.trajectory import Trajectory
from rlm_app.engine.upstream import final_answer, iteration_line, metadata_line
from rlm_app.events import Event, ModelReplied, RunFinished, RunStarted


@dataclass
class _Log:
    """One completion as it is logged; `lines` wait while the file is another completion's."""

    trajectory: Trajectory = field(default_factory=Trajectory)
    turns: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def line(self, index: int) -> dict[str, Any]:
        """Return the line of a turn."""
        final = final_answer(self.trajectory, self.trajectory.turns[index])
        return iteration_line(self.trajectory.root, index, final, self.trajectory.started)

    def add(self, event: Event) -> None:
        """Take an event; a turn that is over becomes a line."""
        self.trajectory.add(event)
        if isinstance(event, RunStarted):
            self.lines.append(metadata_line(event))
        if isinstance(event, ModelReplied) and event.depth == 0:
            self._add_lines(len(self.trajectory.turns) - 1)
        if isinstance(event, RunFinished):
            self._add_lines(len(self.trajectory.turns))

    def _add_lines(self, until: int) -> None:
        self.lines += [self.line(index) for index in range(self.turns, until)]
        self.turns = max(self.turns, until)


class RLMLogger:
    """An event sink that appends each completion to one file of `log_dir`; nothing is kept on disk without `log_dir`.

    Completions that run side by side stand in the file one after the other, each whole.
    """

    def __init__(self, log_dir: str | Path | None = None, file_name: str = "rlm") -> None:
        self.path: Path | None = None
        if log_dir is not None:
            stamp = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
            self.path = Path(log_dir) / f"{file_name}_{stamp}_{uuid.uuid4().hex[:8]}.jsonl"
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._last = _Log()
        self._open: dict[str, _Log] = {}

    def __call__(self, event: Event) -> None:
        """Take the next event of a run."""
        with self._lock:
            if isinstance(event, RunStarted):
                self._last = self._open[event.run_id] = _Log()
            if event.run_id in self._open:
                self._open[event.run_id].add(event)
                self._write()

    def get_trajectory(self) -> dict[str, Any]:
        """Return the completion that began last as one object, each turn with the prompt it was really sent."""
        started, turns = self._last.trajectory.started, self._last.trajectory.turns
        return {
            "run_metadata": metadata_line(started) if started else {},
            "iterations": [self._last.line(index) for index in range(len(turns))],
        }

    def _write(self) -> None:
        """Write what waits of the completion that began first, and of the next ones as soon as it is over."""
        for run_id, log in list(self._open.items()):
            self._append(log.lines)
            log.lines = []
            if log.trajectory.finished is None:
                return
            del self._open[run_id]

    def _append(self, lines: list[dict[str, Any]]) -> None:
        if self.path is None or not lines:
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
