"""What every page has to keep to: axe finds nothing serious, nothing stands out of the window, nothing moves unasked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_STANDING_OUT = Path(__file__).with_name("standing_out.js")
_BAD = {"serious", "critical"}
_RUN = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"


@dataclass(frozen=True, slots=True)
class Known:
    """A complaint that only Streamlit can mend: axe's rule, a piece of the element's HTML, and why it is let pass."""

    rule: str
    html: str
    why: str


KNOWN: tuple[Known, ...] = ()


def complaints(page: Page) -> list[str]:
    """Return what axe finds that is serious or critical, without what is known."""
    page.evaluate(AXE_SCRIPT)
    return [line for found in page.evaluate(_RUN) if found["impact"] in _BAD for line in _lines(found)]


def standing_out(page: Page, seconds: float = 8.0) -> list[str]:
    """Return what stays wider than the window; a table takes a moment to follow it."""
    end = time.monotonic() + seconds
    while True:
        found: list[str] = page.evaluate(_script())
        if not found or time.monotonic() > end:
            return found
        page.wait_for_timeout(200)


def moving(page: Page) -> list[str]:
    """Return the names of the animations that go on for ever."""
    found: list[str] = page.evaluate(
        "document.getAnimations().filter(each => each.playState === 'running'"
        " && each.effect.getTiming().iterations === Infinity).map(each => each.animationName ?? 'a script')"
    )
    return found


def _lines(found: dict[str, Any]) -> list[str]:
    return [
        f"{found['id']}: {node['html'][:300]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for node in found["nodes"]
        if not any(known.rule == found["id"] and known.html in node["html"] for known in KNOWN)
    ]


@cache
def _script() -> str:
    return _STANDING_OUT.read_text(encoding="utf-8")
