"""A run as one HTML file that needs nothing else: it opens without a network and checks itself.

What documents and models wrote stands in it as escaped text; a policy in the file lets nothing run but our own verifier.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from rlm_app.citations import Verdict
from rlm_app.counting import sub_calls
from rlm_app.exports import blocks as md
from rlm_app.exports.blocks import Block, Run
from rlm_app.exports.check import END, shown_texts
from rlm_app.exports.listing import marked, place_of
from rlm_app.exports.material import Material, Share
from rlm_app.exports.portable import Data, portable
from rlm_app.exports.proving import PARTS, sha256

_FINE = {Verdict.FOUND.value, Verdict.FOUND_IN_PARTS.value}
_OUR = files("rlm_app.exports")
_LINE = "\n"


def page(material: Material, share: Share, made: float) -> bytes:
    """Return the file; `made` is in seconds since 1970 (UTC)."""
    data = portable(material, share, made)
    pictures = _pictures(material, share)
    data["pictures"] = [{"number": number, "sha256": sha256(address)} for number, address in pictures.items()]
    sections = _sections(data, pictures)
    data["shown"] = {name: sha256(text) for name, text in shown_texts(sections).items()}
    text = f"{_around(data, sections)}\n"
    return f"{text}{END}{sha256(text)} -->\n".encode()


def block_html(block: Block) -> str:
    """Return a block of a model's text as HTML in which nothing acts."""
    inner = "".join(_run_html(run) for run in block.runs)
    if block.kind == "heading":
        level = min(block.level + 2, 6)
        return f"<h{level}>{inner}</h{level}>"
    if block.kind == "table":
        return f"<table>{''.join(_row_html(row) for row in block.rows)}</table>"
    before, after = _TAGS[block.kind]
    return f"{before}{inner}{after}"


_TAGS = {
    "paragraph": ("<p>", "</p>"),
    "bullet": ("<ul><li>", "</li></ul>"),
    "number": ("<ol><li>", "</li></ol>"),
    "quote": ("<blockquote>", "</blockquote>"),
    "code": ('<div class="text">', "</div>"),
    "rule": ("<hr>", ""),
}


def _run_html(run: Run) -> str:
    if run.reference:
        return f'<sup><a href="#quote-{run.reference}">[{run.reference}]</a></sup>'
    text = html.escape(run.text)
    text = f"<code>{text}</code>" if run.code else text
    text = f"<em>{text}</em>" if run.italic else text
    return f"<strong>{text}</strong>" if run.bold else text


def _row_html(row: Sequence[Sequence[Run]]) -> str:
    cells = ("".join(_run_html(run) for run in cell) for cell in row)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _sections(data: Data, pictures: dict[int, str]) -> str:
    parts = [
        _section("question", "", f"<h1>{html.escape(data['question'])}</h1>"),
        _section("answer", "Answer", answer_html(data)),
        _section("evidence", "Evidence", "".join(_card(each, data, pictures) for each in data["quotes"]) or _NO_QUOTES),
        _section("facts", "The run", _facts(data)),
    ]
    if data["turns"]:
        parts.append(_section("timeline", "Timeline", "".join(_turn(turn) for turn in data["turns"])))
    if any(source["parts"] for source in data["sources"]):
        parts.append(_section("sources", "Sources", "".join(_source(source) for source in data["sources"])))
    return "\n".join(parts)


_NO_QUOTES = "<p>The answer quotes nothing, so there is nothing to check word for word.</p>"


def _section(name: str, title: str, inner: str) -> str:
    heading = f"<h2>{title}</h2>\n" if title else ""
    return f'<section data-shown="{name}">{heading}{inner}</section>'


def answer_html(data: Data) -> str:
    """Return the answer of a file's data, with a reference behind each quotation to the element `quote-NUMBER`."""
    found = md.blocks(marked(data))
    drawn = "\n".join(block_html(block) for block in found).replace("</ul>\n<ul>", "\n").replace("</ol>\n<ol>", "\n")
    return drawn or "<p>This run ended without an answer.</p>"


def _card(quote: Data, data: Data, pictures: dict[int, str]) -> str:
    look = "fine" if quote["verdict"] in _FINE else "look"
    lines = [
        f'<p>[{quote["number"]}] <span class="verdict {look}">{html.escape(quote["verdict"])}</span> '
        f'<span class="quiet">{html.escape(place_of(quote))}</span></p>',
        f"<p>“{html.escape(quote['quote'])}”</p>",
        passage_html(quote, data),
        f'<p class="quiet">{html.escape(quote["detail"])}</p>' if quote["detail"] else "",
    ]
    if quote["number"] in pictures:
        lines.append(
            f'<details><summary>The page as a picture</summary><img id="picture-{quote["number"]}" '
            f'alt="The page of quotation {quote["number"]}" src="{pictures[quote["number"]]}"></details>'
        )
    return f'<div class="card" id="quote-{quote["number"]}">{_LINE.join(filter(None, lines))}</div>\n'


