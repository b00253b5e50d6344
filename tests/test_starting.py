import logging

import pytest

from rlm_app.errors import ConfigError
from rlm_app.protocols import Environment
from rlm_app.starting import Measurement


def broken() -> Environment:
    street = "Elm"
    raise ZeroDivisionError(f"for the tenant of 5 {street} Road")


def missing() -> Environment:
    raise ConfigError("Docker is not running here. Start it, then try again.")


def test_a_start_that_breaks_by_a_fault_of_ours_ends_with_a_sentence_and_its_own_words_stay_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, "rlm_app"):
        start = Measurement(broken).wait(20)
    assert start is not None
    assert start.problem.startswith(
        "The start broke off with a fault of this app (ZeroDivisionError); its log says where."
    )
    assert "test_starting.py" in caplog.text
    assert "Elm Road" not in caplog.text + start.problem


def test_a_start_that_cannot_be_made_ends_with_the_reason() -> None:
    start = Measurement(missing).wait(20)
    assert start is not None
    assert start.problem == "Docker is not running here. Start it, then try again."
