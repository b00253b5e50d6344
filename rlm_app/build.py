"""The composition root: opens the data file and puts the app together on it."""

from __future__ import annotations

from rlm_app.application import App
from rlm_app.engine.imports import IMPORTED, ImportReport
from rlm_app.errors import StoreError
from rlm_app.offers import EnvironmentInfo, PromptProfile, SampleQuestion
from rlm_app.reach import SAMPLES
from rlm_app.settings import Settings
from rlm_app.spread import Spread
from rlm_app.starting import Measurement, Start

__all__ = [
    "IMPORTED",
    "SAMPLES",
    "App",
    "EnvironmentInfo",
    "ImportReport",
    "Measurement",
    "PromptProfile",
    "SampleQuestion",
    "Start",
    "open_app",
]


def open_app(settings: Settings | None = None, *, keep: bool = True, spread: Spread | None = None) -> App:
    """Open the data file and return the app; raise `StoreError` when another process holds it.

    With `keep` False nothing is written to disk and everything is forgotten on close. `spread` carries the runs out
    elsewhere; whoever made it closes it.
    """
    from rlm_app.environments.docker_engine import sweep_meanwhile
    from rlm_app.environments.scratch import sweep_scratch
    from rlm_app.store.duckdb_store import DuckDBStore

    settings = settings or Settings.from_environment()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {settings.home} cannot hold the app's data ({error.strerror}). Set RLM_APP_HOME to a folder that "
            "you may write to."
        ) from error
    sweep_scratch()
    sweep_meanwhile()
    if not keep:
        return App(settings, DuckDBStore(":memory:"), spread=spread)
    if settings.data_folder != settings.home and not settings.data_folder.is_dir():
        raise StoreError(
            f"RLM_APP_STORE names the folder {settings.data_folder}, which is not there. Mount its disk, or make the folder."
        )
    path = settings.store if settings.store.startswith("md:") else settings.data_file
    return App(settings, DuckDBStore(path, settings.data_file), settings.data_folder / "originals", spread)
