"""The record of a run, folded from its events: the one reading that pages, exports and resume share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rlm_app.citations import Citation
from rlm_app.engine.tree import RESUMED, Cell, Node, Subcall, Turn
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Cited,
    ClaimJudged,
    Event,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
    SubcallStarted,
)
from rlm_app.proofs import Claim
from rlm_app.types import NO_USAGE, Usage, total


@dataclass
class Trajectory:
    """A run as its events tell it so far. Fold again, `add` further events, or let it be `grown`, to bring it up to date.

    `seconds_by_model` adds up the waits for each model, of calls side by side each in full.
    `citations` are those of the answer, `tried` those that cells gave to `cite()`, `claims` those a sub-model judged.
    """

    root: Node = field(default_factory=lambda: Node("0", 0))
    started: RunStarted | None = None
    finished: RunFinished | None = None
    citations: list[Citation] = field(default_factory=list)
    tried: list[Citation] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    usage_by_model: dict[str, Usage] = field(default_factory=dict)
    seconds_by_model: dict[str, float] = field(default_factory=dict)
    last_seq: int = 0
    last_at: float = 0.0
    _nodes: dict[str, Node] = field(default_factory=dict)
    _subcalls: dict[str, tuple[Cell, Subcall]] = field(default_factory=dict)

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Trajectory:
        """Return the trajectory of these events, which are in order of `seq`."""
        trajectory = cls()
        for event in events:
            trajectory.add(event)
        return trajectory

    def grown(self, events: Iterable[Event]) -> Trajectory:
        """Return the trajectory with further events, at a cost that does not depend on how many there were before.

        This one keeps its turns and sums for whoever is drawing it, but what is under way is shared by both: a sub-call may
        end, or a cell begin, in either. Only the latest trajectory may be grown.
        """
        latest = replace(
            self,
            root=replace(self.root, turns=[*self.root.turns], notices=[*self.root.notices]),
            citations=[*self.citations],
            tried=[*self.tried],
            claims=[*self.claims],
            usage_by_model={**self.usage_by_model},
            seconds_by_model={**self.seconds_by_model},
        )
        for event in events:
            latest.add(event)
        return latest

    @property
    def turns(self) -> list[Turn]:
        """The root's turns."""
        return self.root.turns

    @property
    def usage(self) -> Usage:
        """What all calls used that have ended."""
        return total(self.usage_by_model.values())

    def add(self, event: Event) -> None:
        """Take one more event into account; an event already seen changes nothing."""
        if event.seq <= self.last_seq:
            return
        self.last_seq, self.last_at = event.seq, event.at
        if self.finished is not None:
            self._go_on()
        match event:
            case RunStarted():
                self.started = event
            case RunFinished():
                self.finished = event
            case Cited() | ClaimJudged():
                self._prove(event)
            case Noticed():
                self._notice(event)
            case SubcallStarted():
                self._begin_subcall(event)
            case SubcallFinished():
                self._end_subcall(event)
            case _:
                self._add_to_turn(event)

    def _prove(self, event: Cited | ClaimJudged) -> None:
        if isinstance(event, Cited):
            (self.tried if event.iteration else self.citations).append(event.citation)
            return
        self.claims.append(event.claim)
        if event.model:
            self._count(event)

    def _go_on(self) -> None:
        """A run that had ended was resumed: its end and the citations of its answer are no longer the last word."""
        self.finished = None
        self.citations, self.claims = [], []

    def _add_to_turn(self, event: Event) -> None:
        match event:
            case ModelReplied(purpose="summary"):
                self._summary(event)
            case ModelReplied():
                self._node(event).begin(event)
                self._count(event)
            case CellStarted():
                self._turn(event, event.iteration).cells.append(Cell(event))
            case CellFinished():
                self._turn(event, event.iteration).cell(event.cell).finished = event

    def _summary(self, event: ModelReplied) -> None:
        turns = self._node(event).turns
        if turns:
            turns[-1].summaries.append(event)
        self._count(event)

    def _node(self, event: Event) -> Node:
        if event.depth == 0:
            return self.root
        node = self._nodes.get(event.call_id)
        if node is None:
            node = self._nodes[event.call_id] = Node(event.call_id, event.depth)
            if event.call_id in self._subcalls:
                self._subcalls[event.call_id][1].child = node
        return node

    def _turn(self, event: Event, iteration: int) -> Turn:
        return self._node(event).turn(iteration)

    def _begin_subcall(self, event: SubcallStarted) -> None:
        parent = self.root if event.parent_id in (None, self.root.call_id) else self._nodes[event.parent_id or ""]
        cell, subcall = parent.turn(event.iteration).cell(event.cell), Subcall(event)
        cell.subcalls.append(subcall)
        cell.changes += 1
        self._subcalls[event.call_id] = cell, subcall

    def _end_subcall(self, event: SubcallFinished) -> None:
        cell, subcall = self._subcalls[event.call_id]
        subcall.finished = event  # the later of two, when a failed call was made again on resuming
        cell.changes += 1
        if subcall.started.role != "rlm" or subcall.child is None:
            self._count(event)

    def _notice(self, event: Noticed) -> None:
        self._node(event).notice(event)
        if event.topic == RESUMED:
            for _, call in self._subcalls.values():
                if call.child is not None and call.child.turns and (call.finished is None or call.stopped):
                    call.child.turns[-1].notices.append(event)  # it lay still with the run

    def _count(self, call: ModelReplied | SubcallFinished | ClaimJudged) -> None:
        model = call.model
        self.usage_by_model[model] = self.usage_by_model.get(model, NO_USAGE) + call.usage
        self.seconds_by_model[model] = self.seconds_by_model.get(model, 0.0) + call.seconds
