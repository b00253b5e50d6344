"""The tree of a run as its events tell it: RLMs with their turns, turns with their cells, cells with their sub-calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from rlm_app.engine.parsing import parse_reply
from rlm_app.events import CellFinished, CellStarted, ModelReplied, Noticed, SubcallFinished, SubcallStarted
from rlm_app.types import Usage, total


@dataclass
class Subcall:
    """A call from a cell. `finished` is None while it is under way; `child` holds the turns of a child RLM."""

    started: SubcallStarted
    finished: SubcallFinished | None = None
    child: Node | None = None

    @property
    def failed_below(self) -> bool:
        """Whether the call, or something in the turns of its child RLM at any depth, ended in an error."""
        turns = self.child.turns if self.child else ()
        return bool(self.finished and self.finished.error) or any(turn.failed_below for turn in turns)


@dataclass
class Cell:
    """One code block and what came of it; `finished` is None while it runs. `changes` grows when a sub-call begins or ends."""

    started: CellStarted
    finished: CellFinished | None = None
    subcalls: list[Subcall] = field(default_factory=list)
    changes: int = field(default=0, compare=False)
    _tally: tuple[int, Usage, bool] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def tally(self) -> tuple[Usage, bool]:
        """What the finished sub-calls used, and whether one of them failed; counted anew only when one has changed."""
        kept = self._tally
        if kept is None or kept[0] != self.changes:
            changes, ends = self.changes, [call.finished for call in self.subcalls if call.finished]
            kept = self._tally = changes, total(end.usage for end in ends), any(end.error for end in ends)
        return kept[1:]


@dataclass
class Turn:
    """One reply of a root model and its cells; `summaries` are those the model made of its own prompt after them."""

    reply: ModelReplied
    cells: list[Cell] = field(default_factory=list)
    summaries: list[ModelReplied] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)

    @property
    def subcalls(self) -> list[Subcall]:
        """All sub-calls of the turn's cells, in the order they began."""
        return [subcall for cell in self.cells for subcall in cell.subcalls]

    @property
    def code(self) -> tuple[str, ...]:
        """The cells the reply asks for, run or not: the same from the reply's first moment on."""
        return parse_reply(self.reply.reply, self.reply.finish).cells

    def cell(self, number: int) -> Cell:
        """Return the cell of that number."""
        for cell in self.cells:
            if cell.started.cell == number:
                return cell
        return self.cells[-1]

    @property
    def began(self) -> float:
        """When the model was asked; seconds since 1970 (UTC)."""
        return self.reply.at - self.reply.seconds

    @property
    def failed(self) -> bool:
        """Whether a cell or a sub-call of this turn ended in an error."""
        return any((cell.finished and cell.finished.error) or cell.tally[1] for cell in self.cells)

    @property
    def failed_below(self) -> bool:
        """Whether something in this turn, or in a child's turn at any depth below it, ended in an error."""
        return self.failed or any(call.failed_below for call in self.subcalls if call.child is not None)

    @property
    def seconds(self) -> float:
        """Time at work of the turn so far: the model's reply and its cells with their sub-calls, without pauses."""
        if not any(cell.finished for cell in self.cells):
            return self.reply.seconds
        return max(0.0, self.reply.seconds + self.ended - self.reply.at - self.stood)

    @property
    def stood(self) -> float:
        """Seconds the run stood still after the reply and before its cells, because a person paused it."""
        return sum(notice.seconds for notice in self.notices if notice.seq > self.reply.seq)

    @property
    def stood_before(self) -> float:
        """Seconds the run stood still before the model was asked, because a person paused it."""
        return sum(notice.seconds for notice in self.notices if notice.seq < self.reply.seq)

    @property
    def ended(self) -> float:
        """When the last cell of the turn ended, or the reply came; seconds since 1970 (UTC)."""
        return max([cell.finished.at for cell in self.cells if cell.finished], default=self.reply.at)

    @property
    def usage(self) -> Usage:
        """What the reply and the finished sub-calls used."""
        return total([self.reply.usage, *(cell.tally[0] for cell in self.cells)])


@dataclass
class Node:
    """One RLM of the tree, the root or a child, with its turns."""

    call_id: str
    depth: int
    turns: list[Turn] = field(default_factory=list)
    notices: list[Noticed] = field(default_factory=list)

    def begin(self, reply: ModelReplied) -> None:
        """Begin a turn with its reply; what was noticed of it before, such as a pause or a person's note, goes to it."""
        its = [notice for notice in self.notices if notice.iteration == reply.iteration]
        self.notices = [notice for notice in self.notices if notice.iteration != reply.iteration]
        self.turns.append(Turn(reply, notices=its))

    def notice(self, event: Noticed) -> None:
        """Keep a notice with the turn under way; one of a turn whose reply is not there yet waits for it."""
        waits = not self.turns or event.iteration > self.turns[-1].reply.iteration
        (self.notices if waits else self.turns[-1].notices).append(event)

    def turn(self, iteration: int) -> Turn:
        """Return the turn of that number; of a resumed run it may stand before the closing reply it once ended with."""
        for turn in reversed(self.turns):
            if turn.reply.iteration == iteration and turn.reply.purpose != "closing":
                return turn
        return self.turns[-1]
