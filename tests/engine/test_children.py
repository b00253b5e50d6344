import re

import pytest

from rlm_app.types import Limits, Request
from tests.engine.loop import block, drive

COUNT = 16
ROOT = [
    block(f"answers = rlm_query_batched([f'mark {{n:03d}}' for n in range({COUNT})])\nprint(len(answers))"),
    block("FINAL('|'.join(answers))"),
]


def child(request: Request) -> str:
    """A child whose first turn asks and prints, and whose second hands in what it was shown as its own output."""
    if request.messages[0].role != "system":
        return f"seen {request.messages[-1].content}"
    if len(request.messages) == 2:
        return block("reply = llm_query(context)\nfor part in reply.split():\n    print(part)")
    shown = re.search(r"Output:\n(seen\nmark\n\d{3})\n", request.messages[-1].content)
    return block(f"FINAL({shown.group(1).replace(chr(10), ' ') if shown else 'nothing'!r})")


@pytest.mark.parametrize("repeat", range(3))
def test_children_at_work_at_the_same_time_each_read_back_their_own_output(repeat: int) -> None:
    run = drive(ROOT, sub=child, limits=Limits(depth=2))
    assert run.answer.split("|") == [f"seen mark {number:03d}" for number in range(COUNT)]
    first = run.trajectory.turns[0]
    assert all(call.child and len(call.child.turns) == 2 for call in first.subcalls)
    assert run.sub.calls == COUNT * 3
