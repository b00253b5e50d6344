"""The pictures that a piece of code has drawn. Nothing in the app decodes them: that is left to the browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import streamlit as st

from rlm_app.cell_results import Picture
from rlm_app.engine.pictures import png

_IMG = '<img alt="{alt}" width="{width}" style="max-width: 100%; height: auto;" src="data:image/png;base64,{data}">'
BROKEN = "This picture is not a PNG of a size that is shown here; its bytes are in the run's export."


def draw(cell: int, pictures: Sequence[Picture]) -> None:
    """Draw the pictures of the cell of that number below each other, each named for who cannot see it."""
    for number, picture in enumerate(pictures, start=1):
        data = png(picture)
        if data is None:
            st.caption(f":material/broken_image: Picture {number} of cell {cell}. {BROKEN}")
            continue
        width = int.from_bytes(data[16:20], "big")
        encoded = base64.b64encode(data).decode("ascii")
        st.html(_IMG.format(alt=f"picture {number} of cell {cell}", width=width, data=encoded))
