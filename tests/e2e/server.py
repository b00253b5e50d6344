"""The app as a process of its own, on a free port of this machine and a home of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """One installation of the app that can be started, stopped and started again."""

    def __init__(self, home: Path, script: Path | None = None, *, own: bool = False, **environment: str) -> None:
        """Let `own` say that the app's own server is started, as by `serve`, and not Streamlit's."""
        self.home = home
        self._own = own
        self._environment = environment
        self._script = script
        self._port = free_port()
        self._log = home / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where the home page is."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The app's process, while it is started."""
        assert self._process is not None
        return self._process.pid

    def start(self, seconds: float = 60) -> None:
        """Start the app and return once it answers."""
        if self._own:
            command = [sys.executable, "-m", "rlm_app", "serve", f"--port={self._port}", "--no-browser"]
        else:
            command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
            command += [f"--server.port={self._port}", "--server.address=127.0.0.1", "--server.headless=true"]
            command += ["--server.fileWatcherType=none"]
        environment = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
        environment |= {**self._environment, "RLM_APP_HOME": str(self.home)}
        if self._script:
            environment["RLM_APP_SCRIPT"] = str(self._script)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._wait(seconds)

    def leave(self, with_signal: int = signal.SIGTERM, seconds: float = 15) -> float:
        """Tell the app to end and return how many seconds that took; raise when it does not."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(with_signal)
        self._process.wait(seconds)
        self._process = None
        return time.monotonic() - began

    def stop(self) -> None:
        """Stop the app as Ctrl-C does, and surely."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process = None

    def kill(self) -> None:
        """End the app as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
        self._process = None

    @property
    def log(self) -> str:
        """What the server said so far, over all its starts."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError(f"the app did not answer within {seconds} s:\n{self.log}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
