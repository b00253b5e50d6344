"""Cells in a sandbox of a Modal account: the same worker, reached over the stdin and stdout of `exec`."""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rlm_app.environments import bundle
from rlm_app.environments.confinement import Plan
from rlm_app.environments.modal_pipe import ModalPipe, modal_errors
from rlm_app.environments.streams import StreamChannel, open_channel
from rlm_app.errors import ConfigError, REPLStartError

PACKAGES = ("numpy", "pandas", "matplotlib")
NO_ACCOUNT = (
    "Modal needs an account: run `modal token new` once, or set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, then start anew."
)


@dataclass(frozen=True)
class ModalREPL:
    """Runs cells in a Modal sandbox without a network; the documents of a run are sent to it, and Modal charges for its time.

    `image` is a public one with Python 3.9 or later; empty is Debian with numpy, pandas and matplotlib, which Modal builds
    once. `cpu` is processors, `memory` bytes, `timeout` the seconds after which Modal ends the sandbox whatever happens, `app`
    the name under which it is listed, made on first use. With `restricted_builtins` cells are refused `eval`, `exec`,
    `compile`, `input`, `globals`, `locals` and `breakpoint`.
    """

    image: str = ""
    cpu: float = 1.0
    memory: int = 2 << 30
    timeout: int = 3_600
    region: str | None = None
    app: str = "rlm-app"
    python: str = "python3"
    plan: Plan = field(default_factory=lambda: Plan(confined=False))
    restricted_builtins: bool = True
    name: str = "modal"
    covers: str = (
        "A sandbox on Modal's machines without a network: code sees nothing of this machine and reaches neither it nor the "
        "internet; processors, memory and time are capped."
    )
    misses: str = (
        "The documents of a run leave this machine for Modal's, under your account's terms. What a sandbox holds against "
        "the sandbox beside it is Modal's promise, not ours."
    )

    def connect(self) -> StreamChannel:
        """Start a sandbox and return the channel to its worker; raise `ConfigError` without an account."""
        if reason := missing(self):
            raise ConfigError(reason)
        scratch = f"/tmp/rlm-{secrets.token_hex(8)}"  # noqa: S108 - a path in the sandbox
        try:
            pipe = self._start(scratch)
        except modal_errors() as error:
            raise REPLStartError(f"Modal could not start a sandbox: {error}") from error
        return open_channel(pipe, bundle.bundle(asdict(self.plan) | {"memory": self.memory // 2}, scratch))

    def _start(self, scratch: str) -> ModalPipe:
        import modal

        megabytes = self.memory >> 20
        sandbox = modal.Sandbox.create(
            app=modal.App.lookup(self.app, create_if_missing=True),
            image=self._image(),
            block_network=True,
            timeout=self.timeout,
            cpu=(self.cpu, self.cpu),
            memory=(megabytes, megabytes),
            region=self.region,
        )
        try:
            process = sandbox.exec(*bundle.command(self.python), text=False, env=bundle.environment(scratch))
        except BaseException:
            sandbox.terminate()
            raise
        return ModalPipe(sandbox, process, bundle.pid_file(scratch))

    def _image(self) -> Any:
        import modal

        if self.image:
            return modal.Image.from_registry(self.image)
        return modal.Image.debian_slim().pip_install(*PACKAGES)


def missing(environment: ModalREPL) -> str:
    """Return why no sandbox can be started, with the command that fixes it; empty when a token is found.

    Looks where the SDK does, without importing it, which takes more than a second.
    """
    if all(os.environ.get(name) for name in ("MODAL_TOKEN_ID", "MODAL_TOKEN_SECRET")):
        return ""
    file = Path(os.environ.get("MODAL_CONFIG_PATH") or Path.home() / ".modal.toml")
    try:
        profiles = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return NO_ACCOUNT
    return "" if any("token_id" in profile for profile in profiles.values()) else NO_ACCOUNT
