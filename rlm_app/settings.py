"""Where the app keeps its data and what the environment says; read once, at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"
"""The folder of the bundled documents."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `home` is the folder that holds the data file; `script` a file for the scripted backend (tests and demos);
    `parallel_runs` how many runs work at once. `keys` are the API keys of the environment, by variable name: they stay in
    memory and are left out of the object's text form. `addresses` are servers' addresses by backend name.
    """

    home: Path
    script: Path | None = None
    parallel_runs: int = 3
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def data_file(self) -> Path:
        """The DuckDB file with runs and documents."""
        return self.home / "rlm.duckdb"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read RLM_APP_HOME, RLM_APP_SCRIPT, RLM_APP_PARALLEL_RUNS, OPENAI_BASE_URL and what ends in _API_KEY."""
        found = os.environ if environ is None else environ
        script = found.get("RLM_APP_SCRIPT")
        return cls(
            home=Path(found["RLM_APP_HOME"]).expanduser() if found.get("RLM_APP_HOME") else _default_home(),
            script=Path(script) if script else None,
            parallel_runs=_whole(found.get("RLM_APP_PARALLEL_RUNS"), 3),
            keys={name: value for name, value in found.items() if name.endswith("_API_KEY") and value},
            addresses={"openai": found["OPENAI_BASE_URL"]} if found.get("OPENAI_BASE_URL") else {},
        )


def _default_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("rlm-app", appauthor=False))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else otherwise
