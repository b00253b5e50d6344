"""What whoever has a link sees of a run, drawn from the copy alone; the preview before sharing is drawn by the same."""

from __future__ import annotations

import base64
import html
from pathlib import Path

import streamlit as st

from rlm_app.citations import Verdict
from rlm_app.exports.frozen import Copy
from rlm_app.exports.listing import place_of
from rlm_app.exports.page import answer_html, passage_html
from rlm_app.exports.portable import Data
from rlm_app.ui import safe, shared_turns, states, words
from rlm_app.ui.answer import WIDTH

_STYLE = Path(__file__).with_name("shared.css")


def draw(copy: Copy, key: str) -> None:
    """Draw the whole of it: question, answer, evidence, the run, its turns and the documents' text, as far as they are in."""
    data = copy.data
    st.html(_STYLE)
    with st.container(width=WIDTH, key=key):
        _html(f"<h1>{html.escape(data['question'])}</h1>")
        _html(answer_html(data))
        _evidence(copy, key)
        _html("<h2>The run</h2>")
        _html(_facts(data))
        if data["turns"]:
            _html("<h2>Timeline</h2>")
            shared_turns.draw(data["turns"], key)
        _sources(data, key)


def _html(inner: str) -> None:
    # Cut out here and not where it is written: no sign of a text may turn letters about, in whatever part it stands.
    st.html(f'<div class="rlm-shared">{safe.level(inner)}</div>')


def _evidence(copy: Copy, key: str) -> None:
    _html("<h2>Evidence</h2>")
    if not copy.data["quotes"]:
        st.caption("The answer quotes nothing, so there is nothing to check word for word.")
    for quote in copy.data["quotes"]:
        with st.container(border=True):
            _card(quote, copy, key)


def _card(quote: Data, copy: Copy, key: str) -> None:
    number, look = quote["number"], states.VERDICTS[Verdict(quote["verdict"])]
    st.markdown(f"**{number}** {look.markdown} {safe.label(place_of(quote))}", help=look.meaning)
    detail = f'<p class="quiet">{html.escape(quote["detail"])}</p>' if quote["detail"] else ""
    said = f"<div>“{html.escape(quote['quote'])}”</div>{passage_html(quote, copy.data)}{detail}"
    _html(f'<div id="quote-{number}">{said}</div>')
    if number in copy.pictures:
        fold = st.expander(
            "The page as a picture",
            key=f"{key}-page-{number}",
            on_change="rerun",
            type="compact",
            icon=":material/image:",
        )
        if fold.open:
            with fold:
                _html(_picture(copy.pictures[number], number))


def _picture(jpeg: bytes, number: int) -> str:
    # Within the page: Streamlit would keep a file of its own, which opens for everybody as long as the page does.
    source = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    return f'<img alt="The page of quotation {number}, the passage framed" src="{source}">'


def _facts(data: Data) -> str:
    rows = [*data["facts"], ["Shared as it was", data["made"]]]
    if data["left_out"]:
        rows.append(["Not shared", ", ".join(data["left_out"])])
    if data["hidden"]:
        told = ", ".join(words.count(count, kind) for kind, count in data["hidden"].items())
        rows.append(["Hidden", f"{told}; the same sign stands for the same thing"])
    return f"<dl>{''.join(f'<dt>{html.escape(a)}</dt><dd>{html.escape(b)}</dd>' for a, b in rows)}</dl>"


def _sources(data: Data, key: str) -> None:
    shown = [source for source in data["sources"] if source["parts"]]
    if not shown:
        return
    _html("<h2>Text of the documents</h2>")
    for number, source in enumerate(shown):
        what = "whole text" if source["whole"] else "what stands around the quotations"
        label = f"{safe.label(source['name'])} · {what}"
        fold = st.expander(label, key=f"{key}-source-{number}", on_change="rerun", icon=":material/description:")
        if fold.open:
            with fold:
                _html("".join(_part(part["text"], number) for number, part in enumerate(source["parts"], 1)))


def _part(text: str, number: int) -> str:
    # To be scrolled by keyboard, too, for a document may be long.
    return (
        f'<div class="text" tabindex="0" role="region" aria-label="Part {number} of the text">{html.escape(text)}</div>'
    )
