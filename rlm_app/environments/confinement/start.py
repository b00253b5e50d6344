"""The first program in a local worker's process: it confines itself, then becomes the worker. Imported by nobody."""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PACKAGE = "rlm_confinement"
WORDS = {"files": "read this account's files", "network": "reach the network", "processes": "start or reach programs"}


def layers() -> Any:
    """Return the module that holds the layers, imported on first use under a name of its own.

    Where this program came over a stream, the modules of `inside` have been put under that name before.
    """
    if PACKAGE not in sys.modules:
        package = types.ModuleType(PACKAGE)
        package.__path__ = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside")]
        sys.modules[PACKAGE] = package
    return importlib.import_module(f"{PACKAGE}.layers")


def confine(plan: dict[str, Any]) -> dict[str, Any]:
    """Apply the plan and return what held; end the process with a sentence when it demands more than this machine can do."""
    found: dict[str, Any] = layers().confine(plan)
    if plan["required"] and found["missing"]:
        could = " and ".join(WORDS[name] for name in found["missing"])
        raise SystemExit(
            f"Code was to run confined, and on this machine it could {could}. Use the docker environment, or allow "
            "unconfined code by RLM_APP_ALLOW_UNCONFINED=1 if you trust your documents."
        )
    return found


def main(worker: str, plan: str) -> None:
    """Confine this process and run the worker in it; without a worker, print what held and wait for the host to hang up."""
    # Read before the walls are up: the worker's own file is not among those a cell may read.
    code = importlib.machinery.SourceFileLoader("__main__", worker).get_code("__main__") if worker else None
    wanted = json.loads(plan)
    if code is not None and sys.platform.startswith("linux") and layers().may_start_processes(wanted):
        importlib.import_module(f"{PACKAGE}.keeper").keep()
    confined = confine(wanted)
    if code is None:
        sys.stdout.write(json.dumps(confined) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        return
    sys.argv = [""]
    exec(code, {"__name__": "__main__", "__builtins__": __builtins__, "CONFINED": confined})  # noqa: S102


if __name__ == "__main__":
    main(*sys.argv[1:])
