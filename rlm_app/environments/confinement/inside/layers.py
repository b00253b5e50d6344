"""All layers in the only order that works, and what was measured when they were in place.

account       clears the wish to die with the parent, and needs CAP_SETUID: first
namespaces    clear it too; need a single thread and the process's own /proc files
jail          needs the rights that a new user namespace gives; only where Landlock is missing
parent, dump  after what clears them
Landlock      opens every path it allows, after NO_NEW_PRIVS
capabilities  no longer needed
caps          all above allocates
seccomp       last: it forbids all of the above
"""

from __future__ import annotations

import importlib
import os
import sys

from . import identity, jail, kernel, landlock, limits, offered, paths, probes, seccomp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NICE = 5
NETWORK = ("tcp", "udp", "unix")
PROCESSES = ("fork", "exec", "trace", "signal")
FILES = ("read", "write", "parent")


def prepare() -> None:
    """Look up what every process finds the same, before one is forked for each worker."""
    limits.tasks()
    machine = kernel.machine()
    if machine is not None:
        kernel.libc()
        seccomp.program(machine, os.getpid(), files=True)
        for path in (*paths.runtime()[0], *paths.runtime()[1], *paths.DEVICES):
            landlock.is_folder(path)


def may_start_processes(plan: dict[str, Any]) -> bool:
    """Whether a process confined by this plan could start others on this machine."""
    machine = kernel.machine()
    return machine is None or not (plan["confined"] and plan["seccomp"] and seccomp.is_there(machine))


def confine(plan: dict[str, Any]) -> dict[str, Any]:
    """Apply a plan to this process, which must have one thread and stand in its scratch folder.

    Returns `layers`, name to "on…" or "off: why"; `caps` and `probes`, name to whether it holds; `files`, how files are
    reached: "rules", "jail", "none" or "open"; `missing`, what is left open of files, network and processes.
    """
    os.umask(0o077)
    os.environ["MPLCONFIGDIR"] = os.getcwd()  # matplotlib wants to make folders elsewhere, and no folder can be made
    scratch = os.getcwd()
    parent, running = os.getppid(), limits.tasks()
    machine = kernel.machine() if plan["confined"] else None
    read, listed = paths.runtime() if machine is not None else ([], [])
    layers: dict[str, str] = {}
    files = "open"
    if machine is None:
        layers["kernel"] = "off: not wanted" if not plan["confined"] else "off: its calls are not known here"
        if sys.platform.startswith("linux"):
            layers["orphans"] = identity.keep_orphans()
            layers["parent"] = identity.die_with(parent)
    else:
        read = [*read, *(plan["packages"] if plan["read"] is None else plan["read"])]
        files = _wall(plan, layers, machine, parent, scratch, read, [*listed, *plan["packages"]])
    sys.path += [folder for folder in plan["packages"] if folder not in sys.path]
    if files != "open" and plan["read"] is not None:
        sys.meta_path.insert(0, offered.Unoffered(plan["packages"], plan["read"]))
    if files == "none":
        _import(plan["preload"])
    caps = limits.limit(plan, 0 if layers.get("account", "off").startswith("on") else running)
    if machine is not None:
        os.nice(NICE)  # last, or a busy machine would make everybody wait for this
    if machine is not None and plan["seccomp"]:
        layers["seccomp"] = seccomp.install(machine, files=files != "none")
    tried = probes.probe(parent, scratch, plan["outside"]) if sys.platform.startswith("linux") else {}
    return {"layers": layers, "caps": caps, "probes": tried, "files": files, "missing": missing(tried)}


def _wall(
    plan: dict[str, Any],
    layers: dict[str, str],
    machine: int,
    parent: int,
    scratch: str,
    read: list[str],
    listed: list[str],
) -> str:
    """Put up every layer but the filter and return how files are reached."""
    version = landlock.version(plan["landlock"])
    with_jail = plan["jail"] and not version
    interpreter = [os.path.realpath(sys.executable), os.path.realpath(os.__file__), *plan["packages"]]
    layers["account"] = identity.take_own_account(interpreter, scratch)
    layers["namespaces"] = jail.enter() if with_jail or plan["namespaces"] else "off: not wanted"
    locked = False
    if with_jail and layers["namespaces"] == "on":
        layers["jail"] = jail.lock([*read, *listed], paths.DEVICES, scratch, plan["scratch"])
        locked = layers["jail"] == "on"
    elif layers["namespaces"] == "on":
        layers["scratch"] = jail.bound(scratch, plan["scratch"])
    layers["parent"] = identity.die_with(parent)
    layers["dump"] = identity.become_undumpable()
    layers["privileges"] = identity.gain_nothing()
    layers["landlock"] = landlock.restrict(version, _file_rules(read, listed, scratch))
    layers["capabilities"] = identity.drop_capabilities(machine)
    if layers["landlock"].startswith("on"):
        return "rules"
    if locked:
        return "jail"
    return "none" if plan["seccomp"] and seccomp.is_there(machine) else "open"


def _file_rules(read: list[str], listed: list[str], scratch: str) -> list[tuple[str, int]]:
    rules = [(path, landlock.LOOK) for path in read]
    rules += [(path, landlock.READ_DIR) for path in listed]
    rules += [(path, landlock.DEVICE) for path in paths.DEVICES]
    return [*rules, (scratch, landlock.SCRATCH)]


def _import(names: list[str]) -> None:
    """Import what a cell may want, because afterwards no file can be opened."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def missing(tried: dict[str, bool]) -> list[str]:
    """Return which of files, network and processes the probes found open."""
    groups = {"files": FILES, "network": NETWORK, "processes": PROCESSES}
    return [name for name, probes in groups.items() if not all(tried.get(probe, False) for probe in probes)]
