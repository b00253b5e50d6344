import io
import json
import logging
from collections.abc import Iterator

import pytest

from rlm_app import logs
from rlm_app.errors import ConfigError

NAMES = ("rlm_app", "streamlit", "uvicorn", "uvicorn.error", "asyncio", "")


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Leave the loggers of the process as they were."""
    found = [logging.getLogger(name) for name in NAMES]
    were = [(logger.handlers[:], logger.level, logger.propagate) for logger in found]
    made = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(made)
    for logger, (handlers, level, propagate) in zip(found, were, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("text", "rlm_app.runs.manager"),
        ("json", "rlm_app.runs.manager"),
        ("json", "streamlit.runtime"),
        ("json", "uvicorn.error"),
        ("json", "somebody.else"),
    ],
)
def test_of_an_exception_its_kind_and_place_are_told_and_not_its_message(form: str, name: str) -> None:
    stream = io.StringIO()
    logs.set_up(form, stream)
    try:
        raise ValueError("the tenant's secret clause")
    except ValueError:
        logging.getLogger(name).exception("a page broke")
    assert "secret clause" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "test_logs.py" in stream.getvalue()


@pytest.mark.parametrize(
    "key", ["sk-proj-abcdefgh12345678", "Bearer abc.def", "AIzaSyA1234567890123456789012345", "x" * 48]
)
def test_what_looks_like_a_key_is_struck_out(key: str) -> None:
    stream = io.StringIO()
    logs.set_up("json", stream)
    logging.getLogger("rlm_app.clients").error("refused with %s by the provider", key)
    (line,) = lines(stream)
    assert line["message"] == "refused with (struck out) by the provider"


def test_facts_stand_in_fields_of_their_own() -> None:
    stream = io.StringIO()
    logs.set_up("json", stream)
    logs.tell(logging.getLogger("rlm_app.runs"), "run ended", run="a" * 32, state="done", seconds=1.5)
    (line,) = lines(stream)
    assert line.pop("at")
    assert line == {
        "level": "info",
        "part": "rlm_app.runs",
        "message": "run ended",
        "run": "a" * 32,
        "state": "done",
        "seconds": 1.5,
    }


def test_a_logger_that_got_a_handler_of_its_own_later_tells_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs.set_up("json", stream)
    later = logging.getLogger("streamlit.made_later")
    later.addHandler(logging.StreamHandler())
    later.propagate = False
    try:
        raise ValueError("the tenant's secret clause")
    except ValueError:
        later.exception("a page broke")
    assert capsys.readouterr().err == ""
    (line,) = lines(stream)
    assert (line["message"], line["error"]) == ("a page broke", "ValueError")


def test_errors_are_counted_by_who_told_them() -> None:
    errors = logs.set_up("json", io.StringIO())
    for _ in range(2):
        logging.getLogger("rlm_app.store.writer").error("no room")
    logging.getLogger("streamlit").error("a page broke")
    logging.getLogger("rlm_app.store.writer").warning("nearly no room")
    assert errors.counted == {"rlm_app.store.writer": 2, "streamlit": 1}


def test_a_form_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigError, match=r'RLM_APP_LOG says "xml".*text, json'):
        logs.set_up("xml")
