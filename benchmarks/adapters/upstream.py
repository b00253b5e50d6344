"""Adapter of the reference implementation as its package installs it, environment `local`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.adapters.job import Run, main


def prepare(job: dict[str, Any]) -> Run:
    """Import the package; return what runs a job with it."""
    from rlm import RLM  # type: ignore[import-not-found]
    from rlm.logger import RLMLogger  # type: ignore[import-not-found]

    def run(job: dict[str, Any]) -> str:
        rlm = RLM(
            backend="openai",
            backend_kwargs={"model_name": "big", "api_key": "none", "base_url": job["url"]},
            environment="local",
            max_depth=job["depth"],
            max_iterations=40,
            max_timeout=job["cell_seconds"],
            max_concurrent_subcalls=16,
            logger=RLMLogger(log_dir=job["store"]) if job["store"] and "warm" not in job else None,
        )
        return str(rlm.completion(job["context"], root_prompt=job["question"]).response)

    return run


if __name__ == "__main__":
    main(prepare)
