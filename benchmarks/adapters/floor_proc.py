"""A yardstick, not a product: the least that a loop with its REPL in a process of its own can cost.

A socket pair to a resident worker, the context through a memory file, threads for what is parallel, the thin wire; no
record, no limits but one on a cell's time, no confinement.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.adapters.job import Run, main
from benchmarks.wire import Wire

WORKER = str(Path(__file__).with_name("floor_worker.py"))
CODE = re.compile(r"```repl\n(.*?)\n```", re.S)


class Worker:
    """A process that runs cells."""

    def __init__(self, context: str, seconds: float) -> None:
        memory = os.memfd_create("context")
        os.write(memory, b"")
        with os.fdopen(os.dup(memory), "w", encoding="utf-8") as file:
            file.write(context)
        os.lseek(memory, 0, os.SEEK_SET)
        here, there = socket.socketpair()
        with there:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", WORKER, str(memory)],
                stdin=there.fileno(),
                stdout=there.fileno(),
                pass_fds=[memory],
            )
        os.close(memory)
        here.settimeout(seconds)
        self._socket = here
        self._in, self._out = here.makefile("r"), here.makefile("w")
        self.receive()

    def send(self, value: Any) -> None:
        """Send a line."""
        self._out.write(json.dumps(value) + "\n")
        self._out.flush()

    def receive(self) -> Any:
        """Return the next line; raise TimeoutError when the cell takes too long."""
        return json.loads(self._in.readline())

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for end in (self._in, self._out, self._socket):
            end.close()


class Floor:
    """The loop and nothing else."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._wire = Wire(job["url"])
        self._pool = ThreadPoolExecutor(64)

    def ask(self, messages: list[dict[str, str]]) -> str:
        """Return the model's reply."""
        return str(self._wire.ask("m", messages)["choices"][0]["message"]["content"])

    def complete(self, context: str, question: str, depth: int) -> str:
        """Run turns until there is an answer."""
        worker = Worker(context, self._job["cell_seconds"])
        messages = [{"role": "system", "content": "Write code."}, {"role": "user", "content": question}]
        try:
            while True:
                reply = self.ask(messages)
                found = CODE.search(reply)
                try:
                    result = self._cell(worker, found.group(1) if found else "", depth)
                except TimeoutError:
                    worker.close()
                    worker = Worker(context, self._job["cell_seconds"])
                    result = {"output": "the cell was stopped", "answer": None}
                if result["answer"] is not None:
                    return str(result["answer"])
                messages += [{"role": "assistant", "content": reply}, {"role": "user", "content": result["output"]}]
        finally:
            worker.close()

    def close(self) -> None:
        """Let go of all."""
        self._pool.shutdown()
        self._wire.close()

    def _cell(self, worker: Worker, code: str, depth: int) -> Any:
        worker.send(code)
        while "call" in (said := worker.receive()):
            worker.send(self._call(said["call"], said["argument"], depth))
        return said

    def _call(self, name: str, argument: Any, depth: int) -> Any:
        if name == "llm_query":
            return self.ask([{"role": "user", "content": argument}])
        if name == "llm_query_batched":
            return list(self._pool.map(lambda prompt: self.ask([{"role": "user", "content": prompt}]), argument))
        return list(self._pool.map(lambda prompt: self.complete(prompt, "carry on", depth + 1), argument))


def prepare(job: dict[str, Any]) -> Run:
    """Return what runs a job."""

    def run(job: dict[str, Any]) -> str:
        floor = Floor(job)
        try:
            return floor.complete(job["context"], job["question"], 0)
        finally:
            floor.close()

    return run


if __name__ == "__main__":
    main(prepare)
