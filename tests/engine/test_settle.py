import json

from rlm_app.engine.journal import MemoryJournal
from rlm_app.types import Completion, Request
from tests.engine.loop import drive

TURNS = (
    "```repl\nprint(llm_query('one'), llm_query('two'))\n```",
    "```repl\nprint(llm_query_batched([f'part {n}' for n in range(8)]))\n```",
    "```repl\nprint(post('done'))\nprint(post('again'))\n```",
    '```repl\nprint(rlm_query("the last"))\nFINAL("all")\n```',
)


class Unsettled(MemoryJournal):
    """A journal that knows which models' replies are not on disk yet: those since it was last settled."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[str] = []

    def finished(self, key: str, occurrence: int, completion: Completion) -> None:
        super().finished(key, occurrence, completion)
        self.models.append(completion.model)

    def settle(self) -> None:
        self.models.clear()


def test_no_call_leaves_and_no_tool_runs_before_the_replies_it_follows_from_are_on_disk() -> None:
    journal = Unsettled()
    seen: dict[str, list[list[str]]] = {"root": [], "sub": [], "tool": []}
    turns = iter(TURNS)

    def root(request: Request) -> str:
        seen["root"].append([*journal.models])
        return next(turns)

    def sub(request: Request) -> str:
        seen["sub"].append([*journal.models])
        return f"re: {request.messages[-1].content}"

    def post(text: str) -> str:
        seen["tool"].append([*journal.models])
        return json.dumps(text)

    run = drive(root, sub=sub, tools={"post": post}, journal=journal)
    assert run.error is None
    assert seen["root"] == [[]] * 4
    assert seen["tool"] == [[]] * 2
    alone, batch, last = seen["sub"][:2], seen["sub"][2:10], seen["sub"][10:]
    assert alone == [[]] * 2
    assert last == [[]]
    # The calls of a batch do not follow from each other, so they do not wait for each other's replies.
    assert all("root" not in models for models in batch)


def test_the_replies_of_a_batch_are_waited_for_once_and_not_one_by_one() -> None:
    settled: list[int] = []

    class Counting(Unsettled):
        def settle(self) -> None:
            settled.append(len(self.models))
            super().settle()

    code = "```repl\nFINAL('|'.join(llm_query_batched([str(n) for n in range(40)])))\n```"
    run = drive([code], journal=Counting())
    assert run.error is None
    assert settled == [0, 1]
