"""Packages that may not be read look as if they were not installed: libraries try optional ones and expect an ImportError."""

from __future__ import annotations

import importlib.machinery
import os
import sys


class Unoffered:
    """Refuses to import top modules that stand in `folders` and in nothing of `read`; leaves all else to later finders."""

    def __init__(self, folders: list[str], read: list[str]) -> None:
        self._folders = [os.path.realpath(folder) for folder in folders]
        self._read = set(read)
        self._standard = getattr(sys, "stdlib_module_names", ())  # since Python 3.10

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raise `ModuleNotFoundError` for a module that is there and may not be read."""
        if path is None and name not in self._standard and self._is_withheld(name):
            raise ModuleNotFoundError(f"No module named {name!r} is offered to cells", name=name)

    def _is_withheld(self, name: str) -> bool:
        for folder in self._folders:
            if self._may_be_read(folder):
                continue
            for end in ("", *importlib.machinery.all_suffixes()):
                place = os.path.join(folder, name + end)
                if os.path.exists(place):
                    return place not in self._read
        return False

    def _may_be_read(self, place: str) -> bool:
        while place not in self._read and place != os.path.dirname(place):
            place = os.path.dirname(place)
        return place in self._read
