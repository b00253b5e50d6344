"""What the peers are made to do: the same cells for each of them. Standard library only; used by the provider too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

QUESTION = "QUESTION-OF-THE-ROOT: carry out the script."
"""By this sentence the provider tells the root's prompts from those of children."""

_CHECK = (
    "import hashlib\ndef right(prompt, reply):\n    return hashlib.sha256(prompt.encode()).hexdigest()[:16] in reply\n"
)
_ANSWER = 'answer["content"] = {}\nanswer["ready"] = True'
_SEEN = re.compile(r"seen (child \d+) ([0-9a-f]{16})")


@dataclass(frozen=True)
class Scenario:
    """One task: the cells of the root and of children, the answer that is right, and what is measured.

    `latency` is seconds of each call; `unit` is what "each" counts ("turn", "call", "child"), of which there are `units`;
    with `context_words` the context is that many drawn words; `cell_seconds` is the limit of a cell; `give_up`
    seconds end a peer that does not end.
    """

    name: str
    cells: Sequence[str]
    answer: str
    unit: str = "turn"
    units: int = 1
    child_cells: Sequence[str] = ()
    context: str = "a context"
    context_words: int = 0
    depth: int = 1
    latency: float = 0.0
    cell_seconds: float = 60.0
    give_up: float = 120.0
    new_text: int = 0
    options: Mapping[str, float] = field(default_factory=dict)


def reply(scenario: Scenario, messages: Sequence[Mapping[str, str]]) -> str:
    """Return what the model says: a cell for a root or a child, a checksum of the prompt for a plain sub-call."""
    if messages[0]["role"] != "system":
        return "sum " + checksum(messages[-1]["content"])
    turn = sum(1 for message in messages if message["role"] == "assistant")
    if any(QUESTION in message["content"] for message in messages[1:3]):
        return _block(scenario.cells[min(turn, len(scenario.cells) - 1)])
    code = scenario.child_cells[min(turn, len(scenario.child_cells) - 1)]
    if "{seen}" in code:
        found = _SEEN.search(messages[-1]["content"])
        code = code.replace("{seen}", f"{found.group(1)} {found.group(2)}" if found else "nothing")
    return _block(code)


def checksum(prompt: str) -> str:
    """Return the checksum that a sub-call's reply carries."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:16]


def _block(code: str) -> str:
    return f"```repl\n{code}\n```"


def _turns() -> Scenario:
    cells = [f"x = {number}\nprint(x)" for number in range(29)] + [_ANSWER.format("str(x)")]
    return Scenario("S2", cells, "28", units=30)


def _sequential() -> Scenario:
    code = (
        _CHECK
        + "good = 0\nfor n in range(500):\n    prompt = f'call {n}'\n    good += right(prompt, llm_query(prompt))\n"
    )
    return Scenario("S4", [code + _ANSWER.format("str(good)")], "500", unit="call", units=500)


def _fan_out() -> Scenario:
    # Drawn letter by letter, as in S6, the prompts cost more CPU than the calls do in some peers; digits come at once.
    code = (
        _CHECK + "import random\ntext = random.Random(1).randbytes(997_500).hex()\n"
        "prompts = [f'{n:04d} ' + text[n * 1995 : (n + 1) * 1995] for n in range(1000)]\n"
        "replies = llm_query_batched(prompts)\n"
        "good = sum(right(p, r) for p, r in zip(prompts, replies))\n"
    )
    cells = [code + _ANSWER.format("str(good)")]
    return Scenario("S1", cells, "1000", unit="call", units=1000, latency=0.05, new_text=2_040_000)


def _children() -> Scenario:
    code = "parts = rlm_query_batched([f'child {n}' for n in range(16)])\n" + _ANSWER.format("'|'.join(parts)")
    child = ["print(context)", _ANSWER.format("context")]
    answer = "|".join(f"child {number}" for number in range(16))
    return Scenario("S5", [code], answer, "child", 16, child, depth=2, latency=0.05)


def _asking_children() -> Scenario:
    code = "parts = rlm_query_batched([f'child {n}' for n in range(16)])\n" + _ANSWER.format("'|'.join(parts)")
    child = ["reply = llm_query(context)\nprint('seen', context, reply[4:])", _ANSWER.format("'{seen}'")]
    names = [f"child {number}" for number in range(16)]
    answer = "|".join(f"{name} {checksum(name)}" for name in names)
    return Scenario("S5-sub", [code], answer, "child", 16, child, depth=2, latency=0.05)


def _outputs() -> Scenario:
    cells = [
        f"import random\nr = random.Random({turn})\nprint('{turn:02d} ' + ''.join(r.choices('abcdefghij klmnop', k=19997)))"
        for turn in range(30)
    ]
    return Scenario("S6", [*cells, _ANSWER.format("'done'")], "done", units=31, new_text=600_000)


def _big_context() -> Scenario:
    cells = [f"print(len(context), context[{turn}:{turn + 20}])" for turn in range(3)]
    answer = _ANSWER.format("str(context.count(' '))")
    return Scenario("S3-10", [*cells, answer], "1999999", units=4, context_words=2_000_000, new_text=10_000_000)


def _reader() -> Scenario:
    """A reader's run as it is on a shared server: it asks four parts a turn, for as many turns as a minute or so takes."""
    code = "found = llm_query_batched([f'turn {turn} part {{n}} of ' + context[:400] for n in range(4)])\nprint(len(found))"
    cells = [*(code.format(turn=turn) for turn in range(12)), _ANSWER.format("'Ninety days.'")]
    return Scenario("load", cells, "Ninety days.", latency=2.5)


def _runaway(name: str, code: str, seconds: float) -> Scenario:
    cells = [code, "print('went on')", _ANSWER.format("'went on'")]
    return Scenario(name, cells, "went on", cell_seconds=seconds, give_up=25.0)


def _all() -> Mapping[str, Scenario]:
    loop = _runaway("S8-loop", "while True:\n    pass", 2.0)
    output = _runaway("S8-output", "for n in range(2000):\n    print('x' * 100_000)", 60.0)
    memory = _runaway("S8-memory", "held = []\nwhile True:\n    held.append(b'x' * 20_000_000)", 60.0)
    warm = Scenario(
        "warm", ["print(llm_query('warm'))", _ANSWER.format("'warm'")], "warm", child_cells=["print(1)"], depth=1
    )
    makers: Sequence[Callable[[], Scenario]] = (
        *(_turns, _sequential, _fan_out, _children, _asking_children, _outputs, _big_context, _reader),
    )
    made = [*(make() for make in makers), loop, output, memory, warm]
    return {scenario.name: scenario for scenario in made}


SCENARIOS = _all()
