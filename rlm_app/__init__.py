"""Ask long documents; get an answer whose every quotation is checked. `RLM` is the library, `app.py` the application."""

from rlm_app.api import RLM, RLMCompletion, UsageSummary
from rlm_app.engine.logger import RLMLogger
from rlm_app.engine.trajectory import Trajectory
from rlm_app.errors import RLMError
from rlm_app.types import Limits, Stop, Usage

__all__ = ["RLM", "Limits", "RLMCompletion", "RLMError", "RLMLogger", "Stop", "Trajectory", "Usage", "UsageSummary"]
