"""What holds for every test: which run only where there is time for them, which first, and which with nothing beside them."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.turns import turn

_TURNS = "RLM_APP_TEST_TURNS"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too, as CI does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or os.environ.get("CI", "").lower() == "true":
        # Whole files go to a worker, in this order: a long one that came last would be waited for.
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in long)
        return
    skip = pytest.mark.skip(reason="slow; runs with --slow, and in CI")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


def pytest_configure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[_TURNS] = folder = tempfile.mkdtemp(prefix="rlm-app-turns-")  # which the workers inherit
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the clock of pytest-timeout: waiting is nobody's fault
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with turn(Path(os.environ[_TURNS]), alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Put the main module back: Streamlit's AppTest leaves its script in its place, which processes started later would run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
