"""What all RLMs of one run share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.engine.citing import Citer
from rlm_app.engine.handler import LMHandler
from rlm_app.engine.recorder import Recorder
from rlm_app.protocols import Environment, HostFunction, Signals
from rlm_app.steering import Steering


def ignore_signal(call_id: str, kind: str, text: str) -> None:
    """Take a signal and do nothing with it."""


@dataclass(frozen=True)
class Toolbox:
    """Names a person adds to the REPL: functions that run in the app, data, and a sentence on each for the model."""

    functions: Mapping[str, HostFunction] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    describe: Mapping[str, str] = field(default_factory=dict)


NO_TOOLS = Toolbox()


@dataclass(frozen=True)
class Runtime:
    """What all RLMs of one run share.

    `params` and `sub_params` are sampling arguments of the root model's calls and of sub-calls; `compact_at` is the size
    of a prompt, in tokens, at which the root model is made to sum up (None: never); `child_tools` is what children get.
    With a `citer` cells can `cite()`.
    """

    handler: LMHandler
    recorder: Recorder
    environment: Environment
    signals: Signals = ignore_signal
    system_prompt: str | None = None
    toolbox: Toolbox = NO_TOOLS
    child_tools: Toolbox = NO_TOOLS
    params: Mapping[str, Any] = field(default_factory=dict)
    sub_params: Mapping[str, Any] = field(default_factory=dict)
    compact_at: int | None = None
    steering: Steering = field(default_factory=Steering)
    citer: Citer | None = None
