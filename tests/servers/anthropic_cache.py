"""Anthropic's prompt cache, as its manual tells it: what a request would have read from it, and written to it.

A prefix is kept where a block is marked; a later request reads the longest kept prefix that ends at one of its marks or at
most 20 blocks before it. Below 1,024 tokens nothing is kept. Four characters count as a token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from rlm_app.types import Usage

MOST_MARKS = 4
LOOK_BACK = 20
LEAST_TOKENS = 1_024


class PromptCache:
    """Remembers prefixes; nothing is forgotten."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def usage(self, body: dict[str, Any], output: int = 10) -> Usage:
        """Return what the provider would count for this request, and keep what its marks ask to be kept."""
        prefixes = list(_prefixes(body))
        marks = [index for index, (_, _, marked) in enumerate(prefixes) if marked]
        assert len(marks) <= MOST_MARKS, f"the provider takes {MOST_MARKS} marks and was sent {len(marks)}"
        read = max((self._longest(prefixes[: mark + 1]) for mark in marks), default=0)
        wanted = [(digest, tokens) for digest, tokens, marked in prefixes if marked and tokens >= LEAST_TOKENS]
        self._kept.update(digest for digest, _ in wanted)
        written = max([tokens for _, tokens in wanted] + [read]) - read
        return Usage(1, prefixes[-1][1], output, read, cache_write_tokens=written)

    def _longest(self, prefixes: list[tuple[str, int, bool]]) -> int:
        near = prefixes[-LOOK_BACK - 1 :]
        return next((tokens for digest, tokens, _ in reversed(near) if digest in self._kept), 0)


def _prefixes(body: dict[str, Any]) -> Iterator[tuple[str, int, bool]]:
    """Yield digest, tokens and mark of what the prompt has been up to the end of each block."""
    digest, characters = hashlib.sha256(), 0
    for role, block in _blocks(body):
        digest.update(f"{role}\0{block['text']}\0".encode())
        characters += len(block["text"])
        yield digest.hexdigest(), characters // 4, "cache_control" in block


def _blocks(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in body.get("system", ()):
        yield "system", block
    for message in body["messages"]:
        for block in message["content"]:
            yield message["role"], block
