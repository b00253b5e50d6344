"""How high a table is: as high as its rows, and no higher than so many of them."""

from typing import Literal

HEAD, ROW = 36, 33
"""Pixels at the app's size of letters (`.streamlit/config.toml`)."""


def height(rows: int, most: int) -> int | Literal["content"]:
    """Return the height of a table with so many rows, of which `most` are seen at once."""
    return "content" if rows <= most else HEAD + ROW * most
