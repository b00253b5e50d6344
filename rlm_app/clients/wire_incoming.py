"""What comes in over a connection, read by lines and by pieces."""

from __future__ import annotations

from collections.abc import Callable

from rlm_app.clients.trouble import Kind, Trouble

LONGEST_LINE = 65_536
_PIECE = 65_536


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

    def has_line(self, after: int = 0) -> bool:
        """Whether a line that begins `after` more bytes is here to its end."""
        return self._here.find(b"\n", self._at + after) >= 0

    def line(self) -> bytes:
        """Return the next line with its end; raise `Trouble` when there is none or when it is too long."""
        end = self._here.find(b"\n", self._at) + 1 or self._receive_line()
        line, self._at = self._here[self._at : end], end
        if len(line) > LONGEST_LINE:
            raise Trouble(Kind.NONSENSE)
        return line

    def some(self, most: int = _PIECE) -> bytes:
        """Return up to `most` bytes, those that are here first; none at the end of the connection."""
        if self._at >= len(self._here):
            self._here, self._at = self._receive(_PIECE), 0
        piece = self._here[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def _receive_line(self) -> int:
        """Receive until a line is whole, and return where it ends."""
        pieces = [self._here[self._at :]]
        size = len(pieces[0])
        while b"\n" not in pieces[-1]:
            if size >= LONGEST_LINE:
                raise Trouble(Kind.NONSENSE)
            pieces.append(self._receive(_PIECE))
            size += len(pieces[-1])
            if not pieces[-1]:
                raise Trouble(Kind.BROKEN)
        self._here, self._at = b"".join(pieces), 0
        return self._here.find(b"\n") + 1
