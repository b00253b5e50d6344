"""The app as a host runs it, in a process of its own with a home and an account's folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.server import ROOT, free_port

SERVE, STREAMLIT = "serve", "streamlit run"


@contextmanager
def hosted(home: Path, kind: str = SERVE, *, secrets: str = "", port: int = 0, **environ: str) -> Iterator[str]:
    """Start the app by our own command or by Streamlit's; give its address, and end it. Its log may hold no traceback."""
    port = port or free_port()
    log = home / "server.log"
    (home / ".streamlit").mkdir(parents=True, exist_ok=True)
    (home / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
    ours = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    # Streamlit looks for secrets in the account's folder; so no file of a test lies in the checkout.
    ours |= {"HOME": str(home), "RLM_APP_HOME": str(home), **environ}
    with log.open("ab") as out:
        process = subprocess.Popen(_command(kind, port), cwd=ROOT, env=ours, stdout=out, stderr=out)
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said, said


def _command(kind: str, port: int) -> list[str]:
    if kind == SERVE:
        return [sys.executable, "-m", "rlm_app", "serve", f"--port={port}", "--no-browser"]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    return [*command, "--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"]


def _wait(address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the app did not answer within {seconds:g} s:\n{log.read_text(encoding='utf-8')}")
