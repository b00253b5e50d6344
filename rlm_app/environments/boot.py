"""The first program in a sandbox that holds no file of ours: it takes the rest from its stdin and becomes the worker.

Run as `python -c` with this text. Standard library only; parses as Python 3.9; imported by nobody. What it reads is a 4-byte
big-endian length and that many bytes of JSON: {"modules": {name: source}, "worker": source, "plan": {…}, "scratch": folder to
make and enter, or empty, "pid_file": where to leave the process id, or empty}. The modules can be imported by their names;
`start.confine(plan)` is called before the worker begins.
"""

from __future__ import annotations

import sys

sys.path[:] = [path for path in sys.path if path]  # not from the scratch folder

import importlib  # noqa: E402
import importlib.machinery  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Sent:
    """Imports modules from the texts that were sent."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """Return the spec of a module that was sent, None for any other."""
        if name not in self.texts:
            return None
        package = any(other.startswith(name + ".") for other in self.texts)
        return importlib.machinery.ModuleSpec(name, self, is_package=package)  # type: ignore[arg-type]

    def create_module(self, spec: object) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: Any) -> None:
        """Run the module's text."""
        name = module.__name__
        exec(compile(self.texts[name], name + ".py", "exec", dont_inherit=True), module.__dict__)  # noqa: S102


def take(size: int) -> bytes:
    """Return exactly that many bytes of stdin, unbuffered: what follows is the worker's to read."""
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data


def main() -> None:
    """Take what was sent, confine this process and run the worker in it."""
    sent = json.loads(take(int.from_bytes(take(4), "big")))
    if sent["scratch"]:
        os.makedirs(sent["scratch"], 0o700, exist_ok=True)
        os.chdir(sent["scratch"])
    if sent["pid_file"]:
        with open(sent["pid_file"], "w", encoding="ascii") as file:
            file.write(str(os.getpid()))
    finder = Sent(sent["modules"])
    sys.meta_path.insert(0, finder)
    importlib.import_module("rlm_confinement")
    confined = importlib.import_module("start").confine(sent["plan"])
    sys.meta_path.remove(finder)
    sys.argv = [""]
    code = compile(sent["worker"], "worker.py", "exec", dont_inherit=True)
    exec(code, {"__name__": "__main__", "__builtins__": __builtins__, "CONFINED": confined})  # noqa: S102


main()
