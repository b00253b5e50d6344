"""Which files of the app's packages cells may read: those of the packages made for calculating, and what they need."""

from __future__ import annotations

import functools
import importlib.metadata
import re
import sysconfig
from collections.abc import Iterable
from pathlib import Path

OFFERED = (
    "matplotlib",
    "networkx",
    "numpy",
    "pandas",
    "rapidfuzz",
    "regex",
    "scikit-learn",
    "scipy",
    "sympy",
    "tabulate",
)
"""Distributions that cells may import where they are installed."""


def folders() -> tuple[str, ...]:
    """Return the folders that hold the packages of the app's interpreter."""
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys((paths["purelib"], paths["platlib"])))


@functools.cache
def entries(offered: tuple[str, ...] = OFFERED) -> tuple[str, ...]:
    """Return the top files and folders of these distributions and of those they require."""
    seen: set[str] = set()
    found: set[str] = set()
    left = list(offered)
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        left += _required(distribution.requires or ())
        found.update(_tops(distribution))
    return tuple(sorted(found))


def _required(requirements: Iterable[str]) -> list[str]:
    plain = [text for text in requirements if not re.search(r"\bextra\s*==", text)]
    return [found.group() for text in plain if (found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", text))]


def _tops(distribution: importlib.metadata.Distribution) -> set[str]:
    root = Path(str(distribution.locate_file(""))).resolve()
    tops = {file.parts[0] for file in distribution.files or () if not file.is_absolute()}
    return {str(root / top) for top in tops - {"..", "__pycache__"}}
