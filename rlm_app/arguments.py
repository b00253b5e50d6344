"""What `RLM(...)` refuses at once, each with a sentence, and callbacks that cannot harm a run."""

from __future__ import annotations

import functools
import json
import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from rlm_app.errors import ConfigError


def check_mappings(**given: object) -> None:
    """Raise `ConfigError` unless each argument is None or a mapping."""
    for name, value in given.items():
        check_mapping(name, value)


def check_mapping(name: str, value: object) -> None:
    """Raise `ConfigError` unless the argument is None or a mapping."""
    if value is not None and not isinstance(value, Mapping):
        raise ConfigError(f"{name} is {value!r}; it has to be a dict, or None.")


def check_sampling(name: str, value: object) -> None:
    """Raise `ConfigError` for one that no request can carry."""
    check_mapping(name, value)
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} cannot be sent to a provider: {error}. Give numbers, texts and lists.") from error


def check_samplings(**given: object) -> None:
    """Raise `ConfigError` for sampling arguments that no request can carry."""
    for name, value in given.items():
        check_sampling(name, value)


def check_share(name: str, value: object) -> None:
    """Raise `ConfigError` unless the argument is a share: more than 0, at most 1."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not 0 < value <= 1:  # type: ignore[operator]
        raise ConfigError(f"{name} is {value!r}; it has to be more than 0 and at most 1.")


def check_prompt(value: object) -> None:
    """Raise `ConfigError` unless the system prompt is None or text."""
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"custom_system_prompt is {value!r}; it has to be text, or None for the app's own.")


def check_others(backends: object, options: object) -> None:
    """Raise `ConfigError` unless sub-calls have at most one backend, given as a list with a list of its arguments."""
    for name, value in (("other_backends", backends), ("other_backend_kwargs", options)):
        if value is not None and not isinstance(value, (list, tuple)):
            raise ConfigError(f"{name} is {value!r}; it has to be a list of one, or None.")
    if isinstance(backends, (list, tuple)) and len(backends) > 1:
        raise ConfigError(f"other_backends takes one backend, for sub-calls; {len(backends)} were given.")
    for each in options if isinstance(options, (list, tuple)) else ():
        check_mapping("An entry of other_backend_kwargs", each)


def harmless(name: str, call: Callable[..., object] | None) -> Callable[..., None] | None:
    """Return the callback so that what it raises becomes a warning, once, and the run and what it paid for go on.

    `RLM.cancel()` is how a callback stops the run. Raises `ConfigError` for what cannot be called.
    """
    if call is None:
        return None
    if not callable(call):
        raise ConfigError(f"{name} is {call!r}; it has to be a function, or None.")
    told: list[bool] = []

    @functools.wraps(call, updated=())
    def guarded(*given: Any) -> None:
        try:
            call(*given)
        except Exception as error:  # noqa: BLE001 - it is somebody else's code, and paid replies hang on the run
            if not told:
                told.append(True)
                warnings.warn(f"{name} raised {type(error).__name__}: {error}. The run goes on.", stacklevel=2)

    return guarded
