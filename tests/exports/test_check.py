from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from rlm_app.engine.tree import RESUMED
from rlm_app.events import Noticed
from rlm_app.exports import portable
from rlm_app.exports.check import check
from rlm_app.exports.material import Material, Share, Sources
from rlm_app.exports.page import page
from rlm_app.exports.proving import EXACT, NONE, ORDER, PARTS, folded, proof, sha256
from tests.e2e.browser import browser, needed

WHOLE = Share(sources=Sources.WHOLE, prompts=True)
SHARES = {
    "usual": Share(),
    "whole": WHOLE,
    "little": Share(sources=Sources.NONE, timeline=False, money=False),
    "redacted": Share(sources=Sources.WHOLE, prompts=True, names=("Jane Doe",), mails=True, numbers=True),
}


@pytest.fixture(scope="module")
def whole(material: Material) -> bytes:
    return page(material, WHOLE, 1_700_000_100.0)


def record_of(content: bytes) -> dict[str, object]:
    found = re.search(r'id="rlm-data">(.*?)</script>', content.decode(), re.DOTALL)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def changed(content: bytes, old: str, new: str, place: int = 0) -> bytes:
    """Return the file with the `place`-th occurrence of some bytes replaced by as many others."""
    assert len(old) == len(new)
    at = [found.start() for found in re.finditer(re.escape(old.encode()), content)][place]
    return content[:at] + new.encode() + content[at + len(new) :]


def mutants(content: bytes) -> dict[str, tuple[bytes, str]]:
    """Return files with one byte changed, and what a check should name."""
    in_record, last = content.index(b'id="rlm-data"'), content.count(b"ninety days") - 1
    assert in_record
    return {
        "answer in the record": (changed(content, "Jane Doe wrote", "Jane Foe wrote", 1), "The answer"),
        "quotation in the record": (changed(content, '"quote":"Fees of 1,2', '"quote":"Fees of 1,3'), "Quotation 2"),
        "verdict in the record": (changed(content, '"verdict":"Found"', '"verdict":"Fount"'), "Quotation 1"),
        "source in the record": (changed(content, "ninety days", "ninety dayz", last), "Source"),
        "place of a quotation": (changed(content, '"start":90,', '"start":91,'), "Quotation 1"),
        "question in the record": (changed(content, '"question":"What', '"question":"Whom'), "The question"),
        "answer as shown": (changed(content, "Jane Doe wrote", "Jane Foe wrote"), "shows as answer"),
        "quotation as shown": (changed(content, "<p>“The supplier", "<p>“Thy supplier"), "shows as evidence"),
        "source as shown": (changed(content, "SHA-256 of the", "SHA-255 of the"), "shows as sources"),
        "output as shown": (changed(content, "I look for", "I took for"), "shows as timeline"),
        "fingerprint": (changed(content, '"rlm-fingerprint">', '"rlm-fingerprinu">'), "fingerprint"),
    }


@pytest.mark.parametrize("name", SHARES)
def test_a_file_as_it_was_made_is_fine(material: Material, name: str) -> None:
    report = check(page(material, SHARES[name], 1_700_000_100.0))
    assert (report.wrong, report.fine, report.quotes) == ((), True, 4)


def test_a_turn_at_which_a_run_was_resumed_says_so_in_the_file_and_the_file_is_fine(material: Material) -> None:
    trajectory = deepcopy(material.trajectory)
    first = trajectory.turns[0]
    told = Noticed(
        run_id="r", seq=99, at=first.reply.at, call_id="0", parent_id=None, depth=0, iteration=1,
        topic=RESUMED, text="It was resumed <b>after</b> 60 s.", seconds=60.0,
    )  # fmt: skip
    first.notices += [told, replace(told, text="At once.", seconds=0.2)]
    content = page(replace(material, trajectory=trajectory), Share(), 1_700_000_100.0)
    assert b'<p class="quiet">It was resumed &lt;b&gt;after&lt;/b&gt; 60 s.</p>' in content
    assert b"At once." not in content
    assert check(content).fine


