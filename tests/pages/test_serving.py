"""What the app's own server changes in Streamlit, and that it changes nothing else."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.proto.NewSession_pb2 import CustomThemeConfig

from rlm_app.ui.serving import be_quick

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar", "theme.dark.sidebar")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_theme_worked_out_once_is_what_streamlit_works_out_each_time(section: str) -> None:
    ours: Any = SimpleNamespace(**vars(importlib.import_module("streamlit.runtime.app_session")))
    each_time = ours._populate_theme_msg
    be_quick(ours)
    for _ in range(2):
        theirs, found = CustomThemeConfig(), CustomThemeConfig()
        each_time(theirs.dark, section)
        ours._populate_theme_msg(found.dark, section)
        assert found == theirs
        assert found.HasField("dark") == theirs.HasField("dark")


def test_a_theme_is_worked_out_once() -> None:
    asked = []

    def fill(msg: CustomThemeConfig, section: str = "theme") -> None:
        asked.append(section)
        msg.primary_color = section

    module: Any = SimpleNamespace(_populate_theme_msg=fill)
    be_quick(module)
    be_quick(module)
    for message in (first := CustomThemeConfig(), second := CustomThemeConfig()):
        module._populate_theme_msg(message)
        module._populate_theme_msg(message.light, section="theme.light")
    assert asked == ["theme", "theme.light"]
    assert (first, first.light.primary_color) == (second, "theme.light")


def test_a_streamlit_that_works_its_theme_out_otherwise_is_left_alone() -> None:
    def otherwise(message: CustomThemeConfig) -> None:
        message.primary_color = "#fff"

    without, other = SimpleNamespace(), SimpleNamespace(_populate_theme_msg=otherwise)
    be_quick(without)
    be_quick(other)
    assert vars(without) == {}
    assert other._populate_theme_msg is otherwise


def test_this_streamlit_works_its_theme_out_where_we_think_it_does() -> None:
    module = importlib.import_module("streamlit.runtime.app_session")
    there = SimpleNamespace(_populate_theme_msg=vars(module)["_populate_theme_msg"])
    be_quick(there)
    assert there._populate_theme_msg is not vars(module)["_populate_theme_msg"]
