"""Putting a streamed chat completion together, whatever its server leaves out or adds."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rlm_app.clients.counting import estimated_usage
from rlm_app.clients.trouble import Kind, Trouble
from rlm_app.protocols import OnText
from rlm_app.types import Completion, Request, Usage

_FINISH = {"length": "length", "content_filter": "filter"}
_DONE = b"[DONE]"
_MOST = 10**12
"""What no call can use of anything; servers have been seen to send infinities."""

_FAULTS = {
    "rate_limit": 429,
    "overloaded": 503,
    "unavailable": 503,
    "server_error": 500,
    "internal": 500,
    "timeout": 504,
}
"""What errors within a stream are called that have no number, by a word of their name."""

Chunk = Mapping[str, Any]

LAST_WORD: Chunk = MappingProxyType({})
"""What stands for "[DONE]" among the chunks of a stream; known by identity."""


def chunks(pieces: Iterable[bytes]) -> Iterator[Chunk]:
    """Yield the JSON objects of a stream of server-sent events, and `LAST_WORD` where it says so; raise `Trouble` on others."""
    held = b""
    for line in lines_of(pieces):
        if line.startswith(b"data:"):
            held = _joined(held, line[5:].strip())
            if held == _DONE:
                yield LAST_WORD
                return
        elif held and not line.strip():
            raise Trouble(Kind.NONSENSE)
        if held and (chunk := _object(held)) is not None:
            held = b""
            yield chunk
    if held:
        raise Trouble(Kind.NONSENSE)


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a stream, whichever of three ends they have and however it is cut; a byte order mark is left out."""
    begun: list[bytes] = []
    first = True
    for piece in pieces:
        begun.append(piece)
        if b"\n" not in piece and b"\r" not in piece:  # a long line is put together once, not anew with every piece
            continue
        *lines, rest = _split(b"".join(begun))
        if first and lines:
            lines[0], first = lines[0].removeprefix(BOM_UTF8), False
        yield from lines
        begun = [rest]
    yield b"".join(begun)


def _split(data: bytes) -> list[bytes]:
    """Return lines and what follows the last of them; a CR at the very end may be one half of a line's end."""
    if b"\r" not in data:
        return data.split(b"\n")
    half = b"\r" if data.endswith(b"\r") else b""
    whole = data.removesuffix(half).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    *lines, rest = whole.split(b"\n")
    return [*lines, rest + half]


def parsed(data: bytes | str) -> Chunk:
    """Return the JSON object in `data`; raise `Trouble` when it is none."""
    if (value := _object(data)) is None:
        raise Trouble(Kind.NONSENSE)
    return value


def _joined(held: bytes, more: bytes) -> bytes:
    return b"\n".join((held, more)) if held else more


def _object(data: bytes | str) -> Chunk | None:
    """Return the JSON object in `data`, None where its end is missing; raise `Trouble` for what is no object."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        raise Trouble(Kind.NONSENSE)
    return value


@dataclass
class Reply:
    """What has arrived of a reply so far; `begun` once a word of it has, so that the call must not be made anew.

    Where several replies were asked for (`n`), it is the first of them.
    """

    on_text: OnText
    begun: bool = False
    finish: str | None = None
    usage: Chunk | None = None
    _ended: bool = False
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _refusal: list[str] = field(default_factory=list)

    def add(self, chunk: Chunk) -> None:
        """Take one chunk, or a whole completion; raise `Trouble` when it tells of an error."""
        if chunk.get("error") or chunk.get("object") == "error":
            raise told(chunk, 0)
        choices = chunk.get("choices") or ()
        self.usage = chunk.get("usage") or self.usage
        # Some servers count along with every word: only counts that stand alone are a last word.
        self._ended |= (bool(chunk.get("usage")) and not choices) or (chunk is LAST_WORD and self.begun)
        for choice in (each for each in choices if not each.get("index")):
            self._ended |= "message" in choice
            self.finish = choice.get("finish_reason") or self.finish
            if self.finish == "error":
                raise Trouble(Kind.STATUS, status=502)
            self._add_delta(choice.get("delta") or choice.get("message") or {})

    def _add_delta(self, delta: Chunk) -> None:
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            self.begun = True
            self._reasoning.append(_plain(thought))
        if refusal := delta.get("refusal"):
            self.begun = True
            self._refusal.append(_plain(refusal))
        if content := _plain(delta.get("content")):
            self.begun = True
            self._text.append(content)
            self.on_text(content)

    @property
    def whole(self) -> bool:
        """Whether the server said that the reply has ended."""
        return self.finish is not None or self._ended

    def completion(self, request: Request, model: str) -> Completion:
        """Return the reply as a completion; usage that the server did not send is counted and marked estimated."""
        refusal = "".join(self._refusal)
        text = "".join(self._text) or refusal
        reasoning = "".join(self._reasoning)
        usage = _usage(self.usage or {}) or estimated_usage(request, text + reasoning, None)
        finish = "refusal" if refusal else _FINISH.get(self.finish or "stop", "stop")
        return Completion(text, model, usage, finish, reasoning=reasoning)


def told(body: Chunk, status: int, after: float | None = None) -> Trouble:
    """Return the trouble that the JSON of an error tells of, in any of the forms that servers use.

    `status` is that of the answer, 0 for an error within a stream, whose own code counts then.
    """
    found: Any = body.get("error") or body
    error: Chunk = found if isinstance(found, dict) else {"message": found}
    code = error.get("code")
    said = f"{code or ''} {error.get('type') or ''} {error.get('message') or error.get('detail') or ''}"
    if not status:
        named = f"{code} {error.get('type')}".lower()
        known = (number for word, number in _FAULTS.items() if word in named)
        status = int(str(code)) if str(code).isdecimal() else next(known, 400)
    return Trouble(Kind.STATUS, said.strip(), status=status, after=after)


def _plain(content: Any) -> str:
    """Return content as text; some servers send a list of parts, and null where they have nothing to say."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_plain(part.get("text")) for part in content if isinstance(part, dict))
    return ""


def _usage(said: Chunk) -> Usage | None:
    sent, written = count_of(said, "prompt_tokens"), count_of(said, "completion_tokens")
    if sent is None and written is None:
        return None
    prompt = said.get("prompt_tokens_details") or {}
    output = said.get("completion_tokens_details") or {}
    cached = count_of(prompt, "cached_tokens")
    return Usage(
        1,
        sent,
        written,
        count_of(said, "prompt_cache_hit_tokens") if cached is None else cached,
        count_of(output, "reasoning_tokens"),
        _number(said.get("cost")),
        cache_write_tokens=count_of(prompt, "cache_write_tokens"),
    )


def count_of(said: Mapping[str, Any], name: str) -> int | None:
    """Return a number of tokens, None where `said` has none under that name that can be one."""
    number = _number(said.get(name))
    return None if number is None else int(number)


def _number(value: Any) -> float | None:
    if value is None or not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    return value if 0 <= value < _MOST else None
