"""What the cells attack: files, listeners and a process of the same account, and whether any of them was touched."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PLANTED = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")


class World:
    """The canaries of one case after another. `changes` says what has happened to them; then a fresh world is needed.

    The secret file may be read and written by everybody, so that its mode is not what keeps a cell from it.
    """

    def __init__(self) -> None:
        self.secret = f"canary-{secrets.token_hex(12)}"
        self.folder = Path(tempfile.mkdtemp(prefix="rlm-world-"))
        self.folder.chmod(0o777)
        self.file = self.folder / "secret"
        self.file.write_text(self.secret, encoding="utf-8")
        self.file.chmod(0o666)
        self.database = self.folder / "database"
        with contextlib.closing(sqlite3.connect(self.database)) as base:
            base.execute("CREATE TABLE secrets (secret)")
            base.execute("INSERT INTO secrets VALUES (?)", (self.secret,))
            base.commit()
        self.database.chmod(0o666)
        self._listeners = self._listen()
        self._neighbour = subprocess.Popen(
            [sys.executable, str(HERE / "neighbour.py"), str(self.file), str(os.getpid())],
            stdout=subprocess.PIPE,
            env={"CANARY": self.secret},
        )
        assert self._neighbour.stdout is not None
        assert self._neighbour.stdout.readline() == b"up\n"
        self._before = self._state()

    def _listen(self) -> dict[str, socket.socket]:
        made = {
            "tcp": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "unix": _bound(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "stream")),
            "datagram": _bound(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.folder / "datagram")),
            "abstract": _bound(socket.AF_UNIX, socket.SOCK_STREAM, "\0rlm-" + secrets.token_hex(8)),
        }
        with contextlib.suppress(OSError):  # a machine without IPv6
            made["tcp6"] = _bound(socket.AF_INET6, socket.SOCK_STREAM, ("::1", made["tcp"].getsockname()[1]))
        for name in ("stream", "datagram"):
            (self.folder / name).chmod(0o777)
        return made

    def told(self) -> dict[str, Any]:
        """Return what the cells are told of this world: where things are, never the secret."""
        return {
            "file": str(self.file),
            "folder": str(self.folder),
            "database": str(self.database),
            "home": os.path.expanduser("~"),
            "source": str(HERE.parents[2] / "rlm_app" / "settings.py"),
            "marks": ["canary-"],
            "host": os.getpid(),
            "neighbour": self._neighbour.pid,
            "tcp": self._listeners["tcp"].getsockname()[1],
            "udp": self._listeners["udp"].getsockname()[1],
            "unix": str(self.folder / "stream"),
            "datagram": str(self.folder / "datagram"),
            "abstract": self._listeners["abstract"].getsockname()[1:].decode(),
        }

    def changes(self) -> list[str]:
        """Return what is not as it was, each as a sentence's end."""
        after = self._state()
        found = [
            f"{name} was {self._before[name]!r} and is {after[name]!r}"
            for name in after
            if after[name] != self._before[name]
        ]
        reached, _, _ = select.select(list(self._listeners.values()), [], [], 0)
        found += [f"{name} was reached" for name, listener in self._listeners.items() if listener in reached]
        return found

    def _state(self) -> dict[str, Any]:
        pid = self._neighbour.pid
        state: dict[str, Any] = {"neighbour ended": self._neighbour.poll()}
        with contextlib.suppress(OSError):
            state["planted files"] = sorted(str(path) for place in PLANTED for path in Path(place).glob("rlm-escape*"))
        for path in (self.file, self.database):
            try:
                found = path.stat()
                state[path.name] = (path.read_bytes(), found.st_mode, found.st_uid, found.st_mtime_ns, found.st_nlink)
                state[f"{path.name}'s attributes"] = os.listxattr(path)
            except OSError as error:
                state[path.name] = str(error)
        state["folder"] = sorted(os.listdir(self.folder))
        with contextlib.suppress(OSError):
            rows = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
            kept = ("TracerPid", "Uid", "SigIgn", "Cpus_allowed_list")
            state["neighbour"] = [row for row in rows if row.startswith(kept)]
            state["neighbour stands still"] = any(row.startswith("State") and "stop" in row for row in rows)
            state["neighbour's rank"] = (os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid))
            state["neighbour's caps"] = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            state["neighbour's score"] = Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="utf-8")
        state["machine"] = (socket.gethostname(), os.getpriority(os.PRIO_PROCESS, 0), os.getcwd())
        return state

    def close(self) -> None:
        """End the process, close the listeners and remove the files."""
        for listener in self._listeners.values():
            listener.close()
        self._neighbour.kill()
        self._neighbour.communicate()
        for place in PLANTED:
            for path in Path(place).glob("rlm-escape*"):
                with contextlib.suppress(OSError):
                    path.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)


def _bound(family: int, kind: int, address: Any) -> socket.socket:
    listener = socket.socket(family, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    listener.setblocking(False)
    return listener
