"""Our own server: Streamlit's, with a door before it and the pages loaded ahead. `python -m rlm_app serve` starts it.

The browser of the first visitor needs seconds to start; what its first page needs is loaded in that time and not after it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import inspect
import json
import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from streamlit.starlette import App

from rlm_app.settings import Settings
from rlm_app.ui import host
from rlm_app.ui.whose import FIELD, HEADER

ENTRY = Path(__file__).resolve().parents[2] / "app.py"
# In the order in which the home page needs them; the last two are what Streamlit loads for a logo.
FIRST = (
    "rlm_app.ui.shell",
    "rlm_app.ui.handle",
    "rlm_app.ui.asking",
    "rlm_app.ui.uploads",
    "rlm_app.ui.recent",
    "rlm_app.ui.welcome",
    "duckdb",
    "rlm_app.store.duckdb_store",
    "rlm_app.runs.manager",
    "rlm_app.samples",
    "numpy",
    "PIL.Image",
)


_BEHIND = 5000
"""By how many messages a browser may be behind; a drawing of a long timeline is some two hundred."""


def be_patient() -> None:
    """Let Streamlit wait for browsers that are slow to take what it draws.

    It gives one up that is 500 messages behind, for good and without closing the connection: the page stands still from then
    on while its reader believes that nothing happens. Three drawings of a long timeline are enough for that.
    """
    module = importlib.import_module("streamlit.web.server.starlette.starlette_websocket")
    vars(module).update(WEBSOCKET_MAX_SEND_QUEUE_SIZE=_BEHIND)


def be_quick(module: Any = None) -> None:
    """Let Streamlit work out once what the theme is. It does so anew for each drawing, of which a live page is many.

    `module` is the one that does it; another version of Streamlit that does it otherwise is left as it is.
    """
    there = vars(module or importlib.import_module("streamlit.runtime.app_session"))
    fill = there.get("_populate_theme_msg")
    if fill is None or list(inspect.signature(fill, follow_wrapped=False).parameters) != ["msg", "section"]:
        return
    kept: dict[str, Any] = {}

    def filled(msg: Any, section: str = "theme") -> None:
        if section not in kept:
            made = type(msg)()
            fill(made, section)
            kept[section] = made
        if kept[section].ByteSize():  # of nothing, too, a merge would say that there is something
            msg.MergeFrom(kept[section])

    there["_populate_theme_msg"] = filled


def load() -> None:
    """Import what the first page needs, then have the packages compiled that cells will need."""
    for name in FIRST:
        importlib.import_module(name)
    importlib.import_module("rlm_app.environments.bytecode").compile_packages()


def server(settings: Settings, opening: str = "") -> App:
    """Return the app for any ASGI server; when it has started, a browser is shown the address `opening`, if there is one."""
    from starlette.middleware import Middleware
    from streamlit import file_util

    from rlm_app.ui import ahead
    from rlm_app.ui.door import Door
    from rlm_app.ui.handle import close
    from rlm_app.ui.intake import Intake, most_of_a_tab, most_of_all
    from rlm_app.ui.looks import Looks, ours
    from rlm_app.ui.routes import routes
    from rlm_app.ui.whose import Whose, be_private

    errors = host.errors(settings)

    @asynccontextmanager
    async def alive(app: App) -> AsyncIterator[dict[str, Any]]:
        threading.Thread(target=load, name="load-ahead", daemon=True).start()
        if opening:
            asyncio.get_running_loop().call_later(0.5, _show, opening)
        try:
            yield {}
        finally:
            await asyncio.to_thread(close)

    be_patient()
    be_quick()
    most = most_of_a_tab(settings.quotas)
    before = [
        Middleware(Door, settings=settings),
        *([Middleware(Whose, marked=be_private())] if settings.shared else []),
        Middleware(Intake, most=most, most_of_all=most_of_all(most)),
        Middleware(Looks, tabs=ours()),
        Middleware(ahead.Ahead, added=ahead.lines(Path(file_util.get_static_dir()))),
    ]
    return App(ENTRY, lifespan=alive, middleware=before, routes=routes(settings, errors))


def _show(address: str) -> None:
    """Open a browser, where there is a screen: without one, a browser of text would take the terminal over."""
    screenless = sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    if not screenless:
        threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is told to end."""
    options = _parser().parse_args(arguments)
    settings = Settings.from_environment()
    settings.check_address(options.address)
    opening = "" if options.no_browser else f"http://localhost:{options.port}"
    sys.argv = [str(ENTRY)]  # Streamlit looks for its settings beside what it takes to be the script
    config = {"server.port": options.port, "server.address": options.address, "server.headless": True}
    if settings.shared:
        config["server.trustedUserHeaders"] = json.dumps({HEADER: FIELD})  # a tab is gone on with by its browser alone
    config["logger.hideWelcomeMessage"] = settings.said.get("log") == "json"  # its lines are none
    with contextlib.suppress(KeyboardInterrupt):  # the server raises it again when all is closed
        server(settings, opening).run(config={**config, "server.fileWatcherType": "none"})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rlm_app.ui.serving")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--no-browser", action="store_true")
    return parser


if __name__ == "__main__":
    main()
