"""What a worker says of a cell, checked and capped before anybody else sees it."""

from __future__ import annotations

from typing import Any

from rlm_app.cell_results import CellError, CellResult, Picture
from rlm_app.engine.frames import Frame, malformed
from rlm_app.engine.pictures import PICTURES_MAX, picture

ANSWER_CHARS = 2_000_000
VARIABLES_MAX = 200
_MARK_CHARS = 60


def cell_result(frame: Frame, output_chars: int, seconds: float) -> CellResult:
    """Return the result in the frame; raise `REPLLost` when it is malformed."""
    head = frame.head
    if len(frame.texts) != 3 or type(head.get("answered")) is not bool or type(head.get("interrupted")) is not bool:
        malformed("a result without its parts")
    printed = head.get("output_chars")
    if type(printed) is not int or printed < 0:
        malformed("a result that printed no number of characters")
    stdout, draft, answer = frame.texts
    return CellResult(
        stdout=stdout[: output_chars + _MARK_CHARS],
        error=_error(head.get("error")),
        answer=answer[:ANSWER_CHARS] if head["answered"] else None,
        draft=draft[:ANSWER_CHARS],
        variables=_variables(head.get("variables")),
        seconds=seconds,
        output_chars=printed,
        interrupted=head["interrupted"],
        pictures=_pictures(frame.raw),
    )


def _pictures(found: tuple[bytes, ...]) -> tuple[Picture, ...]:
    if len(found) > PICTURES_MAX:
        malformed(f"{len(found)} pictures; {PICTURES_MAX} are allowed")
    return tuple(shown for data in found if (shown := picture(data)) is not None)


def _error(found: Any) -> CellError | None:
    if found is None:
        return None
    if not isinstance(found, dict) or not _are_texts(list(found.values())):
        malformed("an error that is none")
    kind, message, traceback = (found.get(key, "") for key in ("type", "message", "traceback"))
    return CellError(kind[:200], message[:4_000], traceback[:21_000])


def _variables(found: Any) -> dict[str, str]:
    if not isinstance(found, dict) or len(found) > VARIABLES_MAX or not _are_texts(list(found.values())):
        malformed("variables that are none")
    return {name[:100]: what[:60] for name, what in found.items()}


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)
