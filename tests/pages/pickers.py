"""Typing a name that a list does not have, which this kind of test has no call for."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def type_new(tab: AppTest, key: str, text: str) -> AppTest:
    """Send what a browser sends when a person types into a list that takes new names, and presses Enter."""
    states = tab._tree.get_widget_states()
    state = next(each for each in states.widgets if each.id == tab.selectbox(key=key).id)
    state.string_value = text
    tab._run(states)
    box = tab.selectbox(key=key)
    box.options.append(box.format_func(box.value))  # the next run looks the value up there
    return tab
