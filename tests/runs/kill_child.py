"""A process that starts or resumes a run, notes each event it could read back, and is killed at some moment."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

from rlm_app.build import App, open_app
from rlm_app.events import Event, to_dict
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Document, DocumentInfo, Limits

OWNER = "ann"
DOCUMENT = Document(DocumentInfo("d" * 64, "lease.txt", "text", 6, 6, "page", ()), "a text")
ENDING = 60.0


def spec(url: str) -> RunSpec:
    """Return the order of the run that is killed."""
    limits = Limits(depth=2, concurrency=8)
    return RunSpec(
        "What is it?", (DOCUMENT.info.sha256,), "vllm", "big", "small", limits=limits, options={"base_url": url}
    )


def work(home: Path, url: str) -> None:
    """Carry the home's run out, or further; what could be read back is noted in a file of the home."""
    app = open_app(Settings(home))
    done = threading.Event()
    found = app.store.runs(OWNER)
    if found:
        run_id = found[0].id
        app.manager.resume(run_id, OWNER, {})
    else:
        app.store.add_document(DOCUMENT, OWNER)
        run_id = app.start(spec(url), OWNER)
    watcher = threading.Thread(target=note, args=(app, run_id, home / "seen", done))
    watcher.start()
    app.manager.wait(run_id, ENDING)
    done.set()
    watcher.join()
    app.close()


def note(app: App, run_id: str, path: Path, done: threading.Event) -> None:
    """Write down the number and the digest of each event as soon as it can be read."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    last = 0
    while not done.wait(0.005):
        for event in app.store.events(run_id, OWNER, last):
            os.write(file, f"{event.seq} {digest(event)}\n".encode())
            last = event.seq
    os.close(file)


def digest(event: Event) -> str:
    """Return a digest of all an event says."""
    return hashlib.sha256(json.dumps(to_dict(event), sort_keys=True, default=str).encode()).hexdigest()
