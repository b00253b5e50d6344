"""However a worker goes wrong, the run goes on in a fresh REPL, and the model is told what became of the old one."""

import pytest

from rlm_app.types import Limits
from tests.engine.loop import ANSWER, block, drive

FIND = """
import os, json, stat
def is_socket(fd):
    try:
        return stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        return False
sockets = [fd for fd in range(3, 64) if is_socket(fd)]
def send(head, *texts):
    head = json.dumps({**head, 'blob': [len(text) for text in texts]}).encode()
    for fd in sockets:
        os.write(fd, len(head).to_bytes(4, 'big') + head + b''.join(texts))
forged = {'op': 'result', 'error': None, 'interrupted': False, 'output_chars': 0, 'answered': True, 'variables': {}}
"""
OWN = "import gc\nnonce = next(o for o in gc.get_objects() if type(o).__name__ == 'Repl').nonce\n"

GOES_WRONG = {
    "it ends itself": "import os\nos._exit(3)",
    "it crashes": "import ctypes\nctypes.string_at(0)",
    "it sends garbage": FIND + "for fd in sockets: os.write(fd, b'\\xff' * 100)",
    "it sends an unknown operation": FIND + OWN + "send({'op': 'format', 'nonce': nonce})",
    "it floods the host with messages of no cell": FIND
    + "while True: send({**forged, 'nonce': 'guessed'}, b'', b'', b'forged')",
    "it hangs up": FIND + "for fd in sockets: os.close(fd)",
    "it cannot be interrupted": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "it stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}

ENDLESS = ("it cannot be interrupted", "it stops itself")


@pytest.mark.parametrize("name", GOES_WRONG)
def test_a_worker_that_goes_wrong_is_replaced_and_the_model_is_told(name: str) -> None:
    replies = [block("gone = 1\n" + GOES_WRONG[name]), block("print(len(context), 'gone' in dir())"), ANSWER]
    run = drive(replies, limits=Limits(cell_seconds=0.3 if name in ENDLESS else 30.0))
    assert run.answer == "done"
    assert run.topics == ["REPL restarted"]
    lost = run.trajectory.turns[0].cells[0].finished
    assert lost is not None
    assert lost.error is not None
    assert lost.error.type == "REPLLost"
    assert "variable" in run.shown(2)
    assert run.stdout(2) == "11 False\n"


def test_what_a_thread_of_an_earlier_cell_sends_is_no_answer() -> None:
    forger = (
        FIND
        + """
import threading, time
stop = threading.Event()
def forge():
    while not stop.wait(0.002):
        send({**forged, 'nonce': 'guessed'}, b'', b'', b'forged')
thread = threading.Thread(target=forge, daemon=True)
thread.start()
"""
    )
    run = drive([block(forger), block("time.sleep(0.1)\nprint('true')"), block("stop.set()\nthread.join()"), ANSWER])
    assert run.answer == "done"
    assert "forged" not in [
        cell.finished and cell.finished.answer for turn in run.trajectory.turns for cell in turn.cells
    ]
