"""The app's pages in a real browser, with clocks on both sides of the wire.

Wall time is what a person waits; on a machine that does other work it says little. So the processor's time is measured
beside it: of the app's process, and of the page's main thread in the browser. Together they are what a machine with
nothing else to do would need at the least.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, WebSocket

from tests.e2e.browser import browser, executable
from tests.e2e.server import Server

MILLISECONDS = 120_000
_SETTLING = 600
_TICKS = os.sysconf("SC_CLK_TCK")
_WAIT = """async ([selector, words]) => {
  const there = () => [...document.querySelectorAll(selector)].some(e => e.textContent.includes(words))
  const began = performance.now()
  while (!there()) await new Promise(requestAnimationFrame)
  return [performance.now(), performance.now() - began]
}"""
_CLICK = """async ([parts, number, click, selector]) => {
  const part = document.querySelectorAll(parts)[number]
  const began = performance.now()
  part.querySelector(click).click()
  while (!part.querySelector(selector)) await new Promise(requestAnimationFrame)
  return performance.now() - began
}"""


@dataclass(frozen=True, slots=True)
class Took:
    """What something took: seconds on the clock, of the app's processor and of the page's; kilobytes over the socket."""

    seconds: float
    server: float
    page: float
    kilobytes: float


class Visit:
    """A tab of a visitor; waits are measured within the page, not from outside."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.address = page, server.address
        self.pid, self._server, self._received = server.pid, server, 0
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.set_default_timeout(MILLISECONDS)
        page.on("websocket", self._listen)

    def tab(self) -> Visit:
        """Open another tab of the same visitor, whose browser has kept the app's program."""
        return Visit(self.page.context.new_page(), self._server)

    def load(self, path: str, selector: str, words: str = "") -> Took:
        """Open an address until something with these words is there, counted from the click on its link."""

        def act() -> float:
            self.page.goto(self.address + path, wait_until="commit")
            return float(self.page.evaluate(_WAIT, [selector, words])[0]) / 1000

        return self._timed(act)

    def click(self, click: str, selector: str, parts: str = "body", number: int = 0) -> Took:
        """Click on an element in a part of the page, counted from 0, until another is there in that part."""
        return self._timed(lambda: float(self.page.evaluate(_CLICK, [parts, number, click, selector])) / 1000)

    def enter(self, field: str, text: str, selector: str, words: str) -> Took:
        """Type into a field and press Enter until something with these words is there."""

        def act() -> float:
            box = self.page.get_by_role("textbox", name=field)
            box.fill(text)
            box.press("Enter")
            return float(self.page.evaluate(_WAIT, [selector, words])[1]) / 1000

        return self._timed(act)

    def wait_for(self, selector: str) -> None:
        """Wait until an element is on the page, seen or not."""
        self.page.wait_for_selector(selector, state="attached")

    def heap(self) -> tuple[float, int]:
        """Return the megabytes that the page's program holds once rubbish is collected, and the number of its nodes."""
        self._devtools.send("HeapProfiler.collectGarbage")
        found = self._metrics()
        return found["JSHeapUsedSize"] / 1e6, int(found["Nodes"])

    def _timed(self, act: Callable[[], float]) -> Took:
        server, page, received = processor(self.pid), self._busy(), self._received
        seconds = act()
        kilobytes = (self._received - received) / 1000
        self.page.wait_for_timeout(_SETTLING)
        now = self._busy()
        # A page that was loaded anew counts from nothing.
        return Took(seconds, processor(self.pid) - server, now - page if now >= page else now, kilobytes)

    def _busy(self) -> float:
        return self._metrics()["TaskDuration"]

    def _metrics(self) -> dict[str, float]:
        return {each["name"]: each["value"] for each in self._devtools.send("Performance.getMetrics")["metrics"]}

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._count)

    def _count(self, payload: Any) -> None:
        self._received += len(payload)


@contextmanager
def visits(home: Path, script: Path | None = None, *, own: bool = False) -> Iterator[Callable[[], Visit]]:
    """Serve a home, by the app's `own` server or by Streamlit's, and give new visitors, whose browsers were never here."""
    found = executable()
    if found is None:
        raise SystemExit("No Chromium on this machine: install one, then run this again.")
    server = Server(home, script, own=own)
    server.start()
    try:
        with browser(found) as chromium:
            yield lambda: _visit(chromium, server)
    finally:
        server.stop()


def _visit(chromium: Browser, server: Server) -> Visit:
    return Visit(chromium.new_context(viewport={"width": 1280, "height": 900}).new_page(), server)


def empty(visitor: Callable[[], Visit], times: int) -> list[Line]:
    """Return what a page of the app takes that shows nothing, which is in all that begins in a new tab."""
    first = [visitor() for _ in range(times)]
    path, there = "/run", ("h2", "No run chosen")
    return [
        Line("an empty page of the app, browser new to it", tuple(visit.load(path, *there) for visit in first)),
        Line("an empty page of the app, in a new tab", tuple(visit.tab().load(path, *there) for visit in first)),
    ]


def memory(pid: int) -> float:
    """Return the megabytes of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a report: what was done, the visits' figures, and what is asked of their median, None where nothing is."""

    what: str
    took: tuple[Took, ...]
    seconds: float | None = None
    kilobytes: float | None = None


HEAD = "| what | seconds | bar | holds | kB sent | app's CPU s | page's CPU s |\n|---|---|---|---|---|---|---|"


def told(line: Line) -> str:
    """Return the line as a row of the table that `HEAD` begins: medians, and whether the bars hold."""
    seconds, sent = _median(line, "seconds"), _median(line, "kilobytes")
    bars = [(seconds, line.seconds, "s"), (sent, line.kilobytes, "kB")]
    asked = ", ".join(f"< {bar:g} {unit}" for _, bar, unit in bars if bar is not None)
    holds = all(found < bar for found, bar, _ in bars if bar is not None)
    said = ("yes" if holds else "NO") if asked else ""
    cpu = f"{_median(line, 'server'):.2f} | {_median(line, 'page'):.2f}"
    return f"| {line.what} | {seconds:.2f} | {asked} | {said} | {sent:.0f} | {cpu} |"


def load() -> str:
    """Return how busy the machine is, which no figure of seconds can be read without."""
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {time.strftime('%H:%M')}"


def _median(line: Line, name: str) -> float:
    return float(median(getattr(each, name) for each in line.took))
