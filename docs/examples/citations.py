"""Answers whose quotations are checked. Run: uv run python -m docs.examples.citations

The model follows scripts/citations.json, so no key is needed. It quotes one sentence well and one with another number.
"""

import os
from pathlib import Path

from rlm_app import RLM, Verdict

os.environ["RLM_APP_SCRIPT"] = str(Path(__file__).parent / "scripts" / "citations.json")

LEASES = {
    "lease.txt": "The rent of 1,200 euros is due on the third day of each month. It is paid to the landlord's bank.",
    "amendment.txt": "From May on the rent is 1,300 euros. Either party may end the lease with ninety days of notice.",
}

with RLM(backend="scripted", backend_kwargs={"model_name": "scripted"}) as rlm:
    result = rlm.completion(LEASES, root_prompt="What is the rent, and how does the lease end?")

print(result.response, "\n")
for citation in result.citations:
    print(f"{citation.verdict.value} in {citation.document}: {citation.quote}")
    if citation.verdict is not Verdict.FOUND:
        print(f"  {citation.detail}")
        print(f"  The text says: {LEASES[citation.document][citation.start : citation.end]}")
