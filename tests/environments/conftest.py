from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _tidy() -> Iterator[None]:
    """Let what SDKs leave in cycles go here: Python 3.11 cannot parse while such things are let go of (gh-106905)."""
    yield
    gc.collect()
