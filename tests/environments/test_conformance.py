"""One list of behaviours that cells have in every environment."""

import dataclasses
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.cell_results import CellResult
from rlm_app.engine.repl import REPL
from rlm_app.errors import ClientError, REPLError, REPLLost
from rlm_app.protocols import Environment
from tests.environments.recipes import ENVIRONMENTS, Make

SECONDS = 20.0


def llm_query(prompt: str, model: str | None = None) -> str:
    return f"{model or 'default'}: {prompt}"


def llm_query_batched(prompts: list[str]) -> list[str]:
    return [prompt.upper() for prompt in prompts]


def describe_json(value: Any) -> Any:
    return {"got": value}


def fail(message: str) -> str:
    raise ClientError(message)


def fail_oddly() -> str:
    raise ZeroDivisionError("odd")


TOOLS: dict[str, Callable[..., Any]] = {
    "llm_query": llm_query,
    "llm_query_batched": llm_query_batched,
    "describe_json": describe_json,
    "fail": fail,
    "fail_oddly": fail_oddly,
    "rest": time.sleep,
    "nothing_json": object,
}


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> Environment:
    make: Make = request.param
    return make()


@pytest.fixture
def repl(environment: Environment) -> Iterator[REPL]:
    with REPL(environment, TOOLS, output_chars=10_000, cancel=CancelToken()) as live:
        yield live


def run(repl: REPL, *cells: str, seconds: float = SECONDS) -> CellResult:
    result = CellResult()
    for code in cells:
        result = repl.run(code, seconds=seconds)
    return result


