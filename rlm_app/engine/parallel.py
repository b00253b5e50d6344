"""Work on many things at once, with threads that never keep the process alive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(work: Callable[[Item], Result], items: Sequence[Item], at_once: int) -> list[Result]:
    """Return `work` of each item, in the order of the items; the first exception is raised when all threads have ended."""
    if len(items) <= 1:
        return [work(item) for item in items]
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(items)):
        todo.put(index)
    results: dict[int, Result] = {}
    failures: dict[int, BaseException] = {}

    def drain() -> None:
        while not failures:
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            try:
                results[index] = work(items[index])
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised in the caller's thread below
                failures[index] = error

    threads = [threading.Thread(target=drain, daemon=True) for _ in range(min(at_once, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[min(failures)]
    return [results[index] for index in range(len(items))]