def passage_html(quote: Data, data: Data) -> str:
    """Return the passage as it stands in the document, with what stands around it."""
    part = next(
        (
            part
            for source in data["sources"]
            for part in source["parts"]
            if source["sha256"] == quote["source"]
            and part["start"] <= quote["start"]
            and quote["end"] <= part["start"] + len(part["text"])
        ),
        None,
    )
    if part is None or not quote["passage"]:
        return ""
    start, end = quote["start"] - part["start"], quote["end"] - part["start"]
    before, after = part["text"][max(0, start - 160) : start], part["text"][end : end + 160]
    passage = html.escape(part["text"][start:end])
    told = "In the document, in parts:" if quote["proof"] == PARTS else "In the document:"
    return (
        f'<p class="quiet">{told}</p><p class="passage">… {html.escape(before)}<mark>{passage}</mark>'
        f"{html.escape(after)} …</p>"
    )


def _facts(data: Data) -> str:
    rows = [*data["facts"], ["File made", data["made"]]]
    if data["left_out"]:
        rows.append(["Left out of this file", ", ".join(data["left_out"])])
    if data["hidden"]:
        told = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in data["hidden"].items())
        rows.append(["Hidden by the sender", f"{told}; the same sign stands for the same thing"])
    return "<dl>" + "".join(f"<dt>{html.escape(a)}</dt> <dd>{html.escape(b)}</dd>\n" for a, b in rows) + "</dl>"


def _turn(turn: Data) -> str:
    seconds = f"{turn['seconds']:.1f} s"
    calls = sub_calls(turn["calls"], turn.get("within", 0)) if turn["calls"] else ""
    facts = " · ".join(filter(None, (seconds, calls, turn.get("used", ""), "an error" if turn["failed"] else "")))
    prompt = "".join(_labelled(f"Prompt ({each['role']})", each["text"]) for each in turn.get("prompt", ()))
    stood = "".join(f'<p class="quiet">{html.escape(each)}</p>' for each in turn.get("stood", ()))
    cells = "".join(_cell(cell) for cell in turn["cells"])
    return (
        f"<details><summary>Turn {turn['number']} · {html.escape(facts)}</summary>\n{stood}{prompt}"
        f'<p class="passage">{html.escape(turn["says"])}</p>\n{cells}</details>'
    )


def _cell(cell: Data) -> str:
    named = (("Code", "code"), ("Output", "output"), ("Error", "error"))
    shown = "".join(_labelled(title, cell.get(name, "")) for title, name in named)
    return shown + "".join(subcall_html(each) for each in cell.get("subcalls", ()))


def subcall_html(call: Data) -> str:
    """Return a sub-call, and what its child did, as an element that is folded up."""
    named = (("Prompt", "prompt"), ("Reply", "reply"), ("Error", "error"))
    inner = "".join(_labelled(title, call[name]) for title, name in named)
    inner += "".join(_turn(turn) for turn in call.get("turns", ()))
    title = f"Sub-call · {call['model']}" + (f" · {call['used']}" if "used" in call else "")
    title += " · an error" if call.get("failed") else ""
    return f"<details><summary>{html.escape(title)}</summary>\n{inner}</details>"


def _labelled(title: str, text: str) -> str:
    return f'<p class="quiet">{html.escape(title)}</p>\n<div class="text">{html.escape(text)}</div>\n' if text else ""


def _source(source: Data) -> str:
    what = "whole text" if source["whole"] else "the passages that are quoted, with what stands around them"
    parts = "".join(f'<div class="text">{html.escape(part["text"])}</div>' for part in source["parts"])
    return (
        f"<details><summary>{html.escape(source['name'])} · {what}</summary>\n"
        f'<p class="quiet">SHA-256 of the document’s file: {source["sha256"]}</p>\n{parts}</details>'
    )


def _pictures(material: Material, share: Share) -> dict[int, str]:
    """Return the pictures as addresses by the number of their quotation."""
    return {
        number: f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
        for number, jpeg in sorted(share.shown(material.pictures).items())
    }


def _around(data: Data, sections: str) -> str:
    """Return the whole page but for its last line."""
    style, script = _ours("page.css"), _ours("verifier.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_source_hash(style)}'; script-src '{_source_hash(script)}'"
    )
    record = _json(data)
    seal = sha256(record)
    title = html.escape(data["question"][:120].replace("\n", " "))
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}; base-uri 'none'; form-action 'none'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta name="rlm-seal" content="{seal}"><title>{title}</title><style>{style}</style></head>',
            '<body><main><p id="rlm-check" role="status">This file can check itself; for that, scripts must be allowed. '
            "Or run: python -m rlm_app verify FILE</p>",
            sections,
            '<footer class="quiet"><p>Fingerprint: <code id="rlm-fingerprint">'
            f"{seal}</code></p><p>Whoever sent this file can tell you its fingerprint: if it is another one, this is "
            "another file, whatever the check says.</p></footer></main>",
            f'<script type="application/json" id="rlm-data">{record}</script>',
            f"<script>{script}</script></body></html>",
        )
    )


def _ours(name: str) -> str:
    return _OUR.joinpath(name).read_text(encoding="utf-8")


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: dict[str, Any]) -> str:
    """Return JSON in ASCII without a sign that could end the element it stands in."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
