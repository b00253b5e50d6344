"""What the app tells whoever runs it: lines for people, or one JSON object a line (RLM_APP_LOG=json).

Neither holds a question, a document's text, an answer or a key: of an exception its type and where it happened are told and
never its message, which may quote any of these, and what looks like a key is struck out.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import IO, Any

from rlm_app.errors import ConfigError

FORMS = ("text", "json")
OURS = "rlm_app"
_KEY = re.compile(
    r"(?i)\b(?:sk|pk|key|ak|as|xox[a-z]|gh[a-z]|AIza|hf|pplx|gsk)[-_][\w\-]{8,}|AIza[\w\-]{20,}|bearer\s+\S+|\b[\w\-]{40,}\b"
)
_TOLD = "told"


def tell(logger: logging.Logger, message: str, **facts: str | float | None) -> None:
    """Log a sentence with facts beside it, which stand in the JSON as fields of their own: ids, states, numbers, no content."""
    words = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
    logger.info("%s %s", message, words, extra={_TOLD: {"message": message, **facts}})


def tell_fault(logger: logging.Logger, what: str, error: Exception) -> None:
    """Log that something broke and where, without the error's own words, which may quote a document or a key."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s broke with %s:\n%s", what, type(error).__name__, frames)


def set_up(form: str = "", stream: IO[str] | None = None) -> Errors:
    """Let everything the process logs go to `stream` (standard error) in this form; return what counts the errors.

    Raises `ConfigError` for a form there is not.
    """
    if form not in {"", *FORMS}:
        raise ConfigError(f'RLM_APP_LOG says "{form}", which is no form of a log. There are: {", ".join(FORMS)}.')
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines() if form == "json" else Words())
    errors = Errors()
    own = logging.getLogger(OURS)
    if form == "json":
        own.setLevel(logging.INFO)
        own.handlers = []
        logging.getLogger().handlers = [handler, errors]
        logging.setLogRecordFactory(_adopted)
    else:
        own.setLevel(logging.WARNING)
        own.handlers = [handler, errors]
    return errors


def _adopted(name: str, *values: Any, **more: Any) -> logging.LogRecord:
    """Make a record whose logger has no handler of its own: others print tracebacks, whose last line may quote anything.

    Streamlit gives each of its loggers one, also those it makes later, so they are looked after when they speak.
    """
    logger = logging.getLogger(name)
    while logger.parent is not None:
        logger.handlers, logger.propagate = [], True
        logger = logger.parent
    return logging.LogRecord(name, *values, **more)


class Errors(logging.Handler):
    """Counts what went wrong, by the part of the app that said so."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._counted: dict[str, int] = {}
        self._counting = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        with self._counting:
            self._counted[record.name] = self._counted.get(record.name, 0) + 1

    @property
    def counted(self) -> Mapping[str, int]:
        """How many errors each part has told of."""
        with self._counting:
            return dict(self._counted)


class Lines(logging.Formatter):
    """A record as one JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "part": record.name}
        line |= vars(record).get(_TOLD) or {"message": without_keys(record.getMessage())}
        if record.exc_info:
            line |= _broken(record)
        return json.dumps(line, ensure_ascii=False)


class Words(logging.Formatter):
    """A record as a line for people, an exception as the places it went through."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines."""
        at = datetime.datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M:%S")
        line = f"{at} {record.levelname.lower()} {record.name}: {without_keys(record.getMessage())}"
        if record.exc_info:
            broken = _broken(record)
            line = "\n".join([f"{line} ({broken['error']})", *(f"    {place}" for place in broken["places"])])
        return line


def without_keys(text: str) -> str:
    """Return a text with what looks like a key struck out."""
    return _KEY.sub("(struck out)", text)


def _broken(record: logging.LogRecord) -> dict[str, Any]:
    kind, _, trace = record.exc_info or (None, None, None)
    places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"error": kind.__name__ if kind else "unknown", "places": places}
