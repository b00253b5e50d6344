"""The stdin, stdout and stderr of a live process in a Prime sandbox, whose SDK speaks asyncio only."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, TypeVar

from rlm_app.environments.streams import ERR, OUT, Inbox, ended

WRITE = 512 << 10
CLOSE_SECONDS = 30.0
TRIES = 3

T = TypeVar("T")


def prime_errors() -> tuple[type[Exception], ...]:
    """Return what the SDK raises for a service that refuses, cannot be reached or has gone away."""
    from connectrpc.errors import ConnectError
    from httpx import HTTPError
    from prime_sandboxes import APIError

    # Its errors of sandboxes that do not run are RuntimeErrors.
    return (APIError, ConnectError, HTTPError, OSError, RuntimeError, ValueError, TimeoutError, CancelledError)


class PrimePipe:
    """A live process. What it writes while the connection is broken is lost, so a broken connection is its end."""

    def __init__(self, client: Any, sandbox: str, process: Any, pid_file: str) -> None:
        self._client = client
        self._sandbox = sandbox
        self._process = process
        self._pid_file = pid_file
        self._inbox = Inbox()
        self._sending: Future[None] | None = None
        for place, stream in ((OUT, process.stdout), (ERR, process.stderr)):
            _begin(self._pump(place, stream))

    @classmethod
    def start(cls, request: Any, command: str, variables: dict[str, str | None], pid_file: str) -> PrimePipe:
        """Create a sandbox and start a process in it; raise what the SDK raises, leaving nothing."""
        return _begin(cls._start(request, command, variables, pid_file)).result()

    @classmethod
    async def _start(cls, request: Any, command: str, variables: dict[str, str | None], pid_file: str) -> PrimePipe:
        from prime_sandboxes import AsyncSandboxClient

        client = AsyncSandboxClient()
        # It would keep the tokens that open its sandboxes in a file.
        client._auth_cache._cache_file = Path(os.devnull)
        sandbox = ""
        try:
            sandbox = (await client.create(request)).id
            await client.wait_for_creation(sandbox)
            process = await client.open_process(sandbox, command, env=dict(variables))  # type: ignore[arg-type]
        except BaseException:
            if sandbox:
                with contextlib.suppress(*prime_errors()):
                    await client.delete(sandbox)
            await client.aclose()
            raise
        # It would come back to a process after a break, and what the process said meanwhile would be missing unnoticed.
        process._reconnect = None
        return cls(client, sandbox, process, pid_file)

    async def _pump(self, place: int, stream: Any) -> None:
        with contextlib.suppress(*prime_errors()):
            async for part in stream:
                if not self._inbox.offer(place, part):
                    break
        if place == OUT:
            self._inbox.end()

    def receive(self) -> tuple[int, bytes]:
        """Return the next piece of the process's output."""
        return self._inbox.get()

    def send(self, data: bytes) -> None:
        """Write to the process's stdin, a request for each piece."""
        for at in range(0, len(data), WRITE):
            self._sending = _begin(self._process.write_stdin(data[at : at + WRITE]))
            try:
                self._sending.result()
            except prime_errors() as error:
                raise ConnectionError(str(error)) from error

    def interrupt(self) -> None:
        """Send SIGINT from a second process in the sandbox, without waiting for that."""
        _begin(self._quietly(self._client.execute_command(self._sandbox, f'kill -INT "$(cat {self._pid_file})"')))

    def hang_up(self) -> None:
        """Wake whoever waits for output or writes."""
        self._inbox.end()
        if self._sending is not None:
            self._sending.cancel()

    def remove(self) -> None:
        """Delete the sandbox; should that fail for good, its own time limit ends it."""
        for _ in range(TRIES):
            with contextlib.suppress(*prime_errors()):
                _begin(self._client.delete(self._sandbox)).result(CLOSE_SECONDS)
                return

    def close(self) -> None:
        """Let the connections go."""
        with contextlib.suppress(*prime_errors()):
            _begin(self._close()).result(CLOSE_SECONDS)

    async def _close(self) -> None:
        await self._quietly(self._process.aclose())
        await self._client.aclose()

    def how_it_ended(self) -> str:
        """Say how the process ended, as far as the service told."""
        status = self._process.returncode
        return "closed its connection" if status is None else ended(status)

    @staticmethod
    async def _quietly(work: Coroutine[Any, Any, Any]) -> None:
        with contextlib.suppress(*prime_errors()):
            await work


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the event loop of the one thread in which the SDK runs, as long as the app lives."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="repl-prime", daemon=True).start()
    return loop


def _begin(work: Coroutine[Any, Any, T]) -> Future[T]:
    return asyncio.run_coroutine_threadsafe(work, _loop())
