import io
from typing import Any

from rich.console import Console

from rlm_app.events import CellStarted, ModelReplied
from rlm_app.types import Usage
from rlm_app.verbose import Printer


def test_code_is_printed_once_and_what_the_model_says_above_it() -> None:
    out = io.StringIO()
    printer = Printer(Console(file=out, width=100))
    at: dict[str, Any] = {"run_id": "r", "at": 0.0, "call_id": "0", "parent_id": None, "depth": 0, "iteration": 1}
    reply = "I count.\n```repl\nprint(len(context))\n```"
    printer(ModelReplied(seq=1, messages=(), reply=reply, model="m", usage=Usage(1, 1, 1), **at))
    printer(CellStarted(seq=2, cell=1, code="print(len(context))", **at))
    printed = out.getvalue()
    assert "I count." in printed
    assert printed.count("print(len(context))") == 1
    assert "```" not in printed