# What is printed by the last of the cells, to the letter.
PRINTS: dict[str, tuple[list[str], str]] = {
    "print arrives": (["print('hello')"], "hello\n"),
    "stderr and stdout come in order": (
        ["import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)"],
        "1\n2\n3\n",
    ),
    "bytes written to stdout's buffer arrive": (["import sys\nsys.stdout.buffer.write(b'raw\\n')\nNone"], "raw\n"),
    "a last bare expression is echoed": (["x = 20\nx + 1"], "21\n"),
    "a string is echoed as its repr": (["'a\\nb'"], "'a\\nb'\n"),
    "None is not echoed": (["None"], ""),
    "an expression before the last is not echoed": (["1\nx = 2"], ""),
    "an empty cell prints nothing": (["  \n# a comment\n"], ""),
    "variables last": (["x = 1", "x += 1", "print(x)"], "2\n"),
    "deleted variables are gone": (["x = 1", "del x", "print('x' in dir())"], "False\n"),
    "underscored names last": (["_x = 5", "print(_x)"], "5\n"),
    "imports last": (["import math", "print(math.floor(2.5))"], "2\n"),
    "functions see names of later cells": (["def f(): return late", "late = 7", "print(f())"], "7\n"),
    "functions see changed globals": (["n = 1\ndef f(): return n", "n = 2", "print(f())"], "2\n"),
    "functions may change globals": (["n = 1\ndef f():\n    global n\n    n += 1", "f()", "print(n)"], "2\n"),
    "classes work": (
        ["class A:\n    def __init__(self): self.x = 3\n    def y(self): return self.x", "print(A().y())"],
        "3\n",
    ),
    "dataclasses work": (
        ["from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1", "print(P(2))"],
        "P(x=2)\n",
    ),
    "comprehensions see globals": (["k = 3", "print([k * i for i in range(3) if i < k])"], "[0, 3, 6]\n"),
    "nested functions and recursion work": (
        ["def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(12))"],
        "144\n",
    ),
    "the name of the module is __main__": (["print(__name__)"], "__main__\n"),
    "functions and classes can be pickled": (
        ["class A: pass\ndef f(): return 4", "import pickle\nprint(pickle.loads(pickle.dumps(f))())"],
        "4\n",
    ),
    "instances of the cell's classes can be pickled": (
        ["class A: x = 6", "import pickle\nprint(pickle.loads(pickle.dumps(A())).x)"],
        "6\n",
    ),
    "async code works": (["import asyncio\nasync def f(): return 8\nprint(asyncio.run(f()))"], "8\n"),
    "generators last": (["g = iter(range(3))\nnext(g)", "print(next(g))"], "1\n"),
    "named tuples, enums and typed dictionaries can be made": (
        [
            "import collections, enum, typing\nP = collections.namedtuple('P', 'a b')\nE = enum.Enum('E', 'A B')\n"
            "class T(typing.TypedDict):\n    a: int\nprint(P(1, 2), E.B, T(a=1))"
        ],
        "P(a=1, b=2) E.B {'a': 1}\n",
    ),
    "ordered and frozen dataclasses work": (
        [
            "from dataclasses import dataclass\n@dataclass(order=True, frozen=True)\nclass D:\n    a: int",
            "print(D(1) < D(2))",
        ],
        "True\n",
    ),
    "libraries keep the builtins they need": (
        ["import timeit, ast\nprint(timeit.timeit('1 + 1', number=1) >= 0, ast.literal_eval('[1]'))"],
        "True [1]\n",
    ),
    "a pattern can be compiled": (["import re\nprint(re.compile('a').findall('banana'))"], "['a', 'a', 'a']\n"),
    "unicode goes both ways": (["print('żółć 🦆 ' + llm_query('ü'))"], "żółć 🦆 default: ü\n"),
    "a lone surrogate is shown escaped": (["print('a\\ud800b')"], "a\\ud800b\n"),
    "descriptor 0 is empty": (["import os\nprint(os.read(0, 10))"], "b''\n"),
    "closing stdout silences nothing": (["import sys\nsys.stdout.close()", "print('still')"], "still\n"),
    "replaced stdout is put back": (["import sys, io\nsys.stdout = io.StringIO()", "print('back')"], "back\n"),
    "detached stdout is put back": (["import sys\nb = sys.stdout.detach()", "print('back')"], "back\n"),
    "a tool is called": (["print(llm_query('hi'))"], "default: hi\n"),
    "a tool takes keywords": (["print(llm_query('hi', model='small'))"], "small: hi\n"),
    "lists of texts go both ways": (["print(llm_query_batched(['a', 'b', '']))"], "['A', 'B', '']\n"),
    "an empty list goes both ways": (["print(llm_query_batched([]))"], "[]\n"),
    "a tuple arrives as a list": (["print(llm_query_batched(('a',)))"], "['A']\n"),
    "JSON values go both ways": (
        ["print(describe_json({'a': [1, None, 'ü', 2.5, True]}))"],
        "{'got': {'a': [1, None, 'ü', 2.5, True]}}\n",
    ),
    "None goes both ways": (["print(rest(0))"], "None\n"),
    "a tool's error is an exception in the cell": (
        ["try:\n    fail('no credit')\nexcept Exception as e:\n    print(type(e).__name__, '-', e)"],
        "ToolError - ClientError: no credit\n",
    ),
    "any exception of a tool arrives as its name and message": (
        ["try:\n    fail_oddly()\nexcept Exception as e:\n    print(e)"],
        "ZeroDivisionError: odd\n",
    ),
    "an unexpected keyword is the tool's TypeError": (
        ["try:\n    llm_query('a', wrong=1)\nexcept Exception as e:\n    print('wrong' in str(e))"],
        "True\n",
    ),
    "what is not JSON is refused in the cell": (
        ["try:\n    describe_json(object())\nexcept TypeError as e:\n    print('JSON' in str(e))"],
        "True\n",
    ),
    "a tool that returns what is not JSON is an error in the cell": (
        ["try:\n    nothing_json()\nexcept Exception as e:\n    print('JSON' in str(e))"],
        "True\n",
    ),
    "tools are put back after each cell": (
        ["llm_query = FINAL = SHOW_VARS = 5", "print(llm_query('x'))"],
        "default: x\n",
    ),
    "deleted tools are put back": (
        ["del llm_query, FINAL_VAR", "print(callable(FINAL_VAR), llm_query('x'))"],
        "True default: x\n",
    ),
    "tools bear their names": (["print(llm_query.__name__)"], "llm_query\n"),
    "SHOW_VARS returns and prints nothing itself": (["x = 1\nmine = SHOW_VARS()", "print(mine)"], "{'x': 'int 1'}\n"),
    "answer exists from the start": (["print(answer)"], "{'content': '', 'ready': False}\n"),
    "ready is set back in place": (
        ["a = answer\nanswer['ready'] = True", "print(a is answer, a['ready'])"],
        "True False\n",
    ),
    "an answer rebound to no mapping is put back": (
        ["answer['content'] = 'd'\nanswer = 'text'", "print(answer)"],
        "{'content': 'd', 'ready': False}\n",
    ),
    "a deleted answer is put back": (["del answer", "print(answer['ready'])"], "False\n"),
    "exit and quit end the cell": (["exit()", "print('next')"], "next\n"),
    "scratch files can be written": (
        ["open('note.txt', 'w').write('kept')\nNone", "print(open('note.txt').read())"],
        "kept\n",
    ),
}


