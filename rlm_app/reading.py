"""Where documents are read: in a process of its own, confined by the kernel as cells are, where it can be."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rlm_app.documents.isolated import Launch
    from rlm_app.environments.confinement import Plan

_APP = Path(__file__).resolve().parent
_PARSERS = (
    *("beautifulsoup4", "charset-normalizer", "cryptography", "defusedxml", "openpyxl", "pillow", "pypdf", "pypdfium2"),
    *("python-docx", "python-pptx", "striprtf"),
)


@functools.cache
def plan() -> Plan:
    """Return what a reading process may use; it reads the code of the app and of the parsers, nothing else."""
    from rlm_app.documents.library import MAX_BYTES
    from rlm_app.documents.reader import MEMORY
    from rlm_app.environments.confinement import Plan, packages

    return Plan(
        memory=MEMORY,
        file_size=MAX_BYTES + (64 << 20),
        scratch=2 * MAX_BYTES + (64 << 20),  # the upload, and one file out of it
        packages=(*packages.folders(), str(_APP.parent)),
        read=(*packages.entries(_PARSERS), str(_APP)),
        outside=(str(_APP.parent / "pyproject.toml"),),
        preload=(),
    )


def launch() -> Launch:
    """Return how a reading process is started: without network, programs and any file but its own, where the kernel can."""
    from rlm_app.documents import isolated
    from rlm_app.environments.processes import environment

    if os.name != "posix":
        return isolated.plain()
    return isolated.Launch((sys.executable, *plan().arguments(isolated.PROGRAM)), environment())
