"""How much of each document a run has read: in a sentence, as a strip of pages, and step by step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from rlm_app.proofs import Coverage, Reading
from rlm_app.types import DocumentInfo
from rlm_app.ui import marked, safe, words

MOST_BARS = 300
"""Bars that fit side by side; of a longer document several pages share one."""


def percent(share: float) -> str:
    """Return "37 %"; 100 % is all of it, and what was read at all is not 0 %."""
    if share <= 0 or share >= 1:
        return f"{share:.0%}".replace("%", " %")
    return "under 1 %" if share < 0.01 else f"{math.floor(share * 100)} %"


def sentence(coverages: Sequence[Coverage]) -> str:
    """Return "the run read 100 % of A and 37 % of B" as Markdown; "" where nothing is known."""
    parts = [f"{percent(each.share)} of {safe.label(each.document)}" for each in coverages[:4]]
    if not parts:
        return ""
    if len(coverages) > 4:
        parts.append(f"parts of {words.count(len(coverages) - 4, 'further document')}")
    return f"the run read {', '.join(parts[:-1])}{' and ' if parts[1:] else ''}{parts[-1]}"


def strips(
    infos: Sequence[DocumentInfo], coverages: Sequence[Coverage], about: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Draw a strip for each document with how much of it was read; `about` says more of some, by their hashes."""
    known = {info.sha256: info for info in infos}
    for coverage in coverages:
        info = known.get(coverage.sha256)
        calls = len({reading.call_id for reading in coverage.readings})
        more = f" · {safe.label(about[coverage.sha256])}" if coverage.sha256 in about else ""
        st.markdown(f"{safe.label(coverage.document)} · **{percent(coverage.share)} read** :gray[· {_by(calls)}{more}]")
        if info is not None and info.pages:
            st.html(strip_html(info, coverage.times(info.pages)))
    if coverages:
        st.caption("A bar for each page: the darker, the more often it was read; hatched was read by no model.")


def strip_html(info: DocumentInfo, times: Sequence[float]) -> str:
    """Return a bar for each page, or for as many pages as have to share one, darker the more often it was read."""
    share = -(-len(times) // MOST_BARS)
    bars = []
    for start in range(0, len(times), share):
        group = times[start : start + share]
        mean = sum(group) / len(group)
        first, last = info.pages[start], info.pages[start + len(group) - 1]
        place = marked.place(info.unit, first.label) + (f" to {last.label}" if last is not first else "")
        said = safe.html(f"{place}: {_often(mean)}")
        shade = "" if mean <= 0 else f' style="opacity: {_shade(mean):.2f}"'
        bars.append(f'<i title="{said}"{shade}{"" if mean > 0 else _UNREAD}></i>')
    read = sum(1 for each in times if each > 0)
    label = safe.html(f"{read:,} of {words.count(len(times), info.unit)} of {info.name} were read")
    return f'<div class="rlm-read" role="img" aria-label="{label}">{"".join(bars)}</div>'


def by_call(coverages: Sequence[Coverage], call_id: str) -> list[tuple[Coverage, tuple[Reading, ...]]]:
    """Return what the prompt of one call held of each document."""
    found = [(each, tuple(r for r in each.readings if r.call_id == call_id)) for each in coverages]
    return [(each, readings) for each, readings in found if readings]


def pages_of(info: DocumentInfo, readings: Sequence[Reading]) -> list[int]:
    """Return which pages (from 0) the readings touch, in order."""
    return [
        at
        for at, page in enumerate(info.pages)
        if any(reading.start < page.end and page.start < reading.end for reading in readings)
    ]


_UNREAD = ' class="rlm-unread"'


def _shade(times: float) -> float:
    return min(1.0, 0.3 + 0.175 * times)


def _often(times: float) -> str:
    if times <= 0:
        return "not read"
    if times < 0.995:
        return f"{percent(times)} of it read"
    return "read once" if times < 1.5 else f"read {times:.0f} times"


def _by(calls: int) -> str:
    return f"by {words.count(calls, 'call')}" if calls else "by no call"
