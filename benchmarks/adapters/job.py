"""What an adapter is told and what it says back. Standard library only: it runs in each peer's own environment."""

from __future__ import annotations

import glob
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
    """Return the seconds this process has used, with the children it has buried and those that live on, and theirs."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both) + sum(map(_cpu_of, _below(os.getpid())))


def _cpu_of(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _below(pid: int) -> list[int]:
    found: list[int] = []
    for children in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(children, encoding="ascii") as file:
                found += map(int, file.read().split())
        except OSError:
            continue
    return found + [other for child in found for other in _below(child)]


def _reset(job: dict[str, Any]) -> None:
    from urllib.request import urlopen

    with urlopen(job["reset"]) as answer:
        answer.read()