def test_a_changed_byte_in_source_quotation_or_answer_is_found_and_named(whole: bytes) -> None:
    for what, (content, named) in mutants(whole).items():
        report = check(content)
        assert not report.fine, what
        assert any(named in wrong for wrong in report.wrong), (what, report.wrong)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 255))
def test_a_changed_byte_anywhere_fails(whole: bytes, at: int, by: int) -> None:
    content = bytearray(whole)
    content[at % len(content)] ^= by
    assert not check(bytes(content)).fine


def test_changing_a_quotation_with_all_its_hashes_still_fails_because_it_no_longer_stands_in_the_source(
    whole: bytes,
) -> None:
    data = record_of(whole)
    quotes = data["quotes"]
    assert isinstance(quotes, list)
    quotes[1]["quote"] = quotes[1]["quote"].replace("1,200", "1,300")
    data["hashes"] = portable.hashes(data)
    start = whole.index(b'id="rlm-data">') + len(b'id="rlm-data">')
    forged = (
        whole[:start] + json.dumps(data).replace("<", "\\u003c").encode() + whole[whole.index(b"</script>", start) :]
    )
    assert "Quotation 2" in check(forged).wrong


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<p>no file of ours", b'<script id="rlm-data">[]</script>'])
def test_anything_else_is_told_apart_and_never_raises(content: bytes) -> None:
    assert not check(content).fine


@pytest.mark.parametrize(
    ("quote", "passage", "expected"),
    [
        ("ninety days’ notice", "Ninety\ndays' notice", EXACT),
        ("non-renewable", "non-\nrenewable", EXACT),
        ("fees of 1.5 %", "fees of 15 %", NONE),
        ("The supplier … in writing", "The supplier may end it, in writing", PARTS),
        ("ends with notice", "ends\nPage 4 of 9\nwith notice", ORDER),
        ("anything", "", NONE),
    ],
)
def test_how_a_quotation_stands_in_its_passage(quote: str, passage: str, expected: str) -> None:
    assert proof(quote, passage) == expected


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser(needed()) as chromium:
        context = chromium.new_context(offline=True)
        yield context.new_page()


@pytest.mark.browser
def test_the_verifier_in_the_file_finds_the_same_without_a_network(
    tab: Page, material: Material, whole: bytes, tmp_path: Path
) -> None:
    said: list[str] = []
    asked: list[str] = []
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.on("request", lambda request: asked.append(request.url))

    def opened(content: bytes) -> str:
        (tmp_path / "run.html").write_bytes(content)
        tab.goto((tmp_path / "run.html").as_uri())
        return str(tab.locator("#rlm-check").inner_text())

    for share in SHARES.values():
        assert opened(page(material, share, 1_700_000_100.0)).startswith("✓ Checked in your browser")
    for what, (content, named) in mutants(whole).items():
        banner = opened(content)
        assert banner.startswith("✕"), what
        assert named in banner or "can be read" in banner, (what, banner)
    assert said == []
    assert {url.split(":")[0] for url in asked} == {"file"}


@pytest.mark.browser
def test_both_verifiers_fold_texts_alike(tab: Page, whole: bytes, tmp_path: Path) -> None:
    script = Path(portable.__file__).with_name("verifier.js").read_text(encoding="utf-8")
    opened = script.partition("(() => {")[2].rpartition("  report();")[0]
    samples = ["".join(chr(n) for n in range(start, start + 500)) for start in range(1, 0x2A00, 500)]
    samples += ["a-b –1 x-\n y", "ΟΔΥΣΣΕΥΣ", "ﬁ ½ ² İ ß 😀" * 20]
    # Signs that one of the two Unicode tables does not know yet are not texts' problem.
    samples = ["".join(sign for sign in text if unicodedata.category(sign) not in {"Cn", "Cs"}) for text in samples]
    tab.goto("about:blank")
    found = tab.evaluate(
        f"(texts) => {{ {opened} return texts.map((text) => [folded(text), sha256(text)]); }}", samples
    )
    assert found == [[folded(text), sha256(text)] for text in samples]
