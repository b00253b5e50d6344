"""What the app's own server does for a browser that is slow to take what is drawn."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rlm_app.settings import Settings
from rlm_app.ui.serving import server

DRAWINGS, MESSAGES = 10, 200


def test_a_browser_that_is_ten_drawings_behind_is_not_given_up(tmp_path: Path) -> None:
    server(Settings(tmp_path))
    module: Any = importlib.import_module("streamlit.web.server.starlette.starlette_websocket")

    async def behind() -> int:
        taken = asyncio.Event()

        async def send_bytes(_: bytes) -> None:
            await taken.wait()

        socket = SimpleNamespace(headers={}, cookies={}, client=None, send_bytes=send_bytes)
        client = module.StarletteSessionClient(socket)
        for _ in range(DRAWINGS * MESSAGES):
            client.write_forward_msg(ForwardMsg())  # raises when the browser is given up
        waiting: int = client._send_queue.qsize()
        await client.aclose()
        return waiting

    assert asyncio.run(behind()) == DRAWINGS * MESSAGES
