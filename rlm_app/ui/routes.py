"""What our own server answers beside the pages, for whoever runs it: /ready and /metrics."""

from __future__ import annotations

import asyncio
import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from rlm_app import health, logs
from rlm_app.errors import ConfigError, StoreError
from rlm_app.health import Health
from rlm_app.settings import Settings
from rlm_app.ui import handle

_NOT_FOUND = 404
_DOWN = 503


def routes(settings: Settings, errors: logs.Errors) -> list[Route]:
    """Return the routes. Anybody may ask whether the app is ready; why not, and the numbers, only who has the token.

    The token is RLM_APP_METRICS_TOKEN, sent as `Authorization: Bearer …`. Without one, an app of one person shows both to its
    own machine, and a shared app to nobody: behind a proxy every visitor comes from this machine.
    """
    token = settings.said.get("metrics_token", "")

    def trusted(request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode()) if token else not settings.shared

    async def ready(request: Request) -> Response:
        found = await asyncio.to_thread(_look)
        told = {"state": found.state, **({"reasons": found.reasons} if trusted(request) else {})}
        return JSONResponse(told, 200 if found.ready else _DOWN, headers={"cache-control": "no-store"})

    async def metrics(request: Request) -> Response:
        if not trusted(request):
            return PlainTextResponse("Not Found", _NOT_FOUND)
        try:
            text = await asyncio.to_thread(lambda: health.metrics(handle.shared_app(), errors.counted))
        except (StoreError, ConfigError) as error:
            return PlainTextResponse(str(error), _DOWN)
        return PlainTextResponse(text, headers={"content-type": "text/plain; version=0.0.4; charset=utf-8"})

    return [Route("/ready", ready), Route("/metrics", metrics)]


def _look() -> Health:
    try:
        return health.look(handle.shared_app())
    except (StoreError, ConfigError) as error:
        return Health(ready=False, reasons=(str(error),))
