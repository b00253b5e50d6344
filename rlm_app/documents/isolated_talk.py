"""What is said to a reading process and heard from it; it may be in the hands of the file it reads."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from rlm_app.documents.loading import OnProgress

_LONGEST_LINE = 64_000_000
_MOST_DATA = 400_000_000

Taker = Callable[[dict[str, Any], bytes, str, int], None]
"""Takes an answer: what was said, the bytes that came with it, the SHA-256 and the size of the file it is about."""


def is_ready(child: subprocess.Popen[bytes]) -> bool:
    """Wait for a new process to say that it takes orders; False when it ends without."""
    return any("ready" in said for said, _ in islice(_answers(child.stdout), 1))


def complaint(child: subprocess.Popen[bytes] | None) -> str:
    """Return the last line that a process which did not start has left; it writes none once it has started."""
    if child is None or child.stderr is None:
        return "no reason given"
    child.kill()
    lines = child.stderr.read(100_000).decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "no reason given"


def send(child: subprocess.Popen[bytes], order: dict[str, Any], path: Path) -> str:
    """Send an order and its file, and return the SHA-256 of the file; "" when the child is gone."""
    target, digest = child.stdin, hashlib.sha256()
    if target is None:
        return ""
    try:
        target.write(json.dumps(order).encode() + b"\n")
        left = int(order["size"])
        with path.open("rb") as file:
            while left and (piece := file.read(min(left, 1 << 20))):
                digest.update(piece)
                target.write(piece)
                left -= len(piece)
        target.flush()
    except BrokenPipeError:
        return ""
    return digest.hexdigest()


def listen(
    child: subprocess.Popen[bytes], takers: Mapping[str, Taker], on_progress: OnProgress, digest: str, size: int
) -> str | None:
    """Hand on what the child says; return the reason it refuses the file, "" for none, None if it ended without a word."""
    for said, data in _answers(child.stdout):
        kind = next((key for key in ("progress", "refused", *takers) if key in said), None)
        if kind is None:
            return None
        if kind == "refused":
            return str(said["refused"])[:2_000]
        if kind == "progress":
            done, total = said["progress"]
            on_progress(int(done), int(total))
            continue
        takers[kind](said, data, digest, size)
        if kind != "picture":
            return ""
    return None


def _answers(source: IO[bytes] | None) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield each line of JSON with the bytes that follow it; end where one is cut off or is none."""
    while source is not None and (line := source.readline(_LONGEST_LINE)):
        try:
            said = json.loads(line)
            length = int(said.get("bytes", 0))
        except (ValueError, AttributeError, TypeError):
            return
        data = source.read(length) if 0 < length <= _MOST_DATA else b""
        if len(data) != length:
            return
        yield said, data
