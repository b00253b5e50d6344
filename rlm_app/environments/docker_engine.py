"""The Docker engine: finding it, saying what is missing, and removing what dead apps left in it."""

from __future__ import annotations

import atexit
import contextlib
import functools
import http.client
import json
import os
import platform
import socket
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rlm_app.errors import ConfigError

USUAL_PLACE = "npipe:////./pipe/docker_engine" if os.name == "nt" else "unix:///var/run/docker.sock"
LABEL = "rlm-app.cells"
HOST = "rlm-app.host"
OWNER = "rlm-app.owner"
_PAUSES = (0.1, 0.4, 1.5)
JOIN_GROUP = "This account may not use it: sudo usermod -aG docker $USER, then log in again"
DOCKERFILE = "rlm_app/environments/image"
START_ENGINE = (
    "Start Docker (on Linux: sudo systemctl start docker), or set DOCKER_HOST to the socket of an engine or of podman"
)


def engine(base_url: str = "") -> Any:
    """Return the connection to the engine; raise `ConfigError` that says how to get one when it does not answer."""
    address = base_url or os.environ.get("DOCKER_HOST", "")
    try:
        _knock(address or USUAL_PLACE)
    except OSError as error:
        raise _no_engine(address, error) from error
    from docker.errors import DockerException

    try:
        return _engine(address)
    except (DockerException, OSError) as error:
        raise _no_engine(address, error) from error


def _no_engine(address: str, error: Exception) -> ConfigError:
    fix = JOIN_GROUP if "Permission denied" in str(error) else START_ENGINE
    return ConfigError(f"No Docker engine answers at {address or USUAL_PLACE}. {fix}. It said: {error}")


def _knock(address: str) -> None:
    """Raise `OSError` when nobody listens at a Unix socket: that is found without importing the SDK, which would leak one."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(address.removeprefix("unix://"))


@functools.cache
def _engine(address: str) -> Any:
    import docker

    client = docker.DockerClient(base_url=address) if address else docker.from_env()
    try:
        client.ping()
    except BaseException:
        client.close()
        raise
    return client.api


def image_missing(image: str) -> str:
    """Return the sentence for an image that the engine does not have, with the command that gets it."""
    from rlm_app.environments.docker import IMAGE

    build = f"docker build -t {IMAGE} {DOCKERFILE}"
    return f"The Docker engine has no image called {image}. Run: {build if image == IMAGE else f'docker pull {image}'}"


def missing(image: str, base_url: str = "") -> str:
    """Return what is missing before containers of an image can be started, with the command that fixes it; else nothing."""
    from docker.errors import DockerException, ImageNotFound

    try:
        engine(base_url).inspect_image(image)
    except ConfigError as error:
        return str(error)
    except ImageNotFound:
        return image_missing(image)
    except (DockerException, OSError) as error:
        return f"The Docker engine did not answer: {error}. {START_ENGINE}."
    return ""


def quietly(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the engine; return None when it refuses or is gone."""
    from docker.errors import DockerException

    with contextlib.suppress(DockerException, OSError):
        return call(*args, **kwargs)
    return None


def remove(api: Any, container: str) -> None:
    """Kill and remove a container; one that is gone already is fine.

    An engine that cannot let go of it just now (its files may be in another process's mounts) is asked again for two
    seconds; what stays even then is dead, and the next sweep takes it.
    """
    for pause in _PAUSES:
        if _is_settled(api, container):
            return
        time.sleep(pause)
    _is_settled(api, container)


def _is_settled(api: Any, container: str) -> bool:
    """Ask for the removal; return whether asking again would gain nothing."""
    from docker.errors import APIError, DockerException

    try:
        api.remove_container(container, force=True, v=True)
    except APIError as error:
        return not error.is_server_error()
    except (DockerException, OSError):
        return True
    return True


def state(api: Any, container: str) -> dict[str, Any]:
    """Return how a container ended; empty while it runs and when it is gone."""
    found: dict[str, Any] = (quietly(api.inspect_container, container) or {}).get("State", {})
    return {} if found.get("Running") else found


def labels() -> dict[str, str]:
    """Return the labels by which another app knows whose a container is."""
    return {LABEL: "1", HOST: platform.node(), OWNER: _owner()}


@functools.cache
def _owner() -> str:
    """Return this process's mark: the name of a file that it keeps locked as long as it lives."""
    mark = uuid.uuid4().hex
    file = _lock_file(mark)
    _lock(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    atexit.register(file.unlink, missing_ok=True)
    return mark


def _lock_file(mark: str) -> Path:
    return Path(tempfile.gettempdir()) / f"rlm-app-{mark}.lock"


def _lock(descriptor: int) -> bool:
    """Lock a file that nobody else holds; return whether that worked. Where there are no such locks, it never does."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sweep(base_url: str = "") -> int:
    """Remove the containers that apps which are no more left behind, stopped ones too; return how many there were.

    A container that ended by itself is anybody's to remove; one that still runs only when its app ran on this machine and
    no longer holds its lock.
    """
    api = engine(base_url)
    swept = 0
    for row in quietly(api.containers, all=True, filters={"label": LABEL}) or []:
        if row["State"] in ("exited", "dead") or _is_orphan(row["Labels"]):
            remove(api, row["Id"])
            swept += 1
    return swept


def sweep_meanwhile() -> threading.Thread:
    """Sweep on a thread, if there is an engine and something in it that may be ours; found out without importing the SDK."""
    thread = threading.Thread(target=_sweep_if_any, name="docker-sweep", daemon=True)
    thread.start()
    return thread


def _sweep_if_any() -> None:
    address = os.environ.get("DOCKER_HOST", "") or USUAL_PLACE
    with contextlib.suppress(OSError, http.client.HTTPException, ConfigError):
        if not address.startswith("unix://") or _asked(address.removeprefix("unix://")) != b"[]":
            sweep()


def _asked(path: str) -> bytes:
    """Return what the engine at a Unix socket answers when it is asked for our containers."""
    wanted = urllib.parse.quote(json.dumps({"label": [LABEL]}))
    connection = http.client.HTTPConnection("localhost", timeout=10)
    with contextlib.closing(connection), socket.socket(socket.AF_UNIX) as connection.sock:
        connection.sock.connect(path)
        connection.request("GET", f"/containers/json?all=1&filters={wanted}")
        return connection.getresponse().read().strip()


def _is_orphan(marks: dict[str, str]) -> bool:
    owner = marks.get(OWNER, "")
    if marks.get(HOST) != platform.node() or not owner.isalnum():
        return False
    file = _lock_file(owner)
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False  # another account's
    try:
        if not _lock(descriptor):
            return False
        file.unlink(missing_ok=True)
        return True
    finally:
        os.close(descriptor)
