"""Visitors of the app's own server who speak Streamlit's protocol as a browser does, without one: fifty fit in a process.

What they do is what Streamlit's program in the browser does over the socket: it asks for a page, keeps time for the parts that
are to be drawn again, names the large messages it has kept, and sends the id of a button that is pressed.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rlm_app.ui.visitor import COOKIE

PATIENCE = 60.0
"""Seconds after which a page that is not whole, or a button that is not there, counts as an error."""
_TURN = re.compile(r"\*\*Turn (\d+)\*\*")
_CALLS = re.compile(r"^\*\*([\d,]+)\*\* calls?$")


@dataclass
class Seen:
    """What came over the socket: when which turn and which count of calls of a run was first there, and what went wrong.

    `pace` is after how many seconds the server last wanted a page to be looked at again, `drawn` how often it drew something.
    """

    turns: dict[tuple[str, int], float] = field(default_factory=dict)
    calls: dict[tuple[str, int], float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    pace: float = 0.0
    pages: int = 0
    looks: int = 0
    drawn: int = 0
    bytes: int = 0


class Visitor:
    """One tab of one visitor, who is known by a signed cookie; used in `async with`."""

    def __init__(self, http: aiohttp.ClientSession, address: str, cookie: str, seen: Seen) -> None:
        self._http, self._address, self._seen = http, address, seen
        self._headers = {"Cookie": f"{COOKIE}={cookie}"}
        self._query = self._page = self._hash = self._run = ""
        self._buttons: dict[str, tuple[str, str]] = {}
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._kept: set[str] = set()
        self._moved = asyncio.Condition()
        self._whole = False

    async def __aenter__(self) -> Visitor:
        """Get the page as a browser would, then open the socket."""
        async with self._http.get(self._address, headers=self._headers) as answer:
            await answer.read()
        self._socket = await self._http.ws_connect(
            self._address.replace("http", "ws", 1) + "/_stcore/stream",
            protocols=("streamlit",),
            headers=self._headers,
            max_msg_size=0,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the tab."""
        self._stop(list(self._timers))
        self._reader.cancel()
        await self._socket.close()

    async def open(self, page: str, run_id: str = "") -> None:
        """Go to a page, "" for the first one, and wait until it is whole."""
        self._stop(list(self._timers))
        self._page, self._hash, self._run = page, "", run_id
        self._query = f"run={run_id}" if run_id else ""
        self._buttons.clear()
        self._whole = False
        self._seen.pages += 1
        await self._ask()
        await self._until(lambda: self._whole, f"the page {page or 'of the question'} is not whole")

    async def press(self, label: str, then: str) -> None:
        """Press the button of that label once it is there, and wait for the one that comes in its place."""
        if not await self._until(lambda: label in self._buttons, f"there is no button {label}"):
            return
        widget, fragment = self._buttons[label]
        self._buttons.clear()
        await self._ask(fragment, pressed=widget)
        await self._until(lambda: then in self._buttons, f"there is no button {then} after {label}")
        self._buttons.clear()  # what was drawn before the press may have come after it

    async def wait_for(self, label: str, seconds: float) -> bool:
        """Wait until a button of that label is there; return whether it is."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: label in self._buttons)
        except TimeoutError:
            return False
        return True

    async def _until(self, there: Any, otherwise: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE), self._moved:
                await self._moved.wait_for(there)
        except TimeoutError:
            self._seen.errors.append(f"{otherwise} after {PATIENCE:g} s")
            return False
        return True

    async def _ask(self, fragment: str = "", *, pressed: str = "", again: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.page_name = self._query, self._hash, self._page
        state.fragment_id, state.is_auto_rerun = fragment, again
        state.cached_message_hashes.extend(self._kept)
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        await self._socket.send_bytes(message.SerializeToString())

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.BINARY:
                continue
            self._seen.bytes += len(frame.data)
            message = ForwardMsg()
            message.ParseFromString(frame.data)
            async with self._moved:
                self._take(message)
                self._moved.notify_all()
        self._seen.errors.append(f"the server closed the socket ({self._socket.close_code})")

    def _take(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable and message.hash:
            self._kept.add(message.hash)
        match message.WhichOneof("type"):
            case "new_session":
                self._hash = message.new_session.page_script_hash
            case "navigation":
                self._hash = message.navigation.page_script_hash  # only the script knows which page the address means
            case "auto_rerun":
                self._keep_time(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                self._stop(list(message.stop_auto_rerun.fragment_ids))
            case "script_finished":
                # A page that begins anew at once, as a deep link's does, is not whole yet.
                self._seen.drawn += 1
                self._whole = self._whole or message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            case "delta":
                self._draw(message)

    def _draw(self, message: ForwardMsg) -> None:
        delta = message.delta
        if delta.HasField("add_block"):
            if found := _TURN.match(delta.add_block.expandable.label):
                self._seen.turns.setdefault((self._run, int(found[1])), time.time())
            return
        element = delta.new_element
        match element.WhichOneof("type"):
            case "button":
                self._buttons[element.button.label] = element.button.id, delta.fragment_id
            case "markdown":
                if found := _CALLS.match(element.markdown.body):
                    self._seen.calls.setdefault((self._run, int(found[1].replace(",", ""))), time.time())
            case "exception":
                self._seen.errors.append(f"a page broke: {element.exception.type} {element.exception.message}")
            case "alert" if element.alert.format == element.alert.ERROR:
                self._seen.errors.append(f"a page says: {element.alert.body[:200]}")

    def _keep_time(self, fragment: str, seconds: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == seconds:
            return
        self._stop([fragment])
        self._seen.pace = seconds
        self._timers[fragment] = seconds, asyncio.create_task(self._again(fragment, seconds))

    async def _again(self, fragment: str, seconds: float) -> None:
        while not self._socket.closed:
            await asyncio.sleep(seconds)
            self._seen.looks += 1
            await self._ask(fragment, again=True)

    def _stop(self, fragments: list[str]) -> None:
        for fragment in fragments:
            if fragment in self._timers:
                self._timers.pop(fragment)[1].cancel()
