"""Packages that may not be read look as if they were not installed: libraries try optional ones and expect an ImportError."""

from __future__ import annotations

import importlib.machinery
import os
import sys

NO_NAMES: frozenset[str] = frozenset()


class Unoffered:
    """Refuses to import top modules that stand in `folders` and not among `read`; leaves all else to the finders after it."""

    def __init__(self, folders: list[str], read: list[str]) -> None:
        self._folders = folders
        self._offered = {os.path.basename(path).partition(".")[0] for path in read}
        self._standard = getattr(sys, "stdlib_module_names", NO_NAMES)  # since Python 3.10

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise `ModuleNotFoundError` for a module that is there and may not be read."""
        if path is None and name not in self._offered and name not in self._standard and self._is_there(name):
            raise ModuleNotFoundError(f"No module named {name!r} is offered to cells", name=name)

    def _is_there(self, name: str) -> bool:
        endings = ("", *importlib.machinery.all_suffixes())
        return any(os.path.exists(os.path.join(folder, name + end)) for folder in self._folders for end in endings)
