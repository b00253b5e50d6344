"""One run of one peer, in a process of its own: started, watched, ended."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers import Peer
from benchmarks.scenarios import QUESTION, Scenario
from benchmarks.wire import get

ROOT = Path(__file__).resolve().parent.parent
CAPPED = Path(__file__).with_name("capped.py")
SAMPLE_SECONDS = 0.01


@dataclass(frozen=True)
class Outcome:
    """What came of a run: times of CLOCK_MONOTONIC, CPU seconds, bytes of memory over idle, what the provider noted."""

    answer: str
    began: float = 0.0
    ended: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    stored: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """Start the provider; give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.provider"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def measure(peer: Peer, scenario: Scenario, address: str, *, sample: bool, store: bool = False) -> Outcome:
    """Run the scenario once, warmed up, and return what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        job = {
            "url": f"{address}/{scenario.name}/v1",
            "warm_url": f"{address}/warm/v1",
            "reset": f"{address}/log",
            "question": QUESTION,
            "context": scenario.context,
            "context_words": scenario.context_words,
            "depth": scenario.depth,
            "cell_seconds": scenario.cell_seconds,
            "client": peer.client,
            "store": folder if store else "",
        }
        cap = (sys.executable, str(CAPPED)) if peer.capped and scenario.name == "S8-memory" else ()
        process = subprocess.Popen(
            [*cap, *peer.command, json.dumps(job)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
        )
        try:
            result, memory = _watch(process, scenario.give_up, sample)
            if store and result is not None:
                process.wait(30.0)  # closing the data file folds its log into it
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        stored = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) if store else 0
    log = get(f"{address}/log")
    if result is None:
        return Outcome("(did not end)", memory=memory, log=log)
    return Outcome(result["answer"], result["began"], result["ended"], result["cpu"], memory, stored, log)


def _watch(process: subprocess.Popen[bytes], give_up: float, sample: bool) -> tuple[dict[str, Any] | None, int]:
    """Return the adapter's result, None when it took too long, and the most memory its processes held over idle."""
    assert process.stdout is not None
    idle, most, warm, data = 0, 0, False, b""
    end = time.monotonic() + give_up
    while time.monotonic() < end:
        if select.select([process.stdout], [], [], SAMPLE_SECONDS if sample and warm else 1.0)[0]:
            part = os.read(process.stdout.fileno(), 1 << 16)
            data += part
            if b"}\n" in data:
                return json.loads(data[data.index(b"{") :]), max(0, most - idle)
            if b"warm\n" in data and not warm:
                warm, idle, end = True, _memory(process.pid), time.monotonic() + give_up
            if not part:
                return {"answer": "(ended itself)", "began": 0.0, "ended": 0.0, "cpu": 0.0}, 0
        elif sample and warm:
            most = max(most, _memory(process.pid))
    return None, max(0, most - idle)


def _memory(pid: int) -> int:
    """Return the resident bytes of a process and all below it."""
    total, look = 0, [pid]
    while look:
        one = look.pop()
        with contextlib.suppress(OSError, ValueError):
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * mmap.PAGESIZE
            for children in Path(f"/proc/{one}/task").glob("*/children"):
                look += [int(text) for text in children.read_text().split()]
    return total
