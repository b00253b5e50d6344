"""Functions and data of yours in the REPL. Run: uv run python -m docs.examples.custom_tools

The model follows scripts/custom_tools.json, so no key is needed. For a real model, name its backend and model instead.
"""

import os
from pathlib import Path

from rlm_app import RLM

os.environ["RLM_APP_SCRIPT"] = str(Path(__file__).parent / "scripts" / "custom_tools.json")

RATES = {"EUR": 1.0, "USD": 1.25, "CHF": 0.95}


def convert(amount: float, currency: str) -> float:
    """Return an amount in euros as one in another currency; it runs here, not in the sandbox."""
    return round(amount * RATES[currency], 2)


tools = {
    "convert": {"tool": convert, "description": "convert(amount, currency) turns euros into another currency"},
    "CURRENCIES": {"tool": sorted(RATES), "description": "the currencies that convert knows"},
}

with RLM(backend="scripted", backend_kwargs={"model_name": "scripted"}, custom_tools=tools) as rlm:
    result = rlm.completion("The rent is 1200 euros.", root_prompt="What is the rent in dollars?")

print(result.response)
