"""Cells in a virtual machine of a Prime Intellect account: the same worker, reached over the SDK's live process."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rlm_app.environments import bundle
from rlm_app.environments.confinement import Plan
from rlm_app.environments.prime_pipe import PrimePipe, prime_errors
from rlm_app.environments.streams import StreamChannel, open_channel
from rlm_app.errors import ConfigError, REPLStartError

NO_PACKAGE = "Prime needs the package prime-sandboxes: run `uv sync --extra prime`, then start the app anew."
NO_ACCOUNT = "Prime needs an account: run `prime login` once, or set PRIME_API_KEY, then start the app anew."


@dataclass(frozen=True)
class PrimeREPL:
    """Runs cells in a Prime sandbox without a network; the documents of a run are sent to it, and Prime charges for its time.

    `image` is one with Python 3.9 or later, `cpu` processors, `memory` bytes, `minutes` how long it lives at most whatever
    happens. With `restricted_builtins` cells are refused `eval`, `exec`, `compile`, `input`, `globals`, `locals` and
    `breakpoint`.
    """

    image: str = "python:3.13-slim"
    cpu: float = 1.0
    memory: int = 2 << 30
    minutes: int = 60
    region: str | None = None
    python: str = "python3"
    plan: Plan = field(default_factory=lambda: Plan(confined=False))
    restricted_builtins: bool = True
    name: str = "prime"
    covers: str = (
        "A virtual machine of its own on Prime's machines without a network: code sees nothing of this machine and reaches "
        "neither it nor the internet; processors, memory and time are capped."
    )
    misses: str = (
        "The documents of a run leave this machine for Prime's, under your account's terms; a connection that breaks loses "
        "the REPL. What a machine holds against the one beside it is Prime's promise, not ours."
    )

    def connect(self) -> StreamChannel:
        """Start a sandbox and return the channel to its worker; raise `ConfigError` without the package or an account."""
        if reason := missing(self):
            raise ConfigError(reason)
        from prime_sandboxes import CreateSandboxRequest

        scratch = f"/tmp/rlm-{secrets.token_hex(8)}"  # noqa: S108 - a path in the sandbox
        asked = {
            "name": scratch.rpartition("/")[2],
            "docker_image": self.image,
            "cpu_cores": self.cpu,
            "memory_gb": self.memory / (1 << 30),
            "timeout_minutes": self.minutes,
            "network_allowlist": [],  # nothing may be reached, names of hosts not even looked up
            "region": self.region,
            "labels": ["rlm-app"],
        }
        request = CreateSandboxRequest.model_validate(asked)
        command = "exec " + shlex.join(bundle.command(self.python))
        try:
            pipe = PrimePipe.start(request, command, bundle.environment(scratch), bundle.pid_file(scratch))
        except prime_errors() as error:
            raise REPLStartError(f"Prime could not start a sandbox: {error}") from error
        return open_channel(pipe, bundle.bundle(asdict(self.plan) | {"memory": self.memory // 2}, scratch))


def missing(environment: PrimeREPL) -> str:
    """Return why no sandbox can be started, with the command that fixes it; empty when package and key are found.

    Looks where the SDK does, without importing it, which takes more than a second.
    """
    if importlib.util.find_spec("prime_sandboxes") is None:
        return NO_PACKAGE
    if os.environ.get("PRIME_API_KEY"):
        return ""
    try:
        kept = json.loads((Path.home() / ".prime" / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return NO_ACCOUNT
    return "" if kept.get("api_key") else NO_ACCOUNT
