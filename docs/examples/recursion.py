"""A child RLM with a REPL of its own (max_depth=2). Run: uv run python -m docs.examples.recursion

The models follow scripts/recursion.json, so no key is needed. For a real model, name its backend and model instead.
"""

import os
from pathlib import Path

from rlm_app import RLM

os.environ["RLM_APP_SCRIPT"] = str(Path(__file__).parent / "scripts" / "recursion.json")

CONTEXT = ["Part one. Ann signed on Monday.", "Part two. Bob signed on Friday."]

with RLM(backend="scripted", backend_kwargs={"model_name": "scripted"}, max_depth=2) as rlm:
    result = rlm.completion(CONTEXT, root_prompt="Who signed last?")

print("answer:", result.response)
for turn in result.metadata["trajectory"].turns:
    print(f"turn {turn.reply.iteration} of the root")
    for subcall in turn.subcalls:
        own = len(subcall.child.turns) if subcall.child else 0
        reply = subcall.finished.reply if subcall.finished else "(not finished)"
        print(f"  sub-call {subcall.started.call_id} ({subcall.started.role}), {own} turns of its own: {reply}")
