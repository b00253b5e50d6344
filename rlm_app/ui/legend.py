"""What the verdicts and the marks of support mean, in words."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rlm_app.proofs import Support
from rlm_app.ui import states
from rlm_app.ui.states import Look

SUPPORT: Mapping[Support, Look] = {
    Support.SUPPORTED: Look(
        "Supported", ":material/thumb_up:", "green", "A model judged that the quotes bear the claim out."
    ),
    Support.PARTLY: Look(
        "Partly supported", ":material/thumbs_up_down:", "orange", "The quotes bear out a part of the claim."
    ),
    Support.NOT_SUPPORTED: Look(
        "Not supported", ":material/thumb_down:", "red", "The quotes exist and do not bear the claim out."
    ),
    Support.NOT_CHECKED: Look(
        "Not checked", ":material/remove:", "gray", "Nobody asked whether the quotes bear it out."
    ),
}

UNBOUND = Look(
    "Unbound", ":material/link_off:", "orange", "The sentence states a number and has no quote to check it by."
)


def draw() -> None:
    """Draw the legend, folded."""
    with st.expander("What the verdicts mean", type="compact", icon=":material/help:"):
        for look in states.VERDICTS.values():
            st.markdown(f"{look.markdown} {look.meaning}")
        st.caption("Whether a quote bears out what is claimed is another question; it has its own marks:")
        for look in (*SUPPORT.values(), UNBOUND):
            st.markdown(f"{look.markdown} {look.meaning}")
