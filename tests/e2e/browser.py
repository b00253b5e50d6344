"""A Chromium of the system, without anything that talks to the outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str | None:
    """Return the Chromium of this machine, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def needed() -> str:
    """Return the Chromium, or skip the test; in CI its absence is a failure."""
    found = executable()
    if found:
        return found
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail("no Chromium on this machine, and CI has to have one")
    pytest.skip("no Chromium on this machine")


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Give a browser for the time of the block."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()
