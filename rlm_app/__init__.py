"""Ask long documents; get an answer whose every quotation is checked. `RLM` is the library, `app.py` the application."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rlm_app.api import RLM
    from rlm_app.api_parts import RLMCompletion, UsageSummary
    from rlm_app.citations import Citation, Verdict
    from rlm_app.engine.logger import RLMLogger
    from rlm_app.engine.trajectory import Trajectory
    from rlm_app.errors import RLMError
    from rlm_app.types import Limits, Stop, Usage

__all__ = [
    "RLM",
    "Citation",
    "Limits",
    "RLMCompletion",
    "RLMError",
    "RLMLogger",
    "Stop",
    "Trajectory",
    "Usage",
    "UsageSummary",
    "Verdict",
]

_HOMES = {
    "RLM": "rlm_app.api",
    "RLMCompletion": "rlm_app.api_parts",
    "UsageSummary": "rlm_app.api_parts",
    "RLMLogger": "rlm_app.engine.logger",
    "Trajectory": "rlm_app.engine.trajectory",
    "RLMError": "rlm_app.errors",
    "Citation": "rlm_app.citations",
    "Limits": "rlm_app.types",
    "Stop": "rlm_app.types",
    "Usage": "rlm_app.types",
    "Verdict": "rlm_app.citations",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that a worker that needs one module does not load the others."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
