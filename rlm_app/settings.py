"""Where the app keeps its data and what the environment and the secrets file say; read once, at the edge."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rlm_app.errors import ConfigError

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"
"""The folder of the bundled documents."""

SECRETS = (Path(".streamlit", "secrets.toml"), Path("~/.streamlit/secrets.toml"))
"""Where Streamlit looks for secrets; read here as files, because Streamlit copies what it reads into the environment."""

_KEY = "_API_KEY"
_ADDRESSES = {"openai": "OPENAI_BASE_URL", "azure_openai": "AZURE_OPENAI_ENDPOINT"}


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `home` is the folder that holds the data file; `script` a file for the scripted backend (tests and demos);
    `parallel_runs` how many runs work at once. `keys` are the API keys of the environment and of the secrets file, by
    variable name: they stay in memory and are left out of the object's text form; `in_secrets` names those that the file
    holds. `addresses` are servers' addresses by backend name. `shared` says that strangers use this app; `allow_unconfined`
    that a model's code may run here even where it cannot be confined, which a shared app never does. `restricted_builtins`
    refuses cells `eval`, `globals` and the like.
    """

    home: Path
    script: Path | None = None
    parallel_runs: int = 3
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    in_secrets: frozenset[str] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=dict)
    shared: bool = False
    allow_unconfined: bool = False
    restricted_builtins: bool = True

    @property
    def data_file(self) -> Path:
        """The DuckDB file with runs and documents."""
        return self.home / "rlm.duckdb"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, secrets: Iterable[Path] = SECRETS) -> Settings:
        """Read RLM_APP_HOME, RLM_APP_SCRIPT, RLM_APP_PARALLEL_RUNS, OPENAI_BASE_URL, AZURE_OPENAI_ENDPOINT and _API_KEYs.

        A key of the environment goes before one of the secrets files. Raises `ConfigError` for a file that is no TOML.
        """
        found = os.environ if environ is None else environ
        secret = _secrets(secrets)
        script = found.get("RLM_APP_SCRIPT")
        return cls(
            home=Path(found["RLM_APP_HOME"]).expanduser() if found.get("RLM_APP_HOME") else _default_home(),
            script=Path(script) if script else None,
            parallel_runs=_whole(found.get("RLM_APP_PARALLEL_RUNS"), 3),
            keys={**secret, **{name: value for name, value in found.items() if name.endswith(_KEY) and value}},
            in_secrets=frozenset(secret),
            shared=found.get("RLM_APP_MODE") == "shared",
            allow_unconfined=found.get("RLM_APP_ALLOW_UNCONFINED") == "1",
            restricted_builtins=found.get("RLM_APP_ALLOW_BUILTINS") != "1",
            addresses={name: found[variable] for name, variable in _ADDRESSES.items() if found.get(variable)},
        )


def _secrets(paths: Iterable[Path]) -> dict[str, str]:
    """Return the keys at the top of the secrets files; what the first file says counts."""
    keys: dict[str, str] = {}
    for path in map(Path.expanduser, paths):
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            # The reader's own words are left out: they may quote the line, and the line may hold a key.
            raise ConfigError(
                f'{path} cannot be read as TOML. Write lines like NAME = "value", or remove it.'
            ) from None
        keys = {**{name: value for name, value in found.items() if name.endswith(_KEY) and value}, **keys}
    return {name: str(value) for name, value in keys.items()}


def _default_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("rlm-app", appauthor=False))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else otherwise
