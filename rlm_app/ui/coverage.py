"""How much of each document a run has read: in a sentence, as a strip of pages, and step by step."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from rlm_app.proofs import Coverage, Span
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
    """Return "the run read 100 % of A and 37 % (perhaps 41 %) of B" as Markdown; "" where nothing is known."""
    parts = [f"{percent(each.share)}{_perhaps(each, ' ({})')} of {safe.label(each.document)}" for each in coverages[:4]]
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
        read = f"**{percent(coverage.share)} read**{_perhaps(coverage, ', {}')}"
        st.markdown(f"{safe.label(coverage.document)} · {read} :gray[· {_by(calls)}{more}]")
        if info is not None and info.pages:
            st.html(strip_html(info, coverage.times(info.pages), touched(info, coverage.doubtful)))
    if coverages:
        st.caption("A bar for each page: the darker, the more often it was read; hatched was read by no model.")
    if any(_perhaps(each, "{}") for each in coverages):
        st.caption(
            "Perhaps: the same words stand at several places and were shown less often than that, so that it is not known "
            "which of them was read. They count as read once they were shown as often as they stand."
        )


def _perhaps(coverage: Coverage, form: str) -> str:
    """Return "perhaps 41 %" in the form, "" where that says no more than what was read for certain."""
    most = percent(coverage.perhaps)
    return form.format(f"perhaps {most}") if most != percent(coverage.share) else ""


def strip_html(info: DocumentInfo, times: Sequence[float], doubtful: Container[int] = ()) -> str:
    """Return a bar for each page, or for as many pages as have to share one, darker the more often it was read.

    `doubtful` are pages (from 0) of which it is not known whether something was read.
    """
    share = -(-len(times) // MOST_BARS)
    bars = []
    for start in range(0, len(times), share):
        group = times[start : start + share]
        mean = sum(group) / len(group)
        first, last = info.pages[start], info.pages[start + len(group) - 1]
        place = marked.place(info.unit, first.label) + (f" to {last.label}" if last is not first else "")
        unsure = mean <= 0 and any(at in doubtful for at in range(start, start + len(group)))
        said = safe.html(f"{place}: {'perhaps read' if unsure else _often(mean)}")
        shade = "" if mean <= 0 else f' style="opacity: {_shade(mean):.2f}"'
        bars.append(f'<i title="{said}"{shade}{"" if mean > 0 else _UNREAD}></i>')
    read = sum(1 for each in times if each > 0)
    label = safe.html(f"{read:,} of {words.count(len(times), info.unit)} of {info.name} were read")
    return f'<div class="rlm-read" role="img" aria-label="{label}">{"".join(bars)}</div>'


def touched(info: DocumentInfo, spans: Sequence[Span]) -> frozenset[int]:
    """Return which pages (from 0) some stretches touch."""
    ends = [page.end for page in info.pages]
    firsts_lasts = ((bisect_right(ends, start), bisect_left(ends, end)) for start, end in spans)
    return frozenset(at for first, last in firsts_lasts for at in range(first, last + 1))


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
