"""What all RLMs of one run share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rlm_app.engine.handler import LMHandler
from rlm_app.engine.recorder import Recorder
from rlm_app.protocols import Environment, HostFunction, Signals


def ignore_signal(call_id: str, kind: str, text: str) -> None:
    """Take a signal and do nothing with it."""


@dataclass(frozen=True)
class Runtime:
    """What all RLMs of one run share. `describe` holds one sentence per custom tool, shown to the model."""

    handler: LMHandler
    recorder: Recorder
    environment: Environment
    signals: Signals = ignore_signal
    system_prompt: str | None = None
    tools: Mapping[str, HostFunction] = field(default_factory=dict)
    describe: Mapping[str, str] = field(default_factory=dict)
