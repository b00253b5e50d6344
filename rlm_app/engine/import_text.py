"""What a reference file says in words: its messages, the question among them, errors and times."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rlm_app import syntax
from rlm_app.cell_results import CellError
from rlm_app.engine.parsing import parse_reply
from rlm_app.types import Message, Role

_ROLES: Mapping[str, Role] = {"system": "system", "developer": "system", "assistant": "assistant"}
_QUESTIONS = (
    re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL),
    re.compile(r"\AAnswer the following: (.*?)\s*\n\nYour context is ", re.DOTALL),
    re.compile(r"answer the (?:original |following )?(?:prompt|query): \"(.*?)\"\.?\s*(?:\n|\Z)", re.DOTALL),
    re.compile(r"original query: \"(.*?)\"", re.DOTALL),
)
_EXCEPTION = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Iteration|Timeout|Failure))(?:: ?(.*))?$")
_SHORT = 1_000
_LONGEST, _LATEST = 1e6, 1e10  # seconds of one step, and since 1970: what is beyond is no time but a damaged number


def messages_of(prompt: Any) -> tuple[Message, ...]:
    """Return a logged prompt as messages, whatever form it was kept in."""
    if isinstance(prompt, list):
        return tuple(_message(item) for item in prompt)
    return (_message(prompt),) if prompt else ()


def _message(item: Any) -> Message:
    if isinstance(item, Mapping) and "role" in item:
        return Message(_ROLES.get(str(item["role"]), "user"), text_of(item.get("content")))
    return Message("user", text_of(item))


def text_of(value: Any) -> str:
    """Return the text of a value: a string, the text parts of a list, nothing for None, and anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list) and all(
        isinstance(part, Mapping) and isinstance(part.get("text"), str) for part in value
    ):
        return "\n".join(part["text"] for part in value)
    if isinstance(value, Mapping) and isinstance(value.get("content"), str):
        return str(value["content"])
    return json.dumps(value, ensure_ascii=False)


def prompt_text(prompt: Any) -> str:
    """Return what a sub-call was asked, as one text."""
    if isinstance(prompt, list) and all(isinstance(item, Mapping) and "content" in item for item in prompt):
        return "\n\n".join(text_of(item["content"]) for item in prompt)
    return text_of(prompt)


def question_in(messages: Sequence[Message]) -> str:
    """Return the question that the first prompt of a completion states, or nothing when it states none."""
    for message in messages:
        for pattern in _QUESTIONS if message.role == "user" else ():
            match = pattern.search(message.content)
            if match:
                return match[1].strip()
    return ""


def beginning(context: Any) -> str:
    """Return the context, which says itself what is wanted where no question was asked, or how it begins."""
    text = context.strip() if isinstance(context, str) else ""
    return text if len(text) <= _SHORT else text[:_SHORT].rstrip() + " …"


def cell_error(stderr: str) -> CellError | None:
    """Return the exception that `stderr` tells of; None when it is only a warning or something printed."""
    for line in reversed(stderr.strip().splitlines()):
        match = _EXCEPTION.match(line.strip())
        if match:
            return CellError(match[1], match[2] or "", stderr)
    return None


def answer_text(value: Any) -> str | None:
    """Return a final answer as text; old files also keep it as a pair of its form and its text."""
    if isinstance(value, list) and len(value) == 2:
        value = value[1]
    return None if value is None else text_of(value)


def answer_in_prose(reply: str, variables: Mapping[str, Any]) -> str | None:
    """Return the answer that a reply hands in by FINAL(…) or FINAL_VAR(…) outside its code; None when it does not."""
    cells = parse_reply(reply).cells
    match = re.fullmatch(r"(FINAL|FINAL_VAR)\((.*)\)", cells[-1], re.DOTALL) if cells else None
    if match is None or cells[-1] in _fenced(reply):
        return None
    if match[1] == "FINAL_VAR":
        name = str(syntax.literal(match[2]))
        return text_of(variables[name]) if name in variables else None
    return match[2] if match[2].isidentifier() else str(syntax.literal(match[2]))  # parse_reply wrote a literal


def _fenced(reply: str) -> list[str]:
    return [part.strip() for part in re.findall(r"```[^\n]*\n(.*?)```", reply, re.DOTALL)]


def seconds_of(value: Any) -> float | None:
    """Return a duration in seconds, None where the file has none that can be."""
    usable = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LONGEST
    return float(value) if usable else None


def time_of(value: Any) -> float | None:
    """Return an ISO time as seconds since 1970; one without a zone is this machine's local time, as it is written."""
    try:
        at = datetime.datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if 0 <= at < _LATEST else None
