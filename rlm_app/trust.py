"""Whether code that a model writes may run on this machine: at once where it is confined, else only where somebody allowed it.

The worker itself is told to end when it finds that it is not confined; what stands here says so before, in plain words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rlm_app.errors import ConfigError
from rlm_app.settings import Settings

if TYPE_CHECKING:
    from rlm_app.environments.confinement.words import Level

LOCAL = "local"
CONSENT = "unconfined code"
"""The preference under which it is kept that an owner has agreed."""


class ConsentNeeded(ConfigError):
    """Code of a model would run unconfined on a person's own machine, and they have not agreed to that."""


def options_for(
    settings: Settings, environment: str, *, ours: bool, consented: bool, found: Level | None = None
) -> dict[str, Any]:
    """Return the options by which an environment is made for a run; raise `ConfigError` or `ConsentNeeded` where it may not be.

    `ours` is code that this app brings along; `consented` whether its owner has agreed to run a model's code unconfined;
    `found` how confined code is here, measured when it is not given.
    """
    if environment != LOCAL:
        return {}
    from rlm_app.environments.confinement import Plan
    from rlm_app.environments.confinement.measure import level

    found = found or level()
    if not found.is_confined:
        _judge(settings, found, ours=ours, consented=consented)
    return {"plan": Plan(required=found.is_confined)}


def _judge(settings: Settings, found: Level, *, ours: bool, consented: bool) -> None:
    """Raise unless code may run where it is not confined."""
    if settings.shared:
        raise ConfigError(
            f"This app is shared, and {shortcoming(found)} Runs are refused until it is started where they can be confined "
            "(Linux 5.13 or later with Landlock and seccomp), or another environment such as docker is chosen. "
            "`python -m rlm_app doctor` says what is missing."
        )
    if not (ours or consented or settings.allow_unconfined):
        raise ConsentNeeded(
            f"This model writes code, and {shortcoming(found)} Choose the environment docker, or agree to run it like "
            "this: on the page, with --allow-unconfined, or by RLM_APP_ALLOW_UNCONFINED=1."
        )


def shortcoming(found: Level) -> str:
    """Return what code could do here, as the end of a sentence."""
    from rlm_app.environments.confinement.words import COULD, listed

    return f"on this machine it could {listed([COULD[name] for name in found.missing])}."


def warning() -> str:
    """Return the sentence that pages show where local code is not confined; empty where it is."""
    from rlm_app.environments.confinement.measure import level
    from rlm_app.environments.confinement.words import describe

    found = level()
    return "" if found.is_confined else f"{describe(found).title}. {describe(found).sentence}"
