"""What each client costs: a fan-out and single calls to a server on loopback that speaks its provider's protocol.

`python -m benchmarks.clients` prints a row a client; `--clients anthropic,gemini` chooses. Client and server each have a
process of their own, so that CPU is the client's alone: its SDK, our reading of the stream, threads and slots. Clients take
turns with the reference, whose fan-out of 1,000 such calls (S1, from the first that is sent to the last reply) is what the
bar is about: each client is to be four times as fast.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

from benchmarks import measure as peers_measure
from benchmarks.figures import figures
from benchmarks.peers import peers
from benchmarks.scenarios import SCENARIOS
from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms
from rlm_app.registry import CLIENTS, find
from rlm_app.types import Message, Request
from tests.servers.anthropic_server import anthropic
from tests.servers.gemini_server import gemini
from tests.servers.openai_server import openai
from tests.servers.site import Dialect, Say, Site

CONCURRENCY = 64
PROMPT = Request((Message("user", "Which clause names the term of notice? " * 50),))
REPLY = "Clause 12.3 names a term of notice of ninety days."


@dataclass(frozen=True)
class Peer:
    """A client as the app makes it, and the protocol of its provider."""

    client: str
    dialect: str
    base: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


DIALECTS: Mapping[str, Dialect] = {"openai": openai, "anthropic": anthropic, "gemini": gemini}
PEERS = {
    "openai_light": Peer("openai", "openai", "/v1", {"carrier": "light"}),
    "openai_sdk": Peer("openai", "openai", "/v1", {"carrier": "sdk"}),
    "azure_openai": Peer("azure_openai", "openai"),
    "anthropic": Peer("anthropic", "anthropic"),
    "gemini": Peer("gemini", "gemini"),
    "portkey": Peer("portkey", "openai", "/v1"),
    "litellm": Peer("litellm", "anthropic", "", {"body": {"custom_llm_provider": "anthropic"}}),
}


def serve(dialect: str, latency: float) -> None:
    """Run a server until standard input ends; print its address first and what it counted last."""
    with Site(DIALECTS[dialect], lambda asked: Say(REPLY, latency=latency)) as site:
        print(site.url, flush=True)
        sys.stdin.read()
        print(json.dumps({"connections": site.connections, "calls": len(site.asked), "at once": site.most_in_flight}))


def measure(peer: Peer, url: str, calls: int, at_once: int) -> dict[str, Any]:
    """Return the wall time of a fan-out and the CPU of a call, after a round that opens the connections."""
    made: Any = find(CLIENTS, "client", peer.client)
    terms = Terms(options=peer.options, concurrency=CONCURRENCY)
    client = made("tiny", "sk-bench-0123456789", url + peer.base, terms)

    def ask(number: int) -> str:
        text: str = client.completion(PROMPT, CancelToken()).text
        return text

    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(ask, range(at_once)))
        before, began = _cpu(), time.monotonic()
        right = sum(text == REPLY for text in threads.map(ask, range(calls)))
        wall, cpu = time.monotonic() - began, _cpu() - before
    client.close()
    return {"right": right, "wall": wall, "cpu": cpu}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(name: str, calls: int, at_once: int, latency: float) -> dict[str, Any]:
    """Measure a client in a process of its own against a server in another."""
    server = _start("--serve", PEERS[name].dialect, "--latency", str(latency))
    url = _read(server.stdout).strip()
    child = _start("--measure", name, "--url", url, "--calls", str(calls), "--at-once", str(at_once))
    found = json.loads(child.communicate()[0].splitlines()[-1])
    counted = json.loads(server.communicate()[0])
    return {**found, **counted}


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.clients", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _read(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def reference() -> float:
    """Return the seconds a call in the reference's own fan-out of 1,000, through its OpenAI client, at its own limit of 16."""
    scenario = SCENARIOS["S1"]
    (upstream,) = peers(["upstream"])
    with peers_measure.provider() as address:
        return figures(scenario, peers_measure.measure(upstream, scenario, address, sample=False))["each"]


def report(names: Sequence[str], calls: int, repeat: int) -> None:
    """Print the table: medians."""
    wide: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    single: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    theirs: list[float] = []
    for _ in range(repeat):
        theirs.append(reference())
        for name in names:
            wide[name].append(run(name, calls, CONCURRENCY, 0.05))
            single[name].append(run(name, calls // 5, 1, 0.0))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, medians of {repeat}")
    print(f"{calls:,} calls of 50 ms, {CONCURRENCY} at once, then {calls // 5} of 0 ms, one by one.")
    print(f"The reference's fan-out: {statistics.median(theirs) * calls:.2f} s.\n")
    print(
        "| client | right | wall s | x as fast as the reference | >= 4 | CPU ms a call | connections | one by one, ms |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        print(_row(name, wide[name], single[name], statistics.median(theirs), calls))


def _row(
    name: str, wide: Sequence[Mapping[str, Any]], single: Sequence[Mapping[str, Any]], each: float, calls: int
) -> str:
    right = sum(found["right"] for found in wide)
    wall, cpu, connections = (statistics.median(found[key] for found in wide) for key in ("wall", "cpu", "connections"))
    alone = statistics.median(found["wall"] for found in single) / (calls // 5)
    times = each * calls / wall
    return (
        f"| {name} | {right}/{calls * len(wide)} | {wall:.2f} | {times:.1f} | {'yes' if times >= 4 else 'NO'} "
        f"| {cpu / calls * 1e3:.2f} | {connections:.0f} | {alone * 1e3:.2f} |"
    )


def main() -> None:
    """Read the arguments and do one of the three parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default=",".join(PEERS), help=f"of {', '.join(PEERS)}")
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the table shows medians")
    parser.add_argument("--serve", choices=DIALECTS, help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=PEERS, help=argparse.SUPPRESS)
    for name, kind, usual in (("--url", str, ""), ("--at-once", int, CONCURRENCY), ("--latency", float, 0.05)):
        parser.add_argument(name, type=kind, default=usual, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve, given.latency)
    elif given.measure:
        print(json.dumps(measure(PEERS[given.measure], given.url, given.calls, given.at_once)))
    else:
        report(given.clients.split(","), given.calls, given.repeat)


if __name__ == "__main__":
    main()
