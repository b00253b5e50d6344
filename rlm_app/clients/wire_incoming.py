"""What comes in over a connection, read by lines, by pieces and by chunks."""

from __future__ import annotations

from collections.abc import Callable

from rlm_app.clients.trouble import Kind, Trouble

_LONGEST_LINE = 65_536
_MOST_LINES = 256
_PIECE = 65_536
_LINE_END = 2


class Incoming:
    """Bytes that `receive` gives (at most as many as asked for, none at the end), asked for only when those here are read."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._here = b""
        self._at = 0

    @property
    def is_empty(self) -> bool:
        """Whether what comes next has to be waited for."""
        return self._at >= len(self._here)

    def line(self) -> bytes:
        """Return the next line with its end; raise `Trouble` when there is none or when it is too long."""
        end = self._here.find(b"\n", self._at) + 1 or self._receive_line()
        line, self._at = self._here[self._at : end], end
        if len(line) > _LONGEST_LINE:
            raise Trouble(Kind.NONSENSE)
        return line

    def block(self) -> list[bytes]:
        """Return the lines up to a blank one, which is read with them; raise `Trouble` as `line` does, or for too many."""
        lines: list[bytes] = []
        while line := self.line().strip():
            lines.append(line)
            if len(lines) > _MOST_LINES:
                raise Trouble(Kind.NONSENSE)
        return lines

    def some(self, most: int = _PIECE) -> bytes:
        """Return up to `most` bytes, those that are here first; none at the end of the connection."""
        if self._at >= len(self._here):
            self._here, self._at = self._receive(_PIECE), 0
        piece = self._here[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def chunks(self) -> bytes:
        """Return what is in the chunks that are here whole, without waiting; the last one, which is empty, is not read."""
        here, at, found = self._here, self._at, []
        while (end := here.find(b"\r\n", at)) >= 0:
            size = number(here[at:end].partition(b";")[0], 16)
            start = end + _LINE_END
            after = start + size + _LINE_END
            if not size or after > len(here):
                break
            found.append(here[start : start + size])
            at = after
        self._at = at
        return b"".join(found)

    def _receive_line(self) -> int:
        """Receive until a line is whole, and return where it ends."""
        pieces = [self._here[self._at :]]
        size = len(pieces[0])
        while b"\n" not in pieces[-1]:
            if size >= _LONGEST_LINE:
                raise Trouble(Kind.NONSENSE)
            pieces.append(self._receive(_PIECE))
            size += len(pieces[-1])
            if not pieces[-1]:
                raise Trouble(Kind.BROKEN)
        self._here, self._at = b"".join(pieces), 0
        return self._here.find(b"\n") + 1


def number(digits: bytes, base: int) -> int:
    """Return the number that these digits write; raise `Trouble` when they write none."""
    try:
        found = int(digits, base)
    except ValueError:
        raise Trouble(Kind.NONSENSE) from None
    if found < 0:
        raise Trouble(Kind.NONSENSE)
    return found
