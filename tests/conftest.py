"""What holds for every test: which run only where there is time for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too, as CI does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or os.environ.get("CI", "").lower() == "true":
        return
    skip = pytest.mark.skip(reason="slow; runs with --slow, and in CI")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Put the main module back: Streamlit's AppTest leaves its script in its place, which processes started later would run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
