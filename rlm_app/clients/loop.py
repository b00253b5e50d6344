"""The one event loop of this process, on which clients whose SDK is asynchronous do their work."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T], cancel: CancelToken) -> T:
    """Carry out `coroutine` on the process's loop and wait for its result in this thread.

    When `cancel` is set its task is cancelled, so that it closes what it holds, and `Cancelled` is raised here at once.
    """
    future = asyncio.run_coroutine_threadsafe(coroutine, _loop())
    forget = cancel.on_cancel(lambda: _end(future))
    try:
        return future.result()
    except (concurrent.futures.CancelledError, asyncio.CancelledError):
        raise Cancelled("The call was stopped.") from None
    finally:
        forget()


def _end(future: concurrent.futures.Future[Any]) -> None:
    future.cancel()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="clients", daemon=True).start()
    return loop
