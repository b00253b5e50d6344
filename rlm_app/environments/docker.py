"""Cells in a container: the same worker, reached over the attached stdin and stdout."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from rlm_app.environments import bundle, docker_engine
from rlm_app.environments.confinement import Plan
from rlm_app.environments.docker_pipe import DockerPipe
from rlm_app.environments.streams import StreamChannel, open_channel
from rlm_app.errors import ConfigError, REPLStartError

IMAGE = "rlm-app-cells"
NOBODY = "65534:65534"
OVERHEAD = 256 << 20
PROGRAMS = ("/usr", "/opt", "/etc/matplotlibrc")


@dataclass(frozen=True)
class DockerREPL:
    """Runs cells in a container without a network, as nobody, on a read-only root; any image with Python 3.9 or later will do.

    `memory` and `scratch` are bytes, `cpus` whole or parts of processors, `processes` counts threads too. `base_url` names
    another engine than DOCKER_HOST or the usual socket, podman's for example. With `restricted_builtins` cells are refused
    `eval`, `exec`, `compile`, `input`, `globals`, `locals` and `breakpoint`.
    """

    image: str = IMAGE
    memory: int = 1 << 30
    cpus: float = 1.0
    processes: int = 1_536
    scratch: int = 64 << 20
    base_url: str = ""
    python: str = "python3"
    plan: Plan = field(default_factory=Plan)
    restricted_builtins: bool = True
    name: str = "docker"
    covers: str = (
        "A container of its own without a network: code sees the image's files and an empty scratch folder and nothing of "
        "this machine; it runs as nobody, without capabilities, on a read-only root; memory, processors, processes and "
        "scratch are capped. Inside it the same walls stand as around a local process, where the kernel allows them."
    )
    misses: str = (
        "The container shares this machine's kernel: a fault of the kernel or of the engine is not held. Whoever may use "
        "the engine's socket is as good as root on this machine, and this app uses it; cells cannot reach it."
    )

    def connect(self) -> StreamChannel:
        """Start a container and return the channel to its worker; raise `ConfigError` without engine or image."""
        from docker.errors import DockerException, ImageNotFound

        api = docker_engine.engine(self.base_url)
        try:
            pipe = self._start(api)
        except ImageNotFound as error:
            raise ConfigError(docker_engine.image_missing(self.image)) from error
        except (DockerException, OSError) as error:
            raise REPLStartError(f"Docker could not start a container from {self.image}: {error}") from error
        # All packages of an image may be imported. They keep their data all over these folders, and nobody's secrets are there.
        plan = replace(
            self.plan, memory=self.memory, threads=self.processes, read=PROGRAMS, namespaces=False, jail=False
        )
        return open_channel(pipe, bundle.bundle(asdict(plan)))

    def _start(self, api: Any) -> DockerPipe:
        container = api.create_container(
            self.image,
            bundle.command(self.python),
            user=NOBODY,
            stdin_open=True,
            tty=False,  # a terminal would echo, and read bytes as keys
            working_dir="/scratch",
            hostname="sandbox",
            network_disabled=True,
            environment=bundle.environment("/scratch"),
            labels=docker_engine.labels(),
            host_config=self._host_config(api),
        )["Id"]
        # Attached before it starts: what a container says before somebody listens is lost.
        pipe = DockerPipe(api, container)
        try:
            api.start(container)
        except BaseException:
            pipe.hang_up()
            pipe.remove()
            pipe.close()
            raise
        return pipe

    def _host_config(self, api: Any) -> Any:
        from docker.types import LogConfig, Ulimit

        total = self.memory + self.scratch + OVERHEAD
        return api.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=self.processes,
            mem_limit=total,
            memswap_limit=total,
            nano_cpus=int(self.cpus * 1_000_000_000),
            ipc_mode="private",
            shm_size=1 << 20,
            tmpfs={
                "/scratch": f"rw,noexec,nosuid,nodev,size={self.scratch},uid=65534,gid=65534,mode=0700,nr_inodes=4096"
            },
            log_config=LogConfig(type="none"),  # or documents and answers land in the engine's log files
            ulimits=[Ulimit(name="core", soft=0, hard=0), Ulimit(name="nofile", soft=256, hard=256)],
        )


def missing(environment: DockerREPL) -> str:
    """Return why no container can be started, with the command that fixes it; empty when one can."""
    return docker_engine.missing(environment.image, environment.base_url)
