"""A stand-in for Prime's platform and for the gateway to its sandboxes, on loopback; a sandbox is a local process.

It speaks as its SDK expects: JSON over HTTP for sandboxes, the Connect protocol with protobuf for their processes. Output comes
in pieces of any size, calls fail after they were carried out, and the stream of a process can be broken.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from aiohttp import web
from prime_sandboxes._proto.command_session import command_session_pb2

from tests.servers.boxes import Boxes, begin, input_of, kill

pb: Any = command_session_pb2
LATER = "2100-01-01T00:00:00Z"


class Process:
    """A process of a sandbox, and the input that it was given by its keys."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.inputs: set[str] = set()
        self.writing = asyncio.Lock()
        self.broken = asyncio.Event()


class PrimeServer(Boxes[Process]):
    """The stand-in. `created` holds what was asked for, `ended` the sandboxes that were let go."""

    def __init__(self) -> None:
        self.created: list[dict[str, Any]] = []
        self.ended: list[str] = []
        super().__init__(7)

    async def listen(self) -> asyncio.Server:
        app = web.Application(client_max_size=64 << 20)
        service = "/gateway/user/{box}/command_session.CommandSession"
        app.add_routes(
            [
                web.post("/api/v1/sandbox", self.create),
                web.get("/api/v1/sandbox/{box}", self.get),
                web.delete("/api/v1/sandbox/{box}", self.delete),
                web.post("/api/v1/sandbox/{box}/auth", self.auth),
                web.post(f"{service}/Start", self.start),
                web.post(f"{service}/Connect", self.start),
                web.post(f"{service}/SendInput", self.send_input),
                web.post(f"{service}/SendSignal", self.send_signal),
            ]
        )
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        listening: Any = site._server
        return cast(asyncio.Server, listening)

    def break_streams(self) -> None:
        """Break the streams of all processes; these live on."""
        for _, one in self.processes.values():
            self.loop.call_soon_threadsafe(one.broken.set)

    # What the platform is asked.

    async def create(self, request: web.Request) -> web.Response:
        if self.refuse:
            return web.json_response({"detail": self.refuse}, status=402)
        asked = await request.json()
        known = [
            number
            for number, other in enumerate(self.created, 1)
            if other["idempotency_key"] == asked["idempotency_key"]
        ]
        if not known:
            self.created.append(asked)
        box = f"sb{known[0] if known else len(self.created)}"
        if self.breaks:
            return web.Response(status=503)
        return web.json_response({**self._described(box), "gatewayAuth": self._auth(box)})

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response(self._described(request.match_info["box"]))

    async def delete(self, request: web.Request) -> web.Response:
        box = request.match_info["box"]
        self.ended.append(box)
        await self.end(box)
        return web.json_response({})

    async def auth(self, request: web.Request) -> web.Response:
        return web.json_response(self._auth(request.match_info["box"]))

    def _described(self, box: str) -> dict[str, Any]:
        asked = self.created[int(box[2:]) - 1]
        return {
            "id": box,
            "name": asked["name"],
            "dockerImage": asked["docker_image"],
            "cpuCores": asked["cpu_cores"],
            "memoryGB": asked["memory_gb"],
            "diskSizeGB": asked["disk_size_gb"],
            "diskMountPath": "/",
            "gpuCount": 0,
            "status": "TERMINATED" if box in self.ended else "RUNNING",
            "timeoutMinutes": asked["timeout_minutes"],
            "createdAt": LATER,
            "updatedAt": LATER,
        }

    def _auth(self, box: str) -> dict[str, str]:
        gateway = {"gateway_url": f"{self.url}/gateway", "user_ns": "user", "job_id": box}
        return {**gateway, "token": "a-token-of-a-sandbox", "expires_at": LATER}

    # What the gateway to a sandbox is asked.

    async def start(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read())[5:]
        reply = web.StreamResponse(headers={"Content-Type": "application/connect+proto"})
        await reply.prepare(request)
        if request.path.endswith("/Connect"):
            await self._end(reply, '{"error": {"code": "not_found", "message": "no such session"}}')
            return reply
        asked = pb.StartRequest.FromString(body)
        one = Process(await begin((asked.command.cmd, *asked.command.args), dict(asked.command.envs)))
        self.processes[asked.session_uuid or f"command-{len(self.processes)}"] = (request.match_info["box"], one)
        await self._tell(reply, one)
        return reply

    async def _tell(self, reply: web.StreamResponse, one: Process) -> None:
        """Stream what a process writes until it ends or the stream is broken."""
        telling = asyncio.Lock()

        async def event(**fields: Any) -> None:
            data = pb.StartResponse(event=fields).SerializeToString()
            async with telling:
                await reply.write(b"\0" + len(data).to_bytes(4, "big") + data)

        async def pump(name: str, stream: Any) -> None:
            while part := await stream.read(self.random.choice((1, 3, 7, 100, 4_096, 1 << 16))):
                await event(data={name: part})

        await event(start={"pid": one.process.pid})
        pumps = asyncio.gather(pump("stdout", one.process.stdout), pump("stderr", one.process.stderr))
        broken: asyncio.Future[Any] = asyncio.ensure_future(one.broken.wait())
        both: list[asyncio.Future[Any]] = [pumps, broken]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if broken.done():
            pumps.cancel()
            await self._end(reply, '{"error": {"code": "unavailable", "message": "the stream broke"}}')
            return
        broken.cancel()
        code = await one.process.wait()
        await event(end={"exit_code": code if code >= 0 else 128 - code})
        await self._end(reply, "{}")

    async def _end(self, reply: web.StreamResponse, text: str) -> None:
        await reply.write(b"\2" + len(text).to_bytes(4, "big") + text.encode())

    async def send_input(self, request: web.Request) -> web.Response:
        asked = pb.SendInputRequest.FromString(await request.read())
        one = self.processes[asked.session.session_uuid][1]
        async with one.writing:
            if asked.input_uuid not in one.inputs:
                one.inputs.add(asked.input_uuid)
                with contextlib.suppress(ConnectionError):
                    input_of(one.process).write(asked.input.stdin)
                    await input_of(one.process).drain()
        return self._done(pb.SendInputResponse())

    async def send_signal(self, request: web.Request) -> web.Response:
        asked = pb.SendSignalRequest.FromString(await request.read())
        kill(self.processes[asked.session.session_uuid][1].process)
        return self._done(pb.SendSignalResponse())

    def _done(self, message: Any) -> web.Response:
        if self.breaks:
            return web.json_response({"code": "unavailable", "message": "the connection broke"}, status=503)
        return web.Response(body=message.SerializeToString(), content_type="application/proto")
