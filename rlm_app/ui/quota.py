"""What somebody may use of this app today and what they have used, and which key pays for the next run."""

from __future__ import annotations

import streamlit as st

from rlm_app.build import App
from rlm_app.errors import StoreError
from rlm_app.quota_checks import LEAST, megabytes, money
from rlm_app.quotas import Quotas, Today
from rlm_app.records import RunSpec
from rlm_app.ui import choice, keys, safe


def paying(app: App, owner: str, order: RunSpec) -> None:
    """Draw in one line which key pays for a run of this order, where an app is shared and somebody does."""
    if not app.settings.shared:
        return
    backend = choice.named(app, order.backend)
    if app.allowance.host_pays(order, keys.typed()):
        try:
            told = f"The host's key pays. {_money(app.allowance.today(owner), order.limits.cost)}"
        except StoreError as error:
            told = str(error)
    elif backend.name in keys.typed():
        told = "Your key pays."
    else:
        return
    st.caption(f":material/key: {safe.label(told.strip())}")


def panel(app: App, owner: str) -> None:
    """Draw what is allowed and what is used of it, where something is."""
    lines = _lines(app, owner)
    if lines:
        st.subheader("What you may use here", anchor=False)
        with st.container(border=True, width=620, gap="xsmall"):
            for line in lines:
                st.markdown(safe.label(line))


def _lines(app: App, owner: str) -> list[str]:
    quotas = app.allowance.quotas
    if quotas == Quotas():
        return []
    try:
        return [*_today(app.allowance.today(owner)), *_sizes(app, owner, quotas)]
    except StoreError as error:
        return [str(error)]


def _today(today: Today) -> list[str]:
    quotas, mine = today.quotas, today.mine
    lines = []
    if quotas.runs_a_day is not None:
        lines.append(f"Today: {mine.runs:,} of {quotas.runs_a_day:,} runs. Counted anew {today.again}.")
    if quotas.runs_at_once is not None:
        lines.append(f"At once: {mine.live:,} of {quotas.runs_at_once:,} runs.")
    if quotas.money_a_day is not None:
        held = f", and {money(mine.held)} held for runs under way" if mine.held else ""
        lines.append(f"Paid by the host today: {money(mine.spent)} of {money(quotas.money_a_day)}{held}.")
    return lines


def _sizes(app: App, owner: str, quotas: Quotas) -> list[str]:
    lines = []
    if quotas.storage_mb is not None:
        lines.append(f"Stored: {megabytes(app.allowance.storage(owner))} of {quotas.storage_mb:,} MB.")
    if quotas.upload_mb is not None:
        lines.append(f"One file: up to {app.file_megabytes:,} MB.")
    if quotas.documents_a_run is not None:
        lines.append(f"One run: up to {quotas.documents_a_run:,} documents.")
    if quotas.minutes_a_run is not None:
        lines.append(f"One run: up to {quotas.minutes_a_run:,g} minutes at work.")
    return lines


def _money(today: Today, wanted: float | None) -> str:
    """Return what is used of the host's money, and how much a run gets where that is less than it asks for."""
    left, allowed, held = today.money_left, today.quotas.money_a_day, today.mine.held
    told = "" if allowed is None else f"Today it has paid {money(today.mine.spent)} of {money(allowed)} for you"
    if told:
        told += f", and {money(held)} are held for your runs under way. " if held else ". "
    if left is not None and left < LEAST:
        return f"{told}Nothing is left of it now."
    if left is not None and (wanted is None or left < wanted):
        told += f"This run may use {money(left)} at most."
    return told
