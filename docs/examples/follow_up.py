"""Two questions to one REPL: the second finds the variables of the first. Run: uv run python -m docs.examples.follow_up

The model follows scripts/follow_up.json, so no key is needed. For a real model, name its backend and model instead.
"""

import os
from pathlib import Path

from rlm_app import RLM

os.environ["RLM_APP_SCRIPT"] = str(Path(__file__).parent / "scripts" / "follow_up.json")

LEASE = "Rent: 1200 euros.\nDeposit: 2400 euros.\nNotice: ninety days."

with RLM(backend="scripted", backend_kwargs={"model_name": "scripted"}, persistent=True) as rlm:
    first = rlm.completion(LEASE, root_prompt="What is the rent?")
    print("first: ", first.response)
    second = rlm.completion("Rent from June: 1300 euros.", root_prompt="How much does it rise?")
    print("second:", second.response)
