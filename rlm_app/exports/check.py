"""Checking a file of a run: nothing in it was changed, and its quotations stand where they say.

`verifier.js` inside the file does the same in a browser. Only here are the bytes around the record checked too: a browser
does not let a page read its own file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from rlm_app.exports.proving import proof, sha256, stands_in

END = "<!-- sha256 of all lines above: "
_LAST = re.compile(re.escape(END) + r"([0-9a-f]{64}) -->\n\Z")
# Elements without an end, which HTML's parser reports as begun only.
_VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, in words, and whether it is as it was sealed."""

    what: str
    fine: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found; the `fingerprint` tells two files apart that both are fine."""

    findings: tuple[Finding, ...]
    fingerprint: str = ""
    quotes: int = 0

    @property
    def fine(self) -> bool:
        """Whether everything is as it was sealed."""
        return bool(self.findings) and all(finding.fine for finding in self.findings)

    @property
    def wrong(self) -> tuple[str, ...]:
        """Return what is not as it was sealed."""
        return tuple(finding.what for finding in self.findings if not finding.fine)


def check(content: bytes) -> Report:
    """Check the bytes of a file that `page` made; whatever they are, this returns what it found."""
    try:
        text = content.decode()
        found = _Found()
        found.feed(text)
        found.close()
        data = json.loads(found.record)
        findings = (*_whole(text, found), *_record(data), *_shown(data, found))
        return Report(findings, found.seal, len(data["quotes"]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return Report((Finding("The record can be read", fine=False),))


def shown_texts(page: str) -> dict[str, str]:
    """Return the text of each part of a page that its seal covers, as a browser's `textContent` is."""
    found = _Found()
    found.feed(page)
    found.close()
    return found.shown


def _whole(text: str, found: _Found) -> list[Finding]:
    last = _LAST.search(text)
    return [
        Finding("The file as a whole", last is not None and sha256(text[: last.start()]) == last[1]),
        Finding("The record as a whole", sha256(found.record) == found.seal),
        Finding("The fingerprint that is shown", found.fingerprint == found.seal),
    ]


def _record(data: dict[str, Any]) -> list[Finding]:
    hashes, quotes, sources = data["hashes"], data["quotes"], data["sources"]
    findings = [
        Finding("The question", sha256(data["question"]) == hashes["question"]),
        Finding("The answer", sha256(data["answer"]) == hashes["answer"]),
        Finding(
            "As many hashes as things", (len(hashes["quotes"]), len(hashes["sources"])) == (len(quotes), len(sources))
        ),
    ]
    for quote, known in zip(quotes, hashes["quotes"], strict=False):
        same = sha256("\n".join((quote["quote"], quote["verdict"], quote["passage"]))) == known
        findings.append(Finding(f"Quotation {quote['number']}", same and _stands(quote, data)))
    for source, known in zip(sources, hashes["sources"], strict=False):
        same = sha256("\n".join(part["text"] for part in source["parts"])) == known
        findings.append(Finding(f"Source {source['name']}", same))
    return findings


def _stands(quote: dict[str, Any], data: dict[str, Any]) -> bool:
    """Whether the quotation stands in its passage as recorded, the passage in its source, and the quotation in the answer."""
    as_recorded = proof(quote["quote"], quote["passage"]) == quote["proof"]
    in_source = not quote["passage"] or _in_source(quote, data["sources"])
    quoted = stands_in(quote["quote"], data["answer"]) == quote["in_answer"]
    return bool(as_recorded and in_source and quoted)


def _in_source(quote: dict[str, Any], sources: list[dict[str, Any]]) -> bool:
    start, end = quote["start"], quote["end"]
    for part in next((source["parts"] for source in sources if source["sha256"] == quote["source"]), ()):
        if part["start"] <= start and end <= part["start"] + len(part["text"]):
            return bool(part["text"][start - part["start"] : end - part["start"]] == quote["passage"])
    return False


def _shown(data: dict[str, Any], found: _Found) -> list[Finding]:
    named = [
        Finding(f"What the page shows as {name}", sha256(found.shown.get(name, "")) == known)
        for name, known in data["shown"].items()
    ]
    pictures = [
        Finding(
            f"The picture of quotation {each['number']}",
            sha256(found.pictures.get(f"picture-{each['number']}", "")) == each["sha256"],
        )
        for each in data["pictures"]
    ]
    return [Finding("All parts of the page are there", found.shown.keys() == data["shown"].keys()), *named, *pictures]


class _Found(HTMLParser):
    """What a page holds of what a check needs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seal = self.record = self.fingerprint = ""
        self.shown: dict[str, str] = {}
        self.pictures: dict[str, str] = {}
        self._section, self._depth, self._id = "", 0, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("name") == "rlm-seal":
            self.seal = given.get("content", "")
        if tag == "img":
            self.pictures[given.get("id", "")] = given.get("src", "")
        if "data-shown" in given:
            self._section, self._depth = given["data-shown"], 0
            self.shown[self._section] = ""
        if tag not in _VOID:
            self._depth += 1
            self._id = given.get("id", "")

    def handle_endtag(self, tag: str) -> None:
        self._id = ""
        self._depth -= 1
        if self._depth == 0:
            self._section = ""

    def handle_data(self, data: str) -> None:
        if self._section:
            self.shown[self._section] += data
        if self._id == "rlm-data":
            self.record += data
        if self._id == "rlm-fingerprint":
            self.fingerprint += data
