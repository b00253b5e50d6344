"""Workers of a Ray cluster: on this machine, or on the one that RAY_ADDRESS names."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from rlm_app.errors import Cancelled, ConfigError
from rlm_app.spread import News, Order, Secrets, WorkerLost

_ROOT = Path(__file__).resolve().parent.parent
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
"""Ray tells its makers about each cluster, and starts workers anew by the command it was started with, unless told not to."""
_LOST = (
    "The worker that carried this run out is gone ({reason}). What it had told is kept; resume the run, or run the grid "
    "again: what was paid for and told is not paid again."
)
_NOT_JOINED = (
    "The Ray cluster that RAY_ADDRESS names could not be joined: {error}. See with `ray status` whether it runs; if it asks "
    "for a token, RAY_AUTH_MODE=token has to be set here, too."
)
_NOT_STARTED = (
    "A Ray cluster of this machine could not be started: {error}. Ray gives its processes half a minute: run it again when "
    "this machine is less busy, or name a cluster that is running in RAY_ADDRESS."
)
_FEW_TRIES = {"RAY_NUM_REDIS_GET_RETRIES": "2"}
"""Ray tries twenty times to join a cluster, three quarters of a minute each where nobody answers."""


class RayWorker:
    """A run in a process of its own somewhere in the cluster."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor
        self._asked: Any = None
        self._there = False
        self._stopped = threading.Event()

    def news(self, seconds: float) -> News:
        """Wait up to so many seconds for something new, and return it; raise `WorkerLost` when the process is gone.

        Raises `Cancelled` when it is stopped while the cluster has no processor free for it yet.
        """
        self._asked = self._asked or self._actor.news.remote(seconds)
        try:
            if not self._ray.wait([self._asked], timeout=seconds + 1)[0]:
                if self._stopped.is_set() and not self._there:
                    raise Cancelled("The run was stopped before a worker was free for it.")
                return News()
            news: News = self._ray.get(self._asked)
        except self._ray.exceptions.RayError as error:
            raise WorkerLost(_LOST.format(reason=type(error).__name__)) from error
        self._asked, self._there = None, True
        return news

    def stop(self) -> None:
        """Ask it to stop."""
        self._stopped.set()
        with suppress(self._ray.exceptions.RayError):
            self._actor.stop.remote()

    def close(self) -> None:
        """End the process."""
        with suppress(self._ray.exceptions.RayError):
            self._ray.kill(self._actor)


class RaySpread:
    """Has each run carried out by a process of a Ray cluster, `cpus` of whose processors it takes.

    Without RAY_ADDRESS a cluster of this machine alone is started, and ended with the app. The keys go to a worker as an
    argument of a call, which Ray sends from process to process and never puts into its store of objects, nor on disk.
    """

    def __init__(self, cpus: float = 0.5) -> None:
        """Start or join the cluster; raise `ConfigError` when Ray is not installed or the cluster cannot be reached."""
        joins = "RAY_ADDRESS" in os.environ
        wanted = _QUIET | (_FEW_TRIES if joins else {})
        os.environ.update({name: value for name, value in wanted.items() if name not in os.environ})
        try:
            import ray
        except ImportError as error:
            raise ConfigError("Ray is not installed. Install it with `uv sync --extra ray`.") from error
        self._ray: Any = ray
        quiet = {} if joins else {"include_dashboard": False}
        try:
            ray.init(
                log_to_driver=False,
                logging_level="error",
                runtime_env={"env_vars": {"PYTHONPATH": str(_ROOT)}},
                **quiet,
            )
        except Exception as error:  # what Ray raises where its processes are slow to start is of no class of its own
            sentence = _NOT_JOINED if joins else _NOT_STARTED
            raise ConfigError(sentence.format(error=str(error).rstrip("."))) from error
        self._actors = ray.remote(_Process).options(num_cpus=cpus, max_concurrency=3, max_restarts=0)

    def begin(self, order: Order, secrets: Secrets) -> RayWorker:
        """Begin to carry out a run; it waits for a free processor of the cluster where there is none."""
        actor = self._actors.remote()
        actor.begin.remote(self._ray.put(order), secrets)
        return RayWorker(self._ray, actor)

    def close(self) -> None:
        """Leave the cluster, or end the one that was started."""
        self._ray.shutdown()


class _Process:
    """What Ray runs: the work, made where its order arrives. Its methods are called side by side, in no order."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._stopped = False
        self._work: Any = None

    def begin(self, order: Order, secrets: Secrets) -> None:
        from rlm_app.spread_work import Work

        self._work = Work(order, secrets)
        self._begun.set()
        if self._stopped:
            self._work.stop()

    def news(self, seconds: float) -> News:
        if not self._begun.wait(seconds):
            return News()
        news: News = self._work.news(seconds)
        return news

    def stop(self) -> None:
        self._stopped = True
        if self._work is not None:
            self._work.stop()
