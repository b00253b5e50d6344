"""Where the app keeps its data and what the environment and the secrets file say; read once, at the edge."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rlm_app import quotas
from rlm_app.errors import ConfigError
from rlm_app.owners import is_this_machine
from rlm_app.quotas import Quotas

_ROOT = Path(__file__).resolve().parent.parent
SAMPLE_DOCS = _ROOT / "sample_docs"
"""The folder of the bundled documents."""

SECRETS = (
    _ROOT / ".streamlit" / "secrets.toml",
    Path(".streamlit", "secrets.toml"),
    Path("~/.streamlit/secrets.toml"),
)
"""Where Streamlit looks for secrets; read here as files, because Streamlit copies what it reads into the environment."""

TABLE, PREFIX = "rlm_app", "RLM_APP_"
HOST = frozenset(
    {
        "allow_addresses",
        "allow_builtins",
        "allow_unconfined",
        "cookie_secret",
        "home",
        "host_keys",
        "host_models",
        "log",
        "metrics_token",
        "mode",
        "parallel_runs",
        "people",
        "script",
        "store",
        *quotas.NAMES,
    }
)
"""What a host can set, as `mode = …` in the table [rlm_app] of the secrets file or as RLM_APP_MODE in the environment."""

LOCAL, SHARED = "local", "shared"
_CLOUD = (Path("/mount/src"), Path("/home/adminuser/venv"))
"""Where Community Cloud puts an app and its Python."""
_KEY = "_API_KEY"
_ADDRESSES = {"openai": "OPENAI_BASE_URL", "azure_openai": "AZURE_OPENAI_ENDPOINT"}
_YES = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `home` is the folder that holds the data file; `script` a file for the scripted backend (tests and demos);
    `parallel_runs` how many runs work at once. `keys` are the API keys of the environment and of the secrets file, by
    variable name: they stay in memory and are left out of the object's text form; `in_secrets` names those that the file
    holds. `addresses` are servers' addresses by backend name. `shared` says that strangers use this app; `allow_unconfined`
    that a model's code may run here even where it cannot be confined, which a shared app never does. `restricted_builtins`
    refuses cells `eval`, `globals` and the like. `login` names the providers of [auth], "" the unnamed one: in a shared app
    people sign in with one of them, and `people` are the mail addresses, `@domains` and subject ids let in (all, if empty).
    `quotas` are what each person and all together may use.
    `said` is everything the host set, by name (see `HOST`): what other modules read theirs from.
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
    login: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    quotas: Quotas = field(default_factory=Quotas)
    said: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def store(self) -> str:
        """Where the host wants the data kept: a folder, "md:name" for a database at MotherDuck, "" for `home`."""
        return self.said.get("store", "")

    @property
    def data_folder(self) -> Path:
        """The folder that holds the data file and the uploaded files."""
        return self.home if not self.store or self.store.startswith("md:") else Path(self.store).expanduser()

    @property
    def data_file(self) -> Path:
        """The DuckDB file with runs and documents; for a database elsewhere, what stays of it on this machine."""
        return self.data_folder / "rlm.duckdb"

    def check_address(self, address: str) -> None:
        """Raise `ConfigError` when an app of one person would listen on an address that other machines can reach."""
        if not self.shared and not is_this_machine(address):
            raise ConfigError(
                f"The app was asked to listen on {address}, but it is for one person, on this machine only (RLM_APP_MODE is "
                "not shared). Leave --address away, or set RLM_APP_MODE=shared: then each visitor has a workspace of their "
                "own."
            )

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, secrets: Iterable[Path] = SECRETS, *, cloud: bool | None = None
    ) -> Settings:
        """Read RLM_APP_… or the table [rlm_app], OPENAI_BASE_URL, AZURE_OPENAI_ENDPOINT, _API_KEYs and [auth].

        The environment goes before the secrets files. `cloud` says whether this is Community Cloud, found out when not given.
        Raises `ConfigError` for a file that is no TOML, a name or mode there is not, and what a shared app refuses.
        """
        found = os.environ if environ is None else environ
        secret = _secrets(secrets)
        said = _said(found, secret.get(TABLE, {}))
        keys = {name: str(value) for name, value in secret.items() if name.endswith(_KEY) and value}
        shared = _is_shared(said.get("mode", ""), on_community_cloud() if cloud is None else cloud)
        login = _providers(secret.get("auth", {}))
        if shared:
            _refuse(said, login)
        return cls(
            home=Path(said["home"]).expanduser() if said.get("home") else _default_home(),
            script=Path(said["script"]) if said.get("script") else None,
            parallel_runs=_whole(said.get("parallel_runs"), 3),
            keys={**keys, **{name: value for name, value in found.items() if name.endswith(_KEY) and value}},
            in_secrets=frozenset(keys),
            shared=shared,
            allow_unconfined=_yes(said.get("allow_unconfined")),
            restricted_builtins=not _yes(said.get("allow_builtins")),
            addresses={name: found[variable] for name, variable in _ADDRESSES.items() if found.get(variable)},
            login=login,
            quotas=quotas.read(said, shared=shared),
            people=tuple(each.strip() for each in said.get("people", "").split(",") if each.strip()),
            said=said,
        )


def on_community_cloud(root: Path = _ROOT, python: Path | None = None) -> bool:
    """Whether this process runs on Streamlit Community Cloud, told by where the app and its Python lie."""
    places = (root, python or Path(sys.prefix))
    return any(place.is_relative_to(cloud) for place, cloud in zip(places, _CLOUD, strict=True))


def _is_shared(mode: str, cloud: bool) -> bool:
    """Return whether the app is shared; raise `ConfigError` for a word that is no mode."""
    word = mode.strip().lower()
    if word not in {"", LOCAL, SHARED}:
        raise ConfigError(
            f'RLM_APP_MODE says "{mode}", which is no mode. Set it to "{LOCAL}" (one person, this machine only) or '
            f'"{SHARED}" (many people, each with a workspace of their own).'
        )
    if word == LOCAL and cloud:
        raise ConfigError(
            f'RLM_APP_MODE says "{LOCAL}", but on Community Cloud everybody with the address can open this app. Set it to '
            f'"{SHARED}", or take it away.'
        )
    return word == SHARED or cloud


def _refuse(said: Mapping[str, str], login: tuple[str, ...]) -> None:
    """Raise `ConfigError` for what is safe only where one person uses the app, and for a list of people nobody checks."""
    if _yes(said.get("allow_unconfined")):
        raise ConfigError(
            "This app is shared and RLM_APP_ALLOW_UNCONFINED is set. A shared app never runs a model's code unconfined: "
            "take that setting away, or set RLM_APP_MODE=local."
        )
    if said.get("script"):
        raise ConfigError(
            "This app is shared and RLM_APP_SCRIPT is set. The scripted backend gives everybody the same invented answers: "
            "take that setting away, or set RLM_APP_MODE=local."
        )
    if said.get("people") and not login:
        raise ConfigError(
            "RLM_APP_PEOPLE says who may use this app, but nobody signs in: the secrets file has no table [auth]. Add one "
            "(docs/deploy.md shows it), or take RLM_APP_PEOPLE away."
        )


def _said(environ: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, str]:
    """Return what the host set by name, the environment before the table; raise `ConfigError` for an unknown name there."""
    if unknown := sorted(set(table) - HOST):
        raise ConfigError(
            f"The table [{TABLE}] of the secrets file sets {', '.join(unknown)}, which is no setting of this app. "
            f"There are: {', '.join(sorted(HOST))}."
        )
    here = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    return {
        **{name: _text(value) for name, value in table.items()},
        **{name: value for name, value in here.items() if value},
    }


def _text(value: Any) -> str:
    """Return a value of TOML as it would stand in an environment variable."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _secrets(paths: Iterable[Path]) -> dict[str, Any]:
    """Return what the secrets files hold; of what two of them name, what the first file says counts."""
    secret: dict[str, Any] = {}
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
        secret = {**found, **secret}
    for name in (TABLE, "auth"):
        if not isinstance(secret.get(name, {}), dict):
            raise ConfigError(
                f'The secrets file sets {name} to a value; it is a table. Begin it with a line "[{name}]".'
            )
    return secret


def _providers(auth: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the identity providers that [auth] describes, "" for one without a name."""
    named = tuple(name for name, value in auth.items() if isinstance(value, dict) and "client_id" in value)
    return (("",) if "client_id" in auth else ()) + named


def _default_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("rlm-app", appauthor=False))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and int(text) > 0 else otherwise


def _yes(text: str | None) -> bool:
    return (text or "").strip().lower() in _YES
