"""The tree of a run as its events tell it: RLMs with their turns, turns with their cells, cells with their sub-calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rlm_app.engine.parsing import parse_reply
from rlm_app.events import CellFinished, CellStarted, ModelReplied, Noticed, SubcallFinished, SubcallStarted
from rlm_app.types import Usage, total

STOPPED = "stopped"
"""The `finish` of a sub-call that ended because its run was stopped or its app closed, by no fault of its own."""


RESUMED = "resumed"
"""The topic of the notice that a run which had ended goes on here, after so many seconds in which nobody was at work."""

Gap = tuple[float, float]
"""Two moments, in seconds since 1970 (UTC), between which a run stood still."""


def at_work(start: float, end: float, gaps: Iterable[Gap]) -> float:
    """Return the seconds from one moment to another that lie in none of these gaps."""
    return end - start - sum(max(0.0, min(end, last) - max(start, first)) for first, last in gaps)


@dataclass
class Subcall:
    """A call from a cell. `finished` is None while it is under way; `child` holds the turns of a child RLM."""

    started: SubcallStarted
    finished: SubcallFinished | None = None
    child: Node | None = None

    @property
    def stopped(self) -> bool:
        """Whether the call brought no reply because its run was stopped."""
        return self.finished is not None and bool(self.finished.error) and self.finished.finish == STOPPED

    @property
    def failed(self) -> bool:
        """Whether the call itself ended in an error."""
        return bool(self.finished and self.finished.error) and not self.stopped

    @property
    def failed_within(self) -> bool:
        """Whether something in the turns of its child RLM, at any depth, ended in an error."""
        return self.child is not None and any(turn.failed_below for turn in self.child.turns)

    @property
    def within(self) -> int:
        """How many sub-calls its child RLM made, at any depth."""
        return sum(len(turn.subcalls) + turn.within for turn in self.child.turns) if self.child else 0


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
            kept = self._tally = changes, total(end.usage for end in ends), any(call.failed for call in self.subcalls)
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
        return self.failed or any(call.failed_within for call in self.subcalls)

    @property
    def within(self) -> int:
        """How many sub-calls were made below those of the turn's cells, at any depth."""
        return sum(call.within for call in self.subcalls)

    @property
    def seconds(self) -> float:
        """Time at work of the turn so far: the model's reply and its cells with their sub-calls, without the gaps."""
        return max(0.0, self.reply.seconds + at_work(self.reply.at, self.ended, self.gaps))

    @property
    def gaps(self) -> list[Gap]:
        """When the run stood still in the turn or before it: a person had paused it, or it had ended and was resumed."""
        return [(notice.at - notice.seconds, notice.at) for notice in self.notices if notice.seconds]

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