@pytest.mark.parametrize("name", PRINTS)
def test_a_cell_prints_what_python_would(repl: REPL, name: str) -> None:
    cells, printed = PRINTS[name]
    result = run(repl, *cells)
    assert result.error is None, result.error.traceback
    assert result.stdout == printed
    assert result.output_chars == len(printed)


# The answer and the draft after the last of the cells.
ANSWERS: dict[str, tuple[list[str], str | None, str]] = {
    "nothing is handed in by default": (["x = 1"], None, ""),
    "content without ready is a draft": (["answer['content'] = 'so far'"], None, "so far"),
    "ready by item": (["answer['content'] = 'yes'\nanswer['ready'] = True"], "yes", "yes"),
    "ready by update": (["answer.update(content='yes', ready=True)"], "yes", "yes"),
    "ready by |=": (["answer |= {'content': 'yes', 'ready': True}"], "yes", "yes"),
    "ready by rebinding": (["answer = {'content': 'yes', 'ready': True}"], "yes", "yes"),
    "ready by rebinding to another mapping": (
        ["import types\nanswer = types.MappingProxyType({'content': 'yes', 'ready': 1})"],
        "yes",
        "yes",
    ),
    "ready is taken once": (["answer['content'] = 'yes'\nanswer['ready'] = True", "pass"], None, "yes"),
    "ready as a word": (["answer.update(content='yes', ready='yes')"], "yes", "yes"),
    "ready as the word False": (["answer.update(content='no', ready='False')"], None, "no"),
    "ready as the word no": (["answer.update(content='no', ready=' NO ')"], None, "no"),
    "ready as the digit 0": (["answer.update(content='no', ready='0')"], None, "no"),
    "ready as an empty word": (["answer.update(content='no', ready='')"], None, "no"),
    "ready then an exception": (["answer.update(content='yes', ready=True)\n1 / 0"], "yes", "yes"),
    "the content at the end of the cell counts": (
        ["answer['ready'] = True\nanswer['content'] = 'late'"],
        "late",
        "late",
    ),
    "ready without content is an empty answer": (["answer['ready'] = True"], "", ""),
    "white space is handed in as it is": (["answer.update(content=' \\n', ready=True)"], " \n", " \n"),
    "a number as content": (["answer.update(content=42, ready=True)"], "42", "42"),
    "a list as content": (["answer.update(content=['ü', 1], ready=True)"], '["ü", 1]', '["ü", 1]'),
    "a dict as content": (["answer.update(content={'a': 1}, ready=True)"], '{"a": 1}', '{"a": 1}'),
    "FINAL hands in a value": (["FINAL('done')"], "done", ""),
    "FINAL hands in a number": (["FINAL(3.5)"], "3.5", ""),
    "FINAL ends the cell": (["FINAL('done')\nanswer['content'] = 'never'"], "done", ""),
    "FINAL wins over a bare except": (["try:\n    FINAL('done')\nexcept:\n    pass"], "done", ""),
    "FINAL from a thread": (
        ["import threading\nt = threading.Thread(target=FINAL, args=('done',))\nt.start()\nt.join()"],
        "done",
        "",
    ),
    "FINAL of nothing is an empty answer": (["FINAL(None)"], "", ""),
    "FINAL_VAR hands in a variable": (["v = 'text'", "FINAL_VAR('v')"], "text", ""),
    "FINAL_VAR hands in a list": (["v = [1, 'a']", "FINAL_VAR('v')"], '[1, "a"]', ""),
    "FINAL_VAR takes a value": (["v = {'k': 1}", "FINAL_VAR(v)"], '{"k": 1}', ""),
    "FINAL_VAR takes the one word a variable holds": (["v = ['yes'][0]", "FINAL_VAR(v)"], "yes", ""),
    "FINAL_VAR takes a sentence": (["FINAL_VAR('the answer is 42')"], "the answer is 42", ""),
    "FINAL_VAR of answer hands in its content": (["answer['content'] = 'c'\nFINAL_VAR('answer')"], "c", "c"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_handed_in(repl: REPL, name: str) -> None:
    cells, answer, draft = ANSWERS[name]
    result = run(repl, *cells)
    assert (result.answer, result.draft) == (answer, draft)


# The error that ends the last of the cells, and what its traceback says.
ERRORS: dict[str, tuple[list[str], str, list[str]]] = {
    "an exception shows its line": (["x = 1\n\n1 / 0"], "ZeroDivisionError", ['File "<cell 1>", line 3', "1 / 0"]),
    "an exception in an earlier cell's function shows both cells": (
        ["def f():\n    return missing", "f()"],
        "NameError",
        ['File "<cell 2>", line 1', 'File "<cell 1>", line 2', "return missing"],
    ),
    "a chain of exceptions is shown": (
        ["try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('outer') from e"],
        "ValueError",
        ["direct cause", "ZeroDivisionError", "outer"],
    ),
    "a syntax error shows its line": (["x = 1\ny = = 2"], "SyntaxError", ["line 2", "y = = 2"]),
    "a null byte is an error": (["x = '\0'"], "", []),
    "endless recursion is an error": (["def f(): return f()\nf()"], "RecursionError", ["<cell 1>"]),
    "an exception that cannot be printed is an error": (
        ["class E(Exception):\n    def __str__(self): raise ValueError\nraise E"],
        "E",
        [],
    ),
    "a KeyboardInterrupt of the cell's own is an error": (["raise KeyboardInterrupt"], "KeyboardInterrupt", []),
    "FINAL_VAR of an unknown name tells the names": (
        ["known = 1", "FINAL_VAR('nope')"],
        "NameError",
        ["nope", "known"],
    ),
    "an uncaught tool error names the tool's line": (["fail('no credit')"], "ToolError", ["line 1", "no credit"]),
    "a content that cannot be printed is an error": (
        ["class C:\n    def __str__(self): raise OSError('secret')\nanswer.update(content=C(), ready=True)"],
        "OSError",
        ["secret"],
    ),
    "an answer too long is refused": (["FINAL('x' * 3_000_000)"], "ValueError", ["2,000,000"]),
    "a file too large is refused": (["open('f', 'wb').truncate(1 << 40)"], "OSError", []),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_shown_as_python_would(repl: REPL, name: str) -> None:
    cells, kind, said = ERRORS[name]
    result = run(repl, *cells)
    assert result.error is not None
    assert result.error.type == kind or not kind
    assert "worker.py" not in result.error.traceback
    for text in said:
        assert text in result.error.traceback
    assert run(repl, "print('alive')").stdout == "alive\n"


def test_variables_set_before_an_exception_stay(repl: REPL) -> None:
    assert run(repl, "kept = 5\n1 / 0").error is not None
    assert run(repl, "print(kept)").stdout == "5\n"


def test_sys_exit_ends_the_cell_and_not_the_run(repl: REPL) -> None:
    result = run(repl, "x = 1\nimport sys\nsys.exit(3)\nx = 2")
    assert result.error is None
    assert "sys.exit(3)" in result.stdout
    assert run(repl, "print(x)").stdout == "1\n"


def test_warnings_are_output_and_not_errors(repl: REPL) -> None:
    result = run(repl, "import warnings\nwarnings.warn('mind the gap')\nprint('on')")
    assert result.error is None
    assert "UserWarning: mind the gap" in result.stdout
    assert result.stdout.endswith("on\n")


def test_an_exception_in_a_thread_is_output(repl: REPL) -> None:
    result = run(repl, "import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()")
    assert result.error is None
    assert "ZeroDivisionError" in result.stdout


def test_variables_are_described_without_running_their_code(repl: REPL) -> None:
    code = """
import math
class Trap:
    def __repr__(self): raise SystemExit
    def __len__(self): raise SystemExit
    __class__ = property(lambda self: 1 / 0)
class Meta(type):
    def __getattribute__(cls, name): raise SystemExit
class Worse(metaclass=Meta): pass
trap, worse, number, text, things, nothing, huge = Trap(), Worse(), 3, "é" * 500, [1] * 1234, None, 10**100
_hidden = 1
def function(): pass
"""
    variables = run(repl, code).variables
    assert variables["trap"] == "Trap"
    assert variables["worse"] == "Worse"
    assert variables["number"] == "int 3"
    assert variables["text"].startswith("str, 500 characters: 'éé")
    assert variables["things"] == "list, 1,234 items"
    assert variables["nothing"] == "None"
    assert variables["huge"] == "int"
    assert variables["math"] == "module"
    assert variables["function"] == "function"
    assert not {"_hidden", "llm_query", "FINAL", "answer"} & set(variables)
    assert max(map(len, variables.values())) <= 60


def test_at_most_200_variables_are_described(repl: REPL) -> None:
    assert len(run(repl, "__import__('__main__').__dict__.update({f'v{i}': i for i in range(500)})").variables) == 200


def test_a_flood_keeps_head_and_tail_and_says_what_is_left_out(repl: REPL) -> None:
    result = run(repl, "print('first')\nfor i in range(20_000): print('y' * 99)\nprint('last')")
    assert result.output_chars == 6 + 20_000 * 100 + 5
    assert len(result.stdout) < 10_100
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("last\n")
    assert f"{result.output_chars - 10_000:,} characters left out" in result.stdout


def test_output_within_the_limit_is_whole(repl: REPL) -> None:
    assert run(repl, "print('z' * 9_999)").stdout == "z" * 9_999 + "\n"


def test_a_long_text_is_echoed_short(repl: REPL) -> None:
    result = run(repl, "'a' * 5_000_000")
    assert "5,000,000 in all" in result.stdout
    assert result.output_chars < 11_000


def test_what_is_written_to_the_descriptors_never_reaches_the_protocol(repl: REPL) -> None:
    code = "import os\nfor fd in (1, 2):\n    os.write(fd, b'\\x00\\x00\\x00\\x05junk!' * 1000)\nprint('fine')"
    assert run(repl, code).stdout == "fine\n"
    assert run(repl, "print('still')").stdout == "still\n"


def test_what_child_processes_print_never_reaches_the_protocol(repl: REPL) -> None:
    # Behind the kernel's walls no child process starts at all; that is another way to print nothing.
    code = "import os\ntry:\n    os.system('echo out; echo err >&2')\nexcept OSError:\n    pass\nprint('done')"
    assert run(repl, code).stdout == "done\n"
    assert run(repl, "print('still')").stdout == "still\n"


def test_a_cell_that_loops_forever_is_interrupted_and_keeps_its_variables(repl: REPL) -> None:
    result = run(repl, "x = 3\nwhile True: pass", seconds=0.2)
    assert result.interrupted
    assert result.error is not None
    assert result.error.type == "KeyboardInterrupt"
    assert run(repl, "print(x)").stdout == "3\n"


# What keeps a cell from coming to its end.
BLOCKERS = {
    "sleeps": "import time\ntime.sleep(60)",
    "waits for a lock": "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()",
    "swallows the interrupt": """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
    "swallows the interrupt in a function": """
def f():
    while True:
        try:
            sum(range(1000))
        except BaseException:
            continue
f()
""",
    "swallows the interrupt of a sleep": """
import time
while True:
    try:
        time.sleep(60)
    except BaseException: pass
""",
    "swallows the interrupt twice": """
while True:
    try:
        try:
            while True: pass
        except BaseException:
            y = 1
    except BaseException:
        z = 1
""",
    "swallows the interrupt at three levels": """
def f():
    try:
        return sum(range(10_000))
    except:
        return None
def g():
    while True:
        try:
            f()
        except:
            oops = 1
while True:
    try: g()
    except: pass
""",
    "continues in finally": """
def f():
    while True:
        try:
            while True: pass
        finally:
            continue
f()
""",
    "runs an event loop": "import asyncio\nasyncio.run(asyncio.sleep(60))",
    "matches a hard pattern": "import re\nre.match(r'(a+)+$', 'a' * 40 + 'b')",
    "computes a huge power": "7 ** 10 ** 9",
    "prints for ever": "while True: print('more')",
    "waits for the host": "rest(0)\nwhile True: rest(0)",
    "never gives its answer's text": """
class S:
    def __str__(self):
        while True: pass
answer['content'] = S()
""",
    "has a handler of its own": "import signal\nsignal.signal(2, signal.default_int_handler)\nwhile True: pass",
}


@pytest.mark.parametrize("name", BLOCKERS)
def test_a_cell_that_blocks_is_stopped_and_keeps_its_variables(repl: REPL, name: str) -> None:
    began = time.monotonic()
    result = run(repl, "x = 3\n" + BLOCKERS[name], seconds=0.2)
    assert time.monotonic() - began < 10.0
    assert result.interrupted
    assert run(repl, "print(x)").stdout == "3\n"


@pytest.mark.parametrize(
    "code", ["import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "sum(range(10**12))"]
)
def test_a_cell_that_cannot_be_stopped_loses_its_worker(repl: REPL, code: str) -> None:
    began = time.monotonic()
    with pytest.raises(REPLLost, match="variables are lost"):
        run(repl, code, seconds=0.2)
    assert time.monotonic() - began < 10.0
    assert not repl.alive
    with pytest.raises(REPLLost):
        run(repl, "pass")


def test_an_interrupt_ends_no_later_cell(repl: REPL) -> None:
    for _ in range(20):
        repl.run("import time\ntime.sleep(0.03)", seconds=0.03)
        assert run(repl, "y = sum(range(10_000))").error is None


def test_time_in_a_host_call_is_not_the_cells(repl: REPL) -> None:
    result = run(repl, "rest(0.6)", seconds=0.3)
    assert not result.interrupted
    assert result.seconds < 0.6


def test_a_thousand_calls_from_threads_are_all_answered(repl: REPL) -> None:
    code = """
import threading
replies = {}
def ask(i): replies[i] = llm_query(str(i))
threads = [threading.Thread(target=ask, args=(i,)) for i in range(1000)]
for t in threads: t.start()
for t in threads: t.join()
print(len(replies), all(replies[i] == f"default: {i}" for i in replies))
"""
    assert run(repl, code).stdout == "1000 True\n"


LATE_CALL = """
import threading, time
go, said = threading.Event(), []
def late():
    go.wait()
    time.sleep({before})
    try:
        rest({long})
    except Exception as e:
        said.append(str(e))
t = threading.Thread(target=late)
t.start()
go.set()
time.sleep({after})
"""


def test_a_tool_called_while_no_cell_runs_raises(repl: REPL) -> None:
    run(repl, LATE_CALL.format(before=0.2, long=0, after=0))
    time.sleep(0.4)
    assert "no cell is running" in run(repl, "t.join()\nprint(said)").stdout


def test_a_call_that_outlives_its_cell_ends_with_it(repl: REPL) -> None:
    run(repl, LATE_CALL.format(before=0, long=1, after=0.1))
    assert "has ended" in run(repl, "t.join()\nprint(said)").stdout


def test_big_prompts_and_replies_go_through(repl: REPL) -> None:
    assert run(repl, "print(len(llm_query('é' * 5_000_000)))").stdout == "5000009\n"
    assert run(repl, "print(len(llm_query_batched(['p' * 100_000] * 200)))").stdout == "200\n"


@pytest.mark.parametrize(
    "call", ["llm_query('x' * 70_000_000)", "llm_query(**{'x' * 2_000_000: 1})", "llm_query(*['x'] * 200_000)"]
)
def test_a_call_that_is_too_big_is_refused_in_the_cell(repl: REPL, call: str) -> None:
    result = run(repl, call)
    assert result.error is not None
    assert result.error.type == "ValueError"
    assert "several calls" in result.error.message


VALUES: dict[str, object] = {
    "text": "some text",
    "empty text": "",
    "long text": "aé🦆" * 2_000_000,
    "list of texts": ["a", "", "ü" * 10],
    "many texts": [f"part {i}" for i in range(60_000)],
    "empty list": [],
    "dict of texts": {"one.txt": "1", "two.txt": "2"},
    "records": [{"name": "a", "text": "b", "page": 3}],
    "number": 5,
    "nothing": None,
    "nested": {"a": [1, {"b": None}], "c": 1.5},
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_loaded_as_they_are(repl: REPL, name: str) -> None:
    repl.load("context", VALUES[name])
    code = (
        "import hashlib, json\nprint(type(context).__name__, hashlib.sha256(json.dumps(context).encode()).hexdigest())"
    )
    digest = hashlib.sha256(json.dumps(VALUES[name]).encode()).hexdigest()
    assert run(repl, code).stdout == f"{type(VALUES[name]).__name__} {digest}\n"


def test_lone_surrogates_survive_loading(repl: REPL) -> None:
    repl.load("context", "a\ud800b")
    assert run(repl, "print(len(context), context == 'a\\ud800b')").stdout == "3 True\n"


def test_a_value_that_cannot_be_loaded_is_refused(repl: REPL) -> None:
    with pytest.raises(REPLError, match="context cannot be loaded"):
        repl.load("context", object())
    assert run(repl, "print(1)").stdout == "1\n"


def test_the_context_is_among_the_variables(repl: REPL) -> None:
    repl.load("context", "abc")
    assert run(repl, "pass").variables == {"context": "str, 3 characters: 'abc'"}


def test_a_worker_that_dies_in_a_cell_is_lost(repl: REPL) -> None:
    with pytest.raises(REPLLost, match="SIGSEGV"):
        run(repl, "import ctypes\nctypes.string_at(0)")  # the first process of a container survives its own SIGKILL
    with pytest.raises(REPLLost, match="lost"):
        run(repl, "pass")


def test_os_exit_loses_the_worker(repl: REPL) -> None:
    with pytest.raises(REPLLost, match="status 7"):
        run(repl, "import os\nos._exit(7)")


PNG = """
import struct, zlib
def png(width, height, filling=b""):
    def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress((b"\\0" + b"\\0" * width) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\\x89PNG\\r\\n\\x1a\\n" + head + chunk(b"teXt", filling) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
def save(name, data):
    with open(name, "wb") as file: file.write(data)
"""


def test_a_png_file_that_a_cell_has_saved_comes_with_its_result(repl: REPL) -> None:
    result = run(repl, PNG + "save('chart.PNG', png(30, 20))")
    assert [(picture.width, picture.height) for picture in result.pictures] == [(30, 20)]
    assert result.stdout == "(1 picture is shown to the reader)\n"
    assert result.output_chars == 0  # an answer of the next cell of the same reply need not wait for that to be read
    assert run(repl, "print(1)").pictures == ()
    assert len(run(repl, "save('chart.PNG', png(31, 20))").pictures) == 1


def test_pictures_over_the_caps_are_left_out_and_the_model_is_told(repl: REPL) -> None:
    code = "for i in range(10): save(f'{i}.png', png(1 + i, 1))"
    result = run(repl, PNG + code)
    assert [picture.width for picture in result.pictures] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert "(2 more left out: 8 pictures of a cell are shown" in result.stdout
    result = run(
        repl, "save('a.png', png(5000, 1))\nsave('b.png', b'no picture')\nsave('c.png', png(1, 1, b'x' * 2_200_000))"
    )
    assert result.pictures == ()
    assert "(3 more left out" in result.stdout


def test_what_only_bears_the_name_of_a_picture_holds_nothing_up(repl: REPL) -> None:
    code = """
import os
for make in (lambda: os.mkfifo('pipe.png'), lambda: os.symlink('/etc/passwd', 'link.png'), lambda: os.mkdir('folder.png')):
    try:
        make()
    except OSError:
        pass
"""
    began = time.monotonic()
    assert run(repl, code).pictures == ()
    assert time.monotonic() - began < 5.0


# What cells are refused, and a word of what they are told to do instead.
REFUSED = {
    "eval('1')": "json.loads",
    "exec('x = 1')": "in the cell itself",
    "compile('1', '', 'eval')": "re.compile",
    "input('?')": "llm_query",
    "globals()": "SHOW_VARS",
    "locals()": "SHOW_VARS",
    "breakpoint()": "print",
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cells_should_not_use_is_refused_with_what_to_do_instead(repl: REPL, code: str) -> None:
    result = run(repl, f"kept = 1\n{code}")
    assert result.error is not None
    assert result.error.message.startswith(f"{code.partition('(')[0]}() is switched off in cells: ")
    assert REFUSED[code] in result.error.message
    assert "worker.py" not in result.error.traceback
    assert run(repl, "print(kept)").stdout == "1\n"


def test_an_environment_may_allow_what_is_refused(environment: Environment) -> None:
    allowing = dataclasses.replace(environment, restricted_builtins=False)  # type: ignore[type-var]
    with REPL(allowing, {}, cancel=CancelToken()) as repl:
        assert run(repl, "exec('z = 2')\nprint(eval('z + 1'), 'z' in globals())").stdout == "3 True\n"


def test_too_much_memory_is_an_error_in_the_cell(repl: REPL) -> None:
    result = run(repl, "x = bytearray(1 << 42)")
    assert result.error is not None
    assert result.error.type == "MemoryError"
    assert run(repl, "print('on')").stdout == "on\n"


def test_the_hash_of_a_text_is_the_same_in_every_worker(environment: Environment) -> None:
    hashes = set()
    for _ in range(2):
        with REPL(environment, {}, cancel=CancelToken()) as repl:
            hashes.add(run(repl, "print(hash('x'), list({'b', 'a', 'c', 'd'}))").stdout)
    assert len(hashes) == 1


def test_an_answer_whose_text_never_comes_does_not_hold_up_later_cells(repl: REPL) -> None:
    code = BLOCKERS["never gives its answer's text"]
    assert run(repl, code, seconds=0.2).interrupted
    assert run(repl, "print(answer)", seconds=0.5).stdout == "{'content': '', 'ready': False}\n"


def test_output_is_heard_while_the_cell_runs(environment: Environment) -> None:
    heard: list[str] = []
    arrived = threading.Event()

    def hear(text: str) -> None:
        heard.append(text)
        arrived.set()

    tools = {"until_heard": lambda: arrived.wait(10)}
    with REPL(environment, tools, cancel=CancelToken(), on_output=hear) as repl:
        result = run(repl, "print('early')\nprint(until_heard())")
    assert result.stdout == "early\nTrue\n"
    assert heard[0].startswith("early")


def test_nothing_of_the_apps_environment_reaches_a_cell(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RLM_TEST_SECRET", "hunter2")
    with REPL(environment, {}, cancel=CancelToken()) as repl:
        assert run(repl, "import os\nprint('RLM_TEST_SECRET' in os.environ)").stdout == "False\n"


def test_numpy_can_be_imported(repl: REPL) -> None:
    result = run(repl, "import numpy\nprint(numpy.__name__)")
    assert result.stdout == "numpy\n"
