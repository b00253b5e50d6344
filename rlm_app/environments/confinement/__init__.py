"""How a local worker is confined: by a program that runs first in its process, confines it, and then becomes the worker.

The host gives that program (`start.py`) a plan; it tries each measure before the worker reads its first byte, while the
process still has one thread, and the worker passes on in its `ready` frame which of them hold. A further measure is a
function in `start.py` and a field here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

COVERS = (
    "A separate process in an empty scratch folder, without the app's environment variables, keys or open files; "
    "memory, file sizes and open files are capped where the system enforces it; it and what it starts is killed at the end."
)
MISSES = (
    "Code still runs with the account of this app: it can read this machine's files, reach the network and start programs. "
    "Use it only with documents you trust."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one worker may use: bytes of memory, bytes of one file, files open at once, folders to import from.

    With `confined` False the kernel's walls are left out and only the caps hold: for tests of what then remains.
    """

    # D1, in progress: `confined` becomes True by default; say Plan(confined=False) where cells must fork or start programs.
    confined: bool = False
    memory: int = 1 << 30
    file_size: int = 256 << 20
    open_files: int = 256
    packages: tuple[str, ...] = ()

    def arguments(self, worker: Path) -> list[str]:
        """Return what follows the interpreter on the command line.

        `-I` would also ignore PYTHONHASHSEED. These flags with an environment that holds only what we put there isolate as
        much: no user site, no site-packages and no .pth files, no folder of ours on the path.
        """
        start = str(Path(__file__).with_name("start.py"))
        return ["-s", "-S", "-P", "-B", "-u", "-X", "utf8", start, str(worker), json.dumps(asdict(self))]
