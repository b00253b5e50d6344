"""The composition root: opens the data file and puts the app together on it."""

from __future__ import annotations

import uuid
from functools import partial

from rlm_app.allowance import Allowance
from rlm_app.application import App
from rlm_app.assemble import backend_named, backends
from rlm_app.backup import Backups
from rlm_app.catalogue import Catalogue
from rlm_app.engine.imports import IMPORTED, ImportReport
from rlm_app.errors import StoreError
from rlm_app.executor import Executor
from rlm_app.grids import Store
from rlm_app.offers import EnvironmentInfo, PromptProfile, SampleQuestion
from rlm_app.orders import Orders
from rlm_app.page_views import PageViews
from rlm_app.reach import SAMPLES, Reach
from rlm_app.records import Execute
from rlm_app.runs.grids import Grids
from rlm_app.runs.manager import RunManager
from rlm_app.settings import Settings
from rlm_app.sharing import Sharing
from rlm_app.shelf import Shelf
from rlm_app.sources import Sources
from rlm_app.spread import Spread
from rlm_app.spreading import Spreading
from rlm_app.starting import Measurement, Start
from rlm_app.store.originals import Originals

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
        return _put_together(settings, DuckDBStore(":memory:"), Originals(None), spread)
    if settings.data_folder != settings.home and not settings.data_folder.is_dir():
        raise StoreError(
            f"RLM_APP_STORE names the folder {settings.data_folder}, which is not there. Mount its disk, or make the folder."
        )
    path = settings.store if settings.store.startswith("md:") else settings.data_file
    kept = Originals(settings.data_folder / "originals")
    return _put_together(settings, DuckDBStore(path, settings.data_file), kept, spread)


def _put_together(settings: Settings, store: Store, originals: Originals, spread: Spread | None) -> App:
    allowance, catalogue, boot = Allowance(settings, store), Catalogue(settings, store), uuid.uuid4().hex
    shelf = Shelf(store, originals, allowance)
    reach = Reach(store, shelf)
    sources = Sources(settings, store, reach.needed, catalogue.entered)
    executor = Executor(sources)
    execute: Execute = executor
    if spread is not None:
        execute = Spreading(sources, partial(backend_named, settings), spread)
    manager = RunManager(store, execute, boot, parallel=settings.parallel_runs, gate=allowance.gate)
    orders = Orders(settings, store, reach, executor, manager)
    left, keeping = allowance.storage_left, allowance.keeping
    cells = allowance.cells_at_once(settings.parallel_runs)
    finders = frozenset(backend.name for backend in backends(settings) if not backend.reasons)
    return App(
        settings,
        store,
        boot,
        allowance,
        catalogue,
        shelf,
        reach,
        pages=PageViews(reach.original),
        sharing=Sharing(store.shares, reach.run, left, keeping=keeping),
        backups=Backups(store, originals, settings.data_folder, left, keeping),
        manager=manager,
        orders=orders,
        grids=Grids(store.grids, manager, orders.check, orders.ready, cells, finders),
    )
