"""What the next run is likely to cost and to take, said before it starts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rlm_app.build import App
from rlm_app.estimates import Past, Work, estimate
from rlm_app.types import DocumentInfo
from rlm_app.ui import choice, facts, safe, shell


def draw(work: Work, past: Sequence[Past]) -> None:
    """Draw the estimate in one line."""
    if work.characters:
        st.caption(f":material/payments: {safe.label(facts.expected(estimate(work, past)))}")


def work_of(app: App, infos: Sequence[DocumentInfo]) -> Work:
    """Return the run that would start now on these documents."""
    picked = choice.current(app)
    backend = choice.named(app, picked.backend)
    root, sub = (
        app.catalogue.info(shell.owner(), backend, model, picked.base_url)
        for model in (picked.root_model, picked.sub_model)
    )
    characters = sum(info.characters for info in infos)
    way = picked.mode if backend.reasons else "rlm"
    return Work(characters, picked.backend, root, sub, picked.limits, way)


def past(app: App, infos: Sequence[DocumentInfo]) -> list[Past]:
    """Return the earlier runs on documents that are still in the library."""
    return app.catalogue.past(shell.owner(), infos)
