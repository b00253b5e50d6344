"""Going on with a run: resuming it, asking further, going on differently. What cannot be done is said on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from rlm_app.build import IMPORTED, SAMPLES, App
from rlm_app.errors import ConfigError, StoreError
from rlm_app.records import RunRecord
from rlm_app.types import Limits, RunState
from rlm_app.ui import consent, keys, safe, tabs, words

_TROUBLE = "ui_trouble"


def possible(record: RunRecord) -> bool:
    """Whether this run has what it takes to be gone on with: it is one's own, and the app itself carried it out."""
    return record.owner != SAMPLES and record.spec.backend != IMPORTED


def branches(record: RunRecord) -> bool:
    """Whether further runs can go on from this one; a run of one call has nothing to go on from."""
    return possible(record) and record.spec.mode == "rlm" and not record.state.is_live


def resumable(record: RunRecord) -> bool:
    """Whether this run ended early and can go on."""
    return possible(record) and not record.state.is_live and record.state is not RunState.DONE


def resume(app: App, record: RunRecord, limits: Limits | None = None, strict: bool = True) -> None:
    """Go on with a run, under new limits if they are given; made to be called by a button before the page is drawn."""
    try:
        app.resume(record.id, record.owner, keys.typed(), limits=limits, strict=strict)
    except (ConfigError, StoreError) as error:
        _troubles()[record.id] = str(error)
    else:
        tabs.front(record.id, tabs.TIMELINE)


def trouble(record: RunRecord) -> None:
    """Draw, once, why a run could not be resumed."""
    sentence = _troubles().pop(record.id, "")
    if sentence:
        st.error(safe.markdown(sentence), icon=":material/error:")


def start(app: App, owner: str, run: Callable[..., str], *values: Any, **changes: Any) -> None:
    """Start a run that goes on from another and open its page, or say why it cannot start."""
    consent.begin(app, owner, lambda: run(*values, keys.typed(), **changes))


def saved(app: App, record: RunRecord) -> str:
    """Return how many calls of a run are on record; a reply that its events hold counts, should the journal lack it."""
    kept, sent = app.saved_calls(record.id, record.owner)
    kept = max(kept, record.usage.calls)
    return saved_sentence(kept, max(kept, sent))


def saved_sentence(saved: int, sent: int) -> str:
    """Return how many calls have their reply on record, and what resuming may cost again at most."""
    if not sent:
        return "No call was sent, so resuming pays for nothing twice."
    lost = sent - saved
    if not saved:
        told = "1 call was sent and not answered." if sent == 1 else f"{sent:,} calls were sent and none was answered."
        return f"{told} Resuming may pay again for at most {lost:,}."
    told = f"{saved:,} of {words.count(sent, 'call')} {'is' if saved == 1 else 'are'} saved."
    return f"{told} Resuming may pay again for at most {lost:,}." if lost else f"{told} Resuming pays for none again."


def _troubles() -> dict[str, str]:
    found: dict[str, str] = st.session_state.setdefault(_TROUBLE, {})
    return found
