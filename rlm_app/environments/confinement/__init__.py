"""How a local worker is confined: by a program that runs first in its process, confines it, and then becomes the worker.

The host gives that program (`start.py`) a plan. It puts up each layer (`inside/layers.py`) before the worker reads its
first byte, while the process still has one thread, tries what must not work, and the worker passes on in its `ready` frame
what held. `measure` says what holds on this machine, `words` how that is told to people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path

START = Path(__file__).with_name("start.py")
INSIDE = (
    "kernel",
    "syscalls",
    "rules",
    "seccomp",
    "landlock",
    "identity",
    "jail",
    "limits",
    "offered",
    "paths",
    "probes",
    "layers",
)
"""The modules that go into the worker's process, each after those it stands on."""

PRELOADED = (
    *(
        "asyncio",
        "base64",
        "bisect",
        "calendar",
        "collections",
        "csv",
        "datetime",
        "decimal",
        "difflib",
        "email",
        "enum",
    ),
    *(
        "fractions",
        "glob",
        "hashlib",
        "heapq",
        "html.parser",
        "io",
        "itertools",
        "json",
        "math",
        "mmap",
        "operator",
        "pathlib",
    ),
    *(
        "pickle",
        "pprint",
        "random",
        "re",
        "sqlite3",
        "statistics",
        "string",
        "struct",
        "subprocess",
        "tempfile",
        "textwrap",
    ),
    *("threading", "unicodedata", "urllib.parse", "uuid", "xml.etree.ElementTree", "zlib"),
    *("numpy", "pandas", "matplotlib.pyplot"),
)
"""What is imported beforehand where no file can be opened afterwards."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one worker may use, and which layers are put up around it.

    Bytes of memory and of one file; files open at once; threads; bytes of scratch, where it can be bounded. `packages` are
    folders to import from and `read` what may be read of them (None: all). `outside` are files it must not be able to read,
    which it tries. `required` ends a worker that is not confined. `landlock` is the newest version to use, 0 for none; with
    `confined` False only the caps hold.
    """

    confined: bool = True
    required: bool = False
    memory: int = 1 << 30
    file_size: int = 256 << 20
    open_files: int = 256
    threads: int = 1_200
    scratch: int = 128 << 20
    packages: tuple[str, ...] = ()
    read: tuple[str, ...] | None = None
    outside: tuple[str, ...] = (str(START),)
    landlock: int = 99
    seccomp: bool = True
    jail: bool = True
    namespaces: bool = True
    preload: tuple[str, ...] = PRELOADED

    def arguments(self, worker: Path | None) -> list[str]:
        """Return what follows the interpreter on the command line; without a worker the process only says what held.

        `-I` would also ignore PYTHONHASHSEED. These flags with an environment that holds only what we put there isolate as
        much: no user site, no site-packages and no .pth files, no folder of ours on the path.
        """
        return ["-s", "-S", "-P", "-B", "-u", "-X", "utf8", str(START), str(worker or ""), json.dumps(asdict(self))]


def sources() -> Iterator[tuple[str, str]]:
    """Yield names and texts of what a sandbox elsewhere needs, in order: the modules of `inside`, then `start`."""
    for name in INSIDE:
        yield f"rlm_confinement.{name}", START.with_name("inside").joinpath(f"{name}.py").read_text(encoding="utf-8")
    yield "start", START.read_text(encoding="utf-8")


def compile_inside() -> None:
    """Leave the bytecode of all that where a worker's process finds it: that process may write nothing."""
    for path in (START, *(START.with_name("inside") / f"{name}.py" for name in INSIDE)):
        SourceFileLoader(path.stem, str(path)).get_code(path.stem)
