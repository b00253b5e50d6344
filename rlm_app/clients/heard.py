"""What has arrived of a reply, whichever provider sends it: the head of what puts each one's stream together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rlm_app.protocols import OnText


@dataclass
class Heard:
    """Text, which is shown as it comes, and thoughts apart from it; `finish` is None until the provider says why it ended."""

    on_text: OnText
    finish: str | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _thoughts: list[str] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether text has been shown."""
        return bool(self._text)

    @property
    def whole(self) -> bool:
        """Whether the provider said why the reply ended."""
        return self.finish is not None

    @property
    def text(self) -> str:
        """The text as far as it has arrived."""
        return "".join(self._text)

    @property
    def thoughts(self) -> str:
        """What the model thought before it spoke, as far as the provider tells."""
        return "".join(self._thoughts)

    def hear(self, text: str | None) -> None:
        """Take a piece of the text."""
        if text:
            self._text.append(text)
            self.on_text(text)

    def hear_thought(self, text: str | None) -> None:
        """Take a piece of the thoughts."""
        if text:
            self._thoughts.append(text)

    def count(self, said: Mapping[str, Any] | None) -> None:
        """Take what the provider counted: later counts take in earlier ones, and none is lost by being left out or null."""
        self.counts.update({name: count for name, count in (said or {}).items() if count is not None})
