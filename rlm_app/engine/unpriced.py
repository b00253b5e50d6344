"""Says that a money limit cannot hold a model whose calls have no known price."""

from __future__ import annotations

from rlm_app.engine.recorder import Place
from rlm_app.engine.runtime import Runtime
from rlm_app.events import Noticed
from rlm_app.types import Completion

TEXT = (
    "The price of {model} is not known, so the limit on money does not count its calls and cannot hold them. Enter its price "
    "in Settings, or limit tokens or sub-calls."
)


def tell_unpriced(runtime: Runtime, place: Place, iteration: int, completion: Completion) -> None:
    """Notice, once a model and run, a paid call that the run's limit on money could not count."""
    usage = completion.usage
    if usage.calls and usage.cost is None and runtime.handler.budget.is_news(completion.model):
        text = TEXT.format(model=completion.model)
        runtime.recorder.emit(Noticed, place, iteration=iteration, topic="price unknown", text=text)
