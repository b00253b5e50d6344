"""What an adapter is told and what it says back. Standard library only: it runs in each peer's own environment."""

from __future__ import annotations

import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

Run = Callable[[dict[str, Any]], str]
"""Carries a job out and returns the answer."""


def main(prepare: Callable[[dict[str, Any]], Run]) -> None:
    """Read a job from the command line, warm up, run it, and print what it took as one line of JSON."""
    job = json.loads(sys.argv[1])
    if job["context_words"]:
        job["context"] = " ".join(_words(job["context_words"]))
    run = prepare(job)
    run({**job, "url": job["warm_url"], "context": "a context", "depth": 1, "cell_seconds": 60.0, "warm": True})
    _reset(job)
    says("warm")
    cpu, began = _cpu(), time.monotonic()
    try:
        answer = run(job)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
        answer = f"raised {type(error).__name__}: {error}"[:300]
    ended = time.monotonic()
    result = {"began": began, "ended": ended, "cpu": _cpu() - cpu, "answer": answer, "pid": os.getpid()}
    says(json.dumps(result))


def _words(count: int) -> list[str]:
    """Return words of four letters, the same each time, that compress no better than prose."""
    drawn = random.Random(3)
    stock = ["".join(drawn.choices("abcdefghijklmnop", k=4)) for _ in range(5_000)]
    return drawn.choices(stock, k=count)


def says(line: str) -> None:
    """Write a line to the harness, past whatever the peer did to stdout."""
    os.write(1, line.encode() + b"\n")


def _cpu() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _reset(job: dict[str, Any]) -> None:
    from urllib.request import urlopen

    with urlopen(job["reset"]) as answer:
        answer.read()
