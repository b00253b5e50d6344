"""The one event loop of this process, on which clients whose SDK is asynchronous do their work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from functools import cache
from queue import SimpleQueue
from typing import Any, TypeVar

from rlm_app.cancel import CancelToken
from rlm_app.clients.trouble import Kind, Trouble

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Carry out `coroutine` on the process's loop and return its result to this thread."""
    return asyncio.run_coroutine_threadsafe(coroutine, _loop()).result()


def pieces(
    make: Callable[[Callable[[T], None]], Coroutine[Any, Any, None]], cancel: CancelToken
) -> Generator[T, None, None]:
    """Yield in this thread what a coroutine on the process's loop gives out; `make` gets the function that it calls for it.

    When `cancel` is set, or the generator closed, its task is cancelled, so that it closes what it holds.
    """
    given: SimpleQueue[T | None] = SimpleQueue()
    future = asyncio.run_coroutine_threadsafe(make(given.put), _loop())
    future.add_done_callback(lambda _: given.put(None))
    forget = cancel.on_cancel(lambda: _end(future))
    try:
        while (piece := given.get()) is not None:
            yield piece
        future.result()
    except (CancelledError, asyncio.CancelledError):
        raise Trouble(Kind.BROKEN, "the call was stopped") from None
    finally:
        forget()
        future.cancel()


def aside(ask: Callable[[], T], cancel: CancelToken) -> T:
    """Return what `ask` returns on a thread of its own; when `cancel` is set it is left alone there, as nothing can stop it."""
    found: Future[T] = Future()

    def work() -> None:
        with suppress(InvalidStateError):  # nobody waits any more
            try:
                found.set_result(ask())
            except Exception as error:  # noqa: BLE001 - it is raised in the thread that waits
                found.set_exception(error)

    threading.Thread(target=work, name="aside", daemon=True).start()
    forget = cancel.on_cancel(lambda: _end(found))
    try:
        return found.result()
    except CancelledError:
        raise Trouble(Kind.BROKEN, "the call was stopped") from None
    finally:
        forget()


def _end(future: Any) -> None:
    future.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="clients", daemon=True).start()
    return loop
