"""Reading a file in a process of its own, so that a hostile file costs its own upload and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.documents.loading import OnProgress, no_progress
from rlm_app.errors import Cancelled, DocumentError
from rlm_app.types import Document, DocumentInfo, Page

_ROOT = Path(__file__).resolve().parents[2]
# The child sees no other variable of this process: keys are none of a parser's business.
_PASSED_ON = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV")


def read_isolated(
    path: Path,
    name: str,
    password: str | None = None,
    *,
    seconds: float = 120,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Document:
    """Read as `read` does, in a child process with 2 GiB of memory (where the system can hold it) and `seconds` of time.

    Raises `DocumentError`, also when the child runs out of time or memory or dies, and `Cancelled` when `cancel` is set.
    """
    order = json.dumps({"path": str(Path(path).resolve()), "name": name, "password": password}) + "\n"
    cancel = cancel or CancelToken()
    child = _start()
    late = threading.Event()

    def stop_late() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(seconds, stop_late)
    clock.daemon = True
    clock.start()
    forget = cancel.on_cancel(child.kill)
    try:
        outcome = _listen(child, order, on_progress or no_progress)
    finally:
        forget()
        clock.cancel()
        _end(child)
    if outcome is not None and "document" in outcome:
        return _document(outcome["document"])
    if cancel.cancelled:
        raise Cancelled(f"reading {name} was stopped")
    raise DocumentError(name, _reason(outcome, late.is_set(), seconds))


def _start() -> subprocess.Popen[bytes]:
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "rlm_app.documents.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
    )


def _listen(child: subprocess.Popen[bytes], order: str, on_progress: OnProgress) -> dict[str, Any] | None:
    """Return the child's last word, or None if it ended without one."""
    orders, answers = child.stdin, child.stdout
    if orders is None or answers is None:
        return None
    try:
        orders.write(order.encode())
        orders.close()
    except BrokenPipeError:
        return None
    for line in answers:
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:  # a line cut off by the kill
            return None
        if "progress" not in said:
            return said
        on_progress(*said["progress"])
    return None


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:
                continue


def _reason(outcome: dict[str, Any] | None, late: bool, seconds: float) -> str:
    if outcome is not None:
        return str(outcome["refused"])
    if late:
        return f"took longer than {seconds:g} seconds to read; split it, or save it anew and try again"
    return "made the reader crash or run out of memory; save it anew, or split it, and try again"


def _document(data: dict[str, Any]) -> Document:
    info = data["info"]
    pages = tuple(Page(**page) for page in info.pop("pages"))
    return Document(DocumentInfo(**{**info, "pages": pages, "notes": tuple(info["notes"])}), data["text"])
