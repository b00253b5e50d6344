"""Prints a run to the terminal as it goes."""

from __future__ import annotations

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from rlm_app.engine.closing import without_cells
from rlm_app.events import (
    CellFinished,
    CellStarted,
    Event,
    ModelReplied,
    Noticed,
    RunFinished,
    RunStarted,
    SubcallFinished,
)

_LINES = 40


class Printer:
    """An event sink that writes each step in plain words; text of models and cells is never read as markup."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()

    def __call__(self, event: Event) -> None:
        """Print one event."""
        indent = "  " * event.depth
        match event:
            case RunStarted():
                self._console.rule(f"{event.root_model} · {event.environment}")
            case ModelReplied():
                self._line(
                    f"{indent}Turn {event.iteration} · {event.seconds:.1f} s · {event.usage.tokens:,} tokens", "bold"
                )
                if said := without_cells(event.reply):
                    self._console.print(Text(_head(said)))
            case CellStarted():
                self._console.print(Syntax(event.code, "python"))
            case CellFinished():
                self._cell(event, indent)
            case SubcallFinished():
                state = event.error or f"{len(event.reply):,} characters"
                self._line(f"{indent}sub-call {event.call_id} · {event.model} · {event.seconds:.1f} s · {state}", "dim")
            case Noticed():
                self._line(f"{indent}{event.text}", "yellow")
            case RunFinished():
                self._console.print(Panel(Text(event.answer or event.error or ""), title=f"Answer · {event.stop}"))

    def _cell(self, event: CellFinished, indent: str) -> None:
        if event.stdout:
            self._console.print(Text(_head(event.stdout), style="cyan"))
        if event.error:
            self._line(f"{indent}{event.error.type}: {event.error.message}", "red")

    def _line(self, text: str, style: str) -> None:
        self._console.print(Text(text, style=style))


def _head(text: str) -> str:
    lines = text.splitlines()
    rest = f"\n… {len(lines) - _LINES:,} more lines" if len(lines) > _LINES else ""
    return "\n".join(lines[:_LINES]) + rest
