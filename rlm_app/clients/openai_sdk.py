"""Chat requests carried by OpenAI's SDK, or by one that is built like it, over our own connections."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from types import ModuleType
from typing import Any

from rlm_app.cancel import CancelToken
from rlm_app.clients.streams import Chunk, chunks, parsed, told
from rlm_app.clients.trouble import Kind, Trouble, seconds_of
from rlm_app.clients.wire import Wire
from rlm_app.clients.wire_sdk import Calls, http_client, pieces_of


class SdkCarrier:
    """Lets an SDK address, authorise and judge each request, which goes over `wire`; the reply's chunks are read here.

    `make` is given an HTTP client of `http` and returns the SDK's client; `sdk` is the SDK's module, which has its errors.
    `chat` and `models` are where it sends chat requests and asks for models, below its own address or whole.
    """

    def __init__(
        self,
        wire: Wire,
        http: ModuleType,
        sdk: ModuleType,
        make: Callable[[Any], Any],
        *,
        chat: str = "/chat/completions",
        models: str = "/models",
    ) -> None:
        self._chat = chat
        self._models = models
        self._calls = Calls()
        self._wire = wire
        self._http = http
        self._sdk = sdk
        self._client = make(http_client(http, self._wire, self._calls))
        # What the client would do anyway: said with each call, as what is left unsaid is copied deeply each time.
        self._usual = {"max_retries": 0, "timeout": self._client.timeout}

    def stream(self, body: Mapping[str, Any], cancel: CancelToken) -> Generator[Chunk, None, None]:
        """Send a chat request and yield the chunks of its reply; raise `Trouble`."""
        with self._calls.obeying(cancel), closing(self._post(body)) as response:
            pieces = pieces_of(response)
            if "event-stream" in response.headers.get("content-type", "text/event-stream"):
                yield from chunks(pieces)
                self._calls.drain(pieces)
            else:
                yield parsed(b"".join(pieces))

    def models(self, cancel: CancelToken) -> Chunk:
        """Return what the server says of its models; raise `Trouble`."""
        with self._calls.obeying(cancel):
            response = self._asked(lambda: self._client.get(self._models, cast_to=self._http.Response))
            return parsed(response.content)

    def close(self) -> None:
        """Close the SDK's client and its connections."""
        self._client.close()
        self._wire.close()

    def _post(self, body: Mapping[str, Any]) -> Any:
        # The SDK's typed call parses each chunk into models, which costs more than all the rest of a call together.
        return self._asked(
            lambda: self._client.post(
                self._chat,
                cast_to=self._http.Response,
                body=body,
                options={"headers": {}, **self._usual},
                stream=True,
                stream_cls=self._sdk.Stream[Any],
            )
        )

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except self._sdk.APIStatusError as error:
            headers = error.response.headers
            after = seconds_of(headers.get("retry-after"), headers.get("retry-after-ms"))
            found = error.body if isinstance(error.body, dict) else {"message": error.body or error.message}
            if 300 <= error.status_code < 400:
                found = {"message": headers.get("location") or ""}
            raise told(found, error.status_code, after) from None
        except self._sdk.APIConnectionError as error:
            cause = error.__cause__
            raise cause if isinstance(cause, Trouble) else Trouble(Kind.BROKEN, str(cause or error)) from None
