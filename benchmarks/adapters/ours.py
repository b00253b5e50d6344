"""Adapter of this repository: the engine with a local REPL, over the OpenAI client or over the thin one."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.adapters.job import Run, main
from benchmarks.wire import Wire
from rlm_app.cancel import CancelToken
from rlm_app.clients.hosted import Terms
from rlm_app.clients.openai import OpenAIClient
from rlm_app.clients.pool import Pool
from rlm_app.engine.budget import Budget
from rlm_app.engine.handler import LMHandler, Models
from rlm_app.engine.journal import MemoryJournal
from rlm_app.engine.recorder import Recorder
from rlm_app.engine.runtime import Runtime
from rlm_app.engine.session import Job, run_job
from rlm_app.environments.local import LocalREPL
from rlm_app.protocols import Client, EventSink, Journal, OnText, OnWait, ignore_text, ignore_wait
from rlm_app.records import RunRecord, RunSpec
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, Document, DocumentInfo, Limits, Page, Request, RunState, Usage


class ThinClient:
    """A client that costs next to nothing, so that what is left is the engine."""

    def __init__(self, model: str, url: str) -> None:
        self.model = model
        self._wire = Wire(url)

    def completion(
        self,
        request: Request,
        cancel: CancelToken,
        on_text: OnText = ignore_text,
        on_wait: OnWait = ignore_wait,
    ) -> Completion:
        """Return the whole reply."""
        said = self._wire.ask(self.model, [{"role": m.role, "content": m.content} for m in request.messages])
        used = said["usage"]
        usage = Usage(1, used["prompt_tokens"], used["completion_tokens"], cost=0.0)
        return Completion(said["choices"][0]["message"]["content"], self.model, usage)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


def prepare(job: dict[str, Any]) -> Run:
    """Return what runs a job."""

    store = DuckDBStore(Path(job["store"]) / "rlm.duckdb") if job["store"] else None
    if store is not None:
        store.add_document(document(job), "ann")

    def run(job: dict[str, Any]) -> str:
        pool = Pool(64)
        root, sub = client(job, "big", pool), client(job, "small", pool)
        try:
            if store is None:
                return answer(job, root, sub, MemoryJournal(), lambda event: None)
            run_id = add_run(store, job)
            return answer(job, root, sub, store.journal(run_id), store.append_event, run_id)
        finally:
            if store is not None:
                store.flush()
            root.close()
            sub.close()
            pool.close()

    return run


def client(job: dict[str, Any], model: str, pool: Pool) -> Client:
    """Return the client that the job names; those of one run share their connections, as in the app."""
    if job["client"] == "thin":
        return ThinClient(model, job["url"])
    carrier = {"carrier": "sdk"} if job["client"] == "sdk" else {}
    return OpenAIClient(model, "none", job["url"], Terms(options=carrier, pool=pool))


def document(job: dict[str, Any]) -> Document:
    """Return the context as a document; in the app it is in the library before anybody asks about it."""
    size = len(job["context"])
    return Document(
        DocumentInfo("d" * 64, "text.txt", "text", size, size, "page", (Page("1", 0, size),)), job["context"]
    )


def add_run(store: DuckDBStore, job: dict[str, Any]) -> str:
    """Keep the run as the app does before it begins; return its id."""
    run_id = "warm" if "warm" in job else "run"
    spec = RunSpec(job["question"], ("d" * 64,), "vllm", "big", "small")
    store.add_run(RunRecord(run_id, "ann", spec, RunState.RUNNING, "boot", time.time()))
    return run_id


def answer(
    job: dict[str, Any], root: Client, sub: Client, journal: Journal, sink: EventSink, run_id: str = "run"
) -> str:
    """Run the job and return the answer."""
    limits = Limits(iterations=40, depth=job["depth"], cell_seconds=job["cell_seconds"])
    handler = LMHandler(Models(root, sub), Budget(limits), journal, CancelToken())
    runtime = Runtime(handler, Recorder(run_id, sink), LocalREPL())
    return run_job(runtime, Job(job["context"], job["question"])).text


if __name__ == "__main__":
    main(prepare)
