"""What `doctor` says of the app as a server: for whom it is, where its data lies and how that is, what it tells its host."""

from __future__ import annotations

from collections.abc import Iterator

from rlm_app.backends import BACKENDS
from rlm_app.health import LITTLE_ROOM, free_bytes
from rlm_app.lending import lends
from rlm_app.quotas import NAMES
from rlm_app.settings import Settings, on_community_cloud
from rlm_app.store.remote import TOKENS, is_remote
from rlm_app.store.salvage import kept_aside
from rlm_app.store.standing import standing


def lines(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Give what there is to say, each with whether it is as it should be."""
    yield from _people(settings)
    yield from _data(settings)
    yield from _telling(settings)


def stands(settings: Settings) -> tuple[bool, str]:
    """Return whether the app can open its data as it is, and a sentence on it; nothing is changed."""
    folder = settings.data_folder
    if is_remote(settings.store):
        return True, f"data at {settings.store}; replies and uploaded files stay in {folder}. Needs {TOKENS[0]}"
    if folder != settings.home and not folder.is_dir():
        return (
            False,
            f"the folder {folder}, which RLM_APP_STORE names: without it the app does not start. To do: mount its disk, or "
            "make the folder",
        )
    return standing(settings.data_file)


def _people(settings: Settings) -> Iterator[tuple[bool, str]]:
    if not settings.shared:
        yield True, "mode local: one person, reached from this machine only"
        return
    why = "found on Community Cloud" if on_community_cloud() else "set by RLM_APP_MODE"
    yield True, f"mode shared ({why}): each visitor has a workspace of their own"
    if settings.login:
        named = ", ".join(name or "the one without a name" for name in settings.login)
        who = (
            f"{len(settings.people)} entries of RLM_APP_PEOPLE are let in"
            if settings.people
            else "everybody it knows is let in"
        )
        yield True, f"people sign in ([auth]: {named}); {who}"
    else:
        yield (
            True,
            "nobody signs in: a browser is the key to its workspace. To change that: a table [auth] in the secrets file",
        )
    allowed = {name: getattr(settings.quotas, name) for name in NAMES}
    told = ", ".join(f"RLM_APP_{name.upper()}={'none' if limit is None else limit}" for name, limit in allowed.items())
    yield True, f"quotas: {told}"
    lent = ", ".join(backend.name for backend in BACKENDS if backend.takes_key and lends(settings, backend))
    serves = settings.said.get("host_models") or "those that Ask offers first"
    yield True, f"lends its keys of: {lent}, for the models {serves}" if lent else "lends no key of its own to visitors"


def _data(settings: Settings) -> Iterator[tuple[bool, str]]:
    yield stands(settings)
    for aside in kept_aside(settings.data_file):
        yield False, f"a damaged data file was put aside: {aside}. Remove it once nothing in it is missed"
    free = free_bytes(settings.data_folder)
    yield free >= LITTLE_ROOM, f"{free / 1e9:,.1f} GB free for {settings.data_folder}"
    lasting = not settings.shared or is_remote(settings.store) or bool(settings.store or settings.said.get("home"))
    if not lasting or (on_community_cloud() and not is_remote(settings.store)):
        yield (
            False,
            "a disk that lasts: nobody has said where the data belongs. To do: set RLM_APP_HOME or RLM_APP_STORE",
        )


def _telling(settings: Settings) -> Iterator[tuple[bool, str]]:
    form = settings.said.get("log", "") or "text"
    yield True, f"logs as {form}" + ("" if form == "json" else "; RLM_APP_LOG=json makes each line an object")
    token = bool(settings.said.get("metrics_token"))
    if settings.shared:
        yield token, "a token for /metrics" + ("" if token else ". To read them: set RLM_APP_METRICS_TOKEN")
