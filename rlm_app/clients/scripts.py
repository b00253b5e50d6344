"""The file form of a scripted model: JSON with what the root says turn by turn and what sub-calls say.

    {"root": ["reply of turn 1", "reply of turn 2"],
     "sub": "a reply",
     "delay": 0.05, "cost": 0.0}

"root" may also be a list of cases, the first that fits counts: [{"when": "words of the question", "replies": [...]}].
"sub" may be a list of cases too: [{"when": "words of the prompt", "reply": "..."}], or {"default": "..."}. A case
without "when" always fits. A reply {"error": "a sentence", "retryable": true} fails the call. After the last reply of
the root, the last one is said again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rlm_app.clients.roles import is_root, question_of, turn_of
from rlm_app.errors import ClientError, ConfigError
from rlm_app.types import Request


@dataclass(frozen=True)
class Script:
    """A script that was read. `delay` is seconds a reply, `cost` USD a call."""

    root: Any
    sub: Any
    delay: float
    cost: float | None

    def reply(self, request: Request) -> str | Exception:
        """Return what the script has for this request; it depends on the request alone, so runs can share a script."""
        if not is_root(request):
            return _as_reply(_sub_reply(self.sub, request.messages[-1].content))
        replies = _root_replies(self.root, question_of(request))
        if not replies:
            return ClientError('The script has no reply for this question; add a case without "when" to its "root".')
        return _as_reply(replies[min(turn_of(request), len(replies)) - 1])


def load_script(path: Path) -> Script:
    """Read the script at `path`; raise `ConfigError` with the reason when it cannot be used."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Script(data.get("root", []), data.get("sub", ""), float(data.get("delay", 0)), data.get("cost", 0.0))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigError(
            f'The script {path} cannot be used: {error}. It has to be a JSON object with "root".'
        ) from error


def _root_replies(root: Any, question: str) -> list[Any]:
    if not root or isinstance(root[0], str) or "replies" not in root[0]:
        return list(root)
    fitting = (case["replies"] for case in root if case.get("when", "").casefold() in question.casefold())
    return list(next(fitting, []))


def _sub_reply(sub: Any, prompt: str) -> Any:
    if isinstance(sub, dict) and "default" in sub:
        return sub["default"]
    if isinstance(sub, list):
        fitting = (case["reply"] for case in sub if case.get("when", "").casefold() in prompt.casefold())
        return next(fitting, "")
    return sub


def _as_reply(value: Any) -> str | Exception:
    if isinstance(value, dict):
        return ClientError(str(value.get("error", "scripted failure")), retryable=bool(value.get("retryable")))
    return str(value)
