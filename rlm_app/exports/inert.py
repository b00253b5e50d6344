"""Texts of strangers as a spreadsheet may hold them: none is a formula, and none turns the letters of others about."""

from __future__ import annotations

from rlm_app.turning import level

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""With one of these a formula begins, or what some spreadsheet takes for one."""


def inert(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet runs: one that begins like a formula gets an apostrophe."""
    text = level(text)
    return f"'{text}" if text.lstrip(" \n").startswith(ACTIVE) else text
