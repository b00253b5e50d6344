"""A stand-in for Modal's control plane and for the router to its sandboxes, on loopback; a sandbox is a local process.

What the SDK calls is answered as its protocol says, at its worst: output comes in pieces of any size, streams break and calls
fail after they were carried out, and the SDK has to resume and repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from grpclib import GRPCError, Status
from grpclib.const import Cardinality, Handler
from grpclib.server import Server
from modal_proto import api_pb2, task_command_router_pb2

from tests.servers.boxes import Boxes, begin, input_of

JWT = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.e30"  # {}, {"exp": the year 2100}, no signature

Answer = Callable[[Any], Awaitable[Any]]


class Process:
    """What `exec` started: its output so far, and how much of its input it was given."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = {1: bytearray(), 2: bytearray()}
        self.open = {1, 2}
        self.news = asyncio.Condition()
        self.written = 0
        self.writing = asyncio.Lock()
        self.pumps = [
            asyncio.ensure_future(self.pump(place, stream))
            for place, stream in ((1, process.stdout), (2, process.stderr))
        ]

    async def pump(self, place: int, stream: Any) -> None:
        while part := await stream.read(1 << 16):
            self.output[place] += part
            await self.tell()
        self.open.discard(place)
        await self.tell()

    async def tell(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def has_more(self, place: int, at: int) -> bool:
        """Wait for output after the first `at` bytes; return False when there will be none."""
        async with self.news:
            await self.news.wait_for(lambda: len(self.output[place]) > at or place not in self.open)
        return len(self.output[place]) > at


class ModalServer(Boxes[Process]):
    """The stand-in; a piece of output may break too. `created` holds what was asked for."""

    def __init__(self) -> None:
        self.created: list[Any] = []
        self.apps: list[str] = []
        self.ended: list[str] = []
        self.answered: dict[str, Any] = {}
        super().__init__(5)

    async def listen(self) -> asyncio.Server:
        server = Server([self])
        await server.start("127.0.0.1", 0)
        listening: Any = server._server
        return cast(asyncio.Server, listening)

    def __mapping__(self) -> dict[str, Handler]:
        """Return the handlers by path, each made from what the protocol says of the method."""
        table: dict[str, Handler] = {}
        for file, service in ((api_pb2, "ModalClient"), (task_command_router_pb2, "TaskCommandRouter")):
            described = file.DESCRIPTOR.services_by_name[service]
            for method in described.methods:
                answer = getattr(self, method.name, None)
                if answer is not None:
                    kind = Cardinality.UNARY_STREAM if method.server_streaming else Cardinality.UNARY_UNARY
                    handle = answer if method.server_streaming else self._unary(answer)
                    types = method.input_type._concrete_class, method.output_type._concrete_class
                    table[f"/{described.full_name}/{method.name}"] = Handler(handle, kind, *types)
        return table

    def _unary(self, answer: Answer) -> Callable[[Any], Awaitable[None]]:
        async def handle(stream: Any) -> None:
            request, key = await stream.recv_message(), stream.metadata.get("x-idempotency-key")
            reply = self.answered.get(key) or await answer(request)
            if key:
                self.answered[key] = reply
            self._fault()
            await stream.send_message(reply)

        return handle

    def _fault(self) -> None:
        if self.breaks:
            raise GRPCError(Status.UNAVAILABLE, "the connection broke")

    # What the control plane is asked.

    async def ClientHello(self, request: Any) -> Any:  # noqa: N802 - the protocol's names
        return api_pb2.ClientHelloResponse()

    async def AuthTokenGet(self, request: Any) -> Any:  # noqa: N802
        return api_pb2.AuthTokenGetResponse(token=JWT)

    async def EnvironmentGetOrCreate(self, request: Any) -> Any:  # noqa: N802
        reply = api_pb2.EnvironmentGetOrCreateResponse(environment_id="en-1")
        reply.metadata.settings.image_builder_version = "2025.06"
        return reply

    async def AppGetOrCreate(self, request: Any) -> Any:  # noqa: N802
        self.apps.append(request.app_name)
        return api_pb2.AppGetOrCreateResponse(app_id="ap-1")

    async def ImageGetOrCreate(self, request: Any) -> Any:  # noqa: N802
        done = api_pb2.GenericResult(status=api_pb2.GenericResult.GENERIC_STATUS_SUCCESS)
        return api_pb2.ImageGetOrCreateResponse(image_id="im-1", result=done)

    async def SandboxCreateV2(self, request: Any) -> Any:  # noqa: N802
        if self.refuse:
            raise GRPCError(Status.FAILED_PRECONDITION, self.refuse)
        self.created.append(request.definition)
        number = len(self.created)
        access = api_pb2.CommandRouterAccess(jwt=JWT, url=self.url)
        return api_pb2.SandboxCreateV2Response(
            sandbox_id=f"sb-{number}", task_id=f"ta-{number}V", command_router_access=access
        )

    async def SandboxGetCommandRouterAccess(self, request: Any) -> Any:  # noqa: N802
        return api_pb2.SandboxGetCommandRouterAccessResponse(jwt=JWT, url=self.url)

    async def SandboxTerminateV2(self, request: Any) -> Any:  # noqa: N802
        self.ended.append(request.sandbox_id)
        await self.end(_box(request.sandbox_id))
        return api_pb2.SandboxTerminateResponse()

    async def SandboxWaitV2(self, request: Any) -> Any:  # noqa: N802
        reply = api_pb2.SandboxWaitResponse()
        if request.sandbox_id in self.ended:
            reply.result.status = api_pb2.GenericResult.GENERIC_STATUS_TERMINATED
        return reply

    # What the router to a sandbox is asked.

    async def TaskExecStart(self, request: Any) -> Any:  # noqa: N802
        if request.exec_id not in self.processes:
            variables = dict(request.env)
            for source in request.secret_sources:
                variables |= dict(source.env.contents)
            process = await begin(request.command_args, variables)
            self.processes[request.exec_id] = (_box(request.task_id), Process(process))
        return task_command_router_pb2.TaskExecStartResponse()

    async def TaskExecStdinWrite(self, request: Any) -> Any:  # noqa: N802
        one = self._find(request.exec_id)
        async with one.writing:
            new = request.data[max(one.written - request.offset, 0) :]
            try:
                for at in range(0, len(new), 1 << 16):
                    input_of(one.process).write(new[at : at + (1 << 16)])
                    await input_of(one.process).drain()
            except ConnectionError as error:
                raise GRPCError(Status.FAILED_PRECONDITION, "the process has ended") from error
            one.written += len(new)
        return task_command_router_pb2.TaskExecStdinWriteResponse()

    async def TaskExecStdioRead(self, stream: Any) -> None:  # noqa: N802
        request = await stream.recv_message()
        one = self._find(request.exec_id)
        place = 2 if request.file_descriptor == task_command_router_pb2.TASK_EXEC_STDIO_FILE_DESCRIPTOR_STDERR else 1
        at = request.offset
        while await one.has_more(place, at):
            part = bytes(one.output[place][at : at + self.random.choice((1, 3, 7, 100, 4_096, 1 << 16))])
            self._fault()
            await stream.send_message(task_command_router_pb2.TaskExecStdioReadResponse(data=part))
            at += len(part)

    async def TaskExecPoll(self, request: Any) -> Any:  # noqa: N802
        return _status(self._find(request.exec_id), task_command_router_pb2.TaskExecPollResponse())

    async def TaskExecWait(self, request: Any) -> Any:  # noqa: N802
        one = self._find(request.exec_id)
        await one.process.wait()
        return _status(one, task_command_router_pb2.TaskExecWaitResponse())

    def _find(self, exec_id: str) -> Process:
        if exec_id not in self.processes:
            raise GRPCError(Status.NOT_FOUND, "no such process")
        return self.processes[exec_id][1]


def _status(one: Process, reply: Any) -> Any:
    code = one.process.returncode
    if code is not None and code < 0:
        reply.signal = -code
    elif code is not None:
        reply.code = code
    return reply


def _box(name: str) -> str:
    """Return the number by which a sandbox and its task are one."""
    return name.partition("-")[2].rstrip("V")
