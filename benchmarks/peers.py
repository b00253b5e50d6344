"""Who is compared, and the environment each runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ADAPTERS = Path(__file__).with_name("adapters")
CACHE = Path(os.environ.get("RLM_BENCH_CACHE", "~/.cache/rlm-bench")).expanduser()


@dataclass(frozen=True)
class Peer:
    """A peer: the interpreter and adapter it runs with; `capped` gives it the harness's memory limit, having none itself.

    `client` is what our adapter asks with: "app" as the app does for an address, "sdk" as for OpenAI itself, or "thin".
    """

    name: str
    command: tuple[str, ...]
    client: str = "app"
    capped: bool = False


def peers(names: Sequence[str]) -> list[Peer]:
    """Return the peers of these names; the reference is installed on first use."""
    makers = {
        "ours": lambda: Peer("ours", _here("ours.py")),
        "ours_sdk": lambda: Peer("ours_sdk", _here("ours.py"), client="sdk"),
        "ours_thin": lambda: Peer("ours_thin", _here("ours.py"), client="thin"),
        "floor_proc": lambda: Peer("floor_proc", _here("floor_proc.py"), capped=True),
        "upstream": lambda: Peer("upstream", (str(_upstream()), str(ADAPTERS / "upstream.py")), capped=True),
    }
    if unknown := [name for name in names if name not in makers]:
        raise SystemExit(f"There is no peer called {', '.join(unknown)}. Known: {', '.join(makers)}.")
    return [makers[name]() for name in names]


def versions(chosen: Sequence[Peer]) -> Mapping[str, str]:
    """Return the exact versions of what decides a peer's figures."""
    code = (
        "import importlib.metadata as m, sys\n"
        "for name in ('rlms', 'openai', 'httpx', 'httpx2', 'duckdb'):\n"
        "    try: print(name, m.version(name))\n"
        "    except m.PackageNotFoundError: pass\n"
        "print('python', sys.version.split()[0])"
    )
    found = {}
    for interpreter in dict.fromkeys(peer.command[0] for peer in chosen):
        said = subprocess.run([interpreter, "-c", code], capture_output=True, text=True, check=True).stdout
        users = "/".join(peer.name for peer in chosen if peer.command[0] == interpreter)
        found[users] = ", ".join(said.splitlines())
    return found


def _here(adapter: str) -> tuple[str, ...]:
    return (sys.executable, str(ADAPTERS / adapter))


def _upstream() -> Path:
    """Return the interpreter of the reference's own environment; install the newest `rlms` there where it is missing."""
    home = CACHE / "upstream"
    interpreter = home / "bin" / "python"
    if not (home / "installed").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["uv", "venv", "-q", "--clear", "--python", sys.executable, str(home)], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", str(interpreter), "rlms"], check=True)
        (home / "installed").touch()
    return interpreter
