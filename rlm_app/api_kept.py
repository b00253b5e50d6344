"""What a library's RLM carries from one completion to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.api_evidence import contexts_of
from rlm_app.api_parts import make_variables, messages_of
from rlm_app.citations import Citation
from rlm_app.engine.cells import CellRunner
from rlm_app.engine.citing import Citer
from rlm_app.engine.trajectory import Trajectory


@dataclass(eq=False, slots=True)
class Kept:
    """The REPL that is kept with its contexts, what was said in it, and the marks of what was cited.

    Where not `persistent` it is that of one completion, which leaves nothing to another.
    """

    persistent: bool = False
    cells: CellRunner | None = None
    contexts: list[Any] = field(default_factory=list)
    earlier: list[list[dict[str, str]]] = field(default_factory=list)
    marks: Mapping[str, Citation] = field(default_factory=dict)

    def quotable(self, prompt: Any) -> dict[str, object]:
        """Return what an answer about `prompt` may quote, by the names that cells know it by."""
        return contexts_of(prompt, self.contexts if self.persistent else None)

    def take(self, prompt: Any) -> tuple[Any, Mapping[str, object]]:
        """Take a completion's prompt in; return its `context`, and its further variables."""
        if not self.persistent:
            return prompt, {}
        self.contexts.append(prompt)
        return self.contexts[0], make_variables(self.contexts, self.earlier)

    def note(self, trajectory: Trajectory, answer: str, citer: Citer | None) -> None:
        """Take in how a completion went."""
        self.earlier.append(messages_of(trajectory, answer))
        self.marks = citer.known if citer else {}

    def close(self) -> None:
        """End the REPL, if one is kept."""
        if self.cells is not None:
            self.cells.close()
            self.cells = None
