"""What is to be seen on a page, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest


def until(tab: AppTest, reached: Callable[[AppTest], bool], seconds: float = 30) -> AppTest:
    """Draw the page again, as its timer would, until something is to be seen on it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if reached(tab):
            return tab
        time.sleep(0.05)
        tab.run()
        assert not tab.exception
    raise AssertionError(f"not seen within {seconds} s; the page shows: {texts(tab)}")


def texts(tab: AppTest) -> str:
    """Return all words on the page."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "warning", "info", "success", "code")
    shown: list[Any] = [getattr(element, "value", "") for kind in kinds for element in tab.get(kind)]
    shown += [element.proto.body for element in tab.get("html")]
    shown += [element.proto.label for kind in ("page_link", "expander", "button") for element in tab.get(kind)]
    return "\n".join(str(text) for text in shown)
