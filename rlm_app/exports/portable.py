"""A run as plain data for a file that checks itself: what is shown, what it rests on, and the hashes of both."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from rlm_app.citations import Citation, Verdict
from rlm_app.engine.tree import Cell, Node, Subcall, Turn
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.exports.proving import NONE, proof, sha256, stands_in
from rlm_app.exports.redaction import Edited, Redactor
from rlm_app.types import Document, Usage

FORMAT, VERSION = "rlm-run-file", 1
REACH = 300
"""Characters of the document on both sides of a quoted passage that go along with it."""
_FENCED = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n.*?(?:^[ \t]*\1[^\n]*$\n?|\Z)", re.S | re.M)
Data = dict[str, Any]


def portable(material: Material, share: Share, made: float) -> Data:
    """Return what a file of this run holds, redacted, with hashes; `made` is in seconds since 1970 (UTC)."""
    hide = Redactor(share.names, share.mails, share.numbers)
    texts = {document.info.sha256: hide.edit(document.text) for document in material.documents}
    answer = hide(material.record.answer)
    quotes = [_quote(number, each, texts, answer, hide, share) for number, each in enumerate(material.citations, 1)]
    data: Data = {
        "format": FORMAT,
        "version": VERSION,
        "made": dt.datetime.fromtimestamp(made, dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "question": hide(material.record.spec.question),
        "answer": answer,
        "facts": _facts(material, share, hide),
        "left_out": list(share.left_out()),
        "quotes": quotes,
        "sources": [_source(document, texts, quotes, hide, share) for document in material.documents],
        "turns": _turns(material.trajectory.root, share, hide) if share.timeline else [],
    }
    return {**data, "hidden": hide.counts, "hashes": hashes(data)}


def hashes(data: Data) -> dict[str, Any]:
    """Return the SHA-256 of each thing that a reader may rest on, so that a check can name what was changed."""
    return {
        "question": sha256(data["question"]),
        "answer": sha256(data["answer"]),
        "quotes": [sha256("\n".join((each["quote"], each["verdict"], each["passage"]))) for each in data["quotes"]],
        "sources": [sha256("\n".join(part["text"] for part in each["parts"])) for each in data["sources"]],
    }


def _quote(
    number: int, citation: Citation, texts: dict[str, Edited], answer: str, hide: Redactor, share: Share
) -> Data:
    edited = texts.get(citation.sha256)
    start, end = (edited.at(citation.start), edited.at(citation.end, end=True)) if edited else (0, 0)
    shown = share.sources is not Sources.NONE and edited is not None and end > start
    quote, passage = hide(citation.quote), edited.text[start:end] if edited and shown else ""
    placed = citation.verdict not in {Verdict.NOT_FOUND, Verdict.SCANNED_PAGE}
    return {
        "number": number,
        "quote": quote,
        "verdict": citation.verdict.value,
        "document": hide(citation.document),
        "source": citation.sha256,
        "page": hide(citation.page),
        "unit": hide(citation.unit or "page"),
        "start": start,
        "end": end,
        "passage": passage if placed else "",
        "proof": proof(quote, passage) if placed else NONE,
        "in_answer": stands_in(quote, answer),
        "detail": hide(citation.detail),
    }


def _source(document: Document, texts: dict[str, Edited], quotes: list[Data], hide: Redactor, share: Share) -> Data:
    info, text = document.info, texts[document.info.sha256].text
    places = [(each["start"], each["end"]) for each in quotes if each["source"] == info.sha256 and each["passage"]]
    return {
        "name": hide(info.name),
        "sha256": info.sha256,
        "characters": len(text),
        "whole": share.sources is Sources.WHOLE,
        "parts": [{"start": start, "text": text[start:end]} for start, end in _stretches(share, places, text)],
    }


def _stretches(share: Share, places: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    if share.sources is Sources.WHOLE:
        return [(0, len(text))]
    if share.sources is Sources.NONE:
        return []
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a - REACH), min(len(text), b + REACH)) for a, b in places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _facts(material: Material, share: Share, hide: Redactor) -> list[list[str]]:
    record, spec = material.record, material.record.spec
    asked = dt.datetime.fromtimestamp(record.created, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
    facts = [
        ["Asked", asked],
        ["Ended", f"{record.state} after {record.seconds:,.1f} s"],
        ["Backend", spec.backend],
        ["Root model", spec.root_model],
        ["Sub-model", spec.sub_model],
        ["Environment", spec.environment],
        ["Documents", ", ".join(record.document_names) or "none named"],
    ]
    if share.money:
        facts.append(["Used", used(record.usage)])
    return [[label, hide(value)] for label, value in facts]


def used(usage: Usage) -> str:
    """Return calls, tokens and money in a line; what is not known is not there."""
    said = [f"{usage.calls:,} {'call' if usage.calls == 1 else 'calls'}"]
    if usage.tokens:
        said.append(f"{'about ' if usage.estimated else ''}{usage.tokens:,} tokens")
    least = "at least " if usage.unpriced_calls else ""
    said.append("price unknown" if usage.cost is None else f"{least}${usage.cost:.4f}")
    return " · ".join(said)


def _turns(node: Node, share: Share, hide: Redactor) -> list[Data]:
    return [_turn(turn, share, hide) for turn in node.turns]


def _turn(turn: Turn, share: Share, hide: Redactor) -> Data:
    kept: Data = {
        "number": turn.reply.iteration,
        "says": hide(_FENCED.sub("", turn.reply.reply).strip()),
        "seconds": round(turn.seconds, 2),
        "calls": len(turn.subcalls),
        "failed": turn.failed_below,
        "cells": [_cell(cell, share, hide) for cell in turn.cells],
    }
    if turn.within:
        kept["within"] = turn.within
    if stood := [hide(notice.text) for notice in turn.notices if notice.seconds >= 1]:
        kept["stood"] = stood
    if share.money:
        kept["used"] = used(turn.usage)
    if share.prompts:
        kept["prompt"] = [{"role": each.role, "text": hide(each.content)} for each in turn.reply.messages]
    return kept


def _cell(cell: Cell, share: Share, hide: Redactor) -> Data:
    done = cell.finished
    kept: Data = {"seconds": round(done.seconds, 2) if done else None}
    if share.code:
        error = done.error.traceback if done and done.error else ""
        kept |= {"code": hide(cell.started.code), "output": hide(done.stdout if done else ""), "error": hide(error)}
    if share.prompts:
        kept["subcalls"] = [_subcall(subcall, share, hide) for subcall in cell.subcalls]
    return kept


def _subcall(subcall: Subcall, share: Share, hide: Redactor) -> Data:
    done = subcall.finished
    kept: Data = {
        "role": hide(subcall.started.role),
        "model": hide(subcall.started.model),
        "prompt": hide(subcall.started.prompt),
        "reply": hide(done.reply if done else ""),
        "error": hide(done.error or "" if done else "It never ended."),
        "failed": subcall.failed or subcall.failed_within,
    }
    if share.money and done:
        kept["used"] = used(done.usage)
    if subcall.child is not None:
        kept["turns"] = _turns(subcall.child, share, hide)
    return kept
