"""From an answer to the words on the page: chips, the page's picture with its box, the way from quote to quote."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from playwright.sync_api import Locator, Page, expect

from tests.e2e import asking
from tests.e2e.browser import needed
from tests.e2e.server import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
TRUE = "Either party may end this lease by giving the other ninety days of notice in writing"
STANDS = "The rent of 4,200 euros is due on the first working day of each month without a reminder"
ALTERED = STANDS.replace("4,200", "4,900")
INVENTED = "The tenant keeps a spare key with the porter of the house"


LEASE_SAYS = (
    f"The lease ends on notice: “{TRUE}”. The rent is higher than before, for “{ALTERED}”. "
    f"It is said that “{INVENTED}”. The deposit is 3 rents."
)
PAPER = "paper_two_column_tracemonkey.pdf"
OBJECTS = "JavaScript object values are mappings of string-valued property names to arbitrary values."
TRACES = "Each compiled trace covers one path through the program with one mapping of values to types."
PAPER_SAYS = f"Objects are maps: “{OBJECTS}” A trace covers more: “{TRACES.replace('one path', 'two paths')}”"
ASKS = (
    "pages = documents[0]['pages']\n"
    "print(llm_query('What is said of objects?\\n\\n' + context[pages[7]['start']:pages[7]['end']]))"
)


def script(folder: Path, answer: str = LEASE_SAYS, look: str = "print(context)") -> Path:
    """Write what the scripted model says: it looks, then quotes one sentence well, one altered, one out of the air."""
    replies = [
        f"I read it.\n\n```repl\n{look}\n```",
        f"I hand it in.\n\n```repl\nanswer['content'] = {answer!r}\nanswer['ready'] = True\n```",
    ]
    path = folder / "script.json"
    path.write_text(json.dumps({"root": replies, "sub": {"default": "Yes."}, "delay": 0.0, "cost": 0.001}))
    return path


def lease(path: Path) -> Path:
    """Write four pages of clauses; the sentence on notice is on the third, the one on the rent on the fourth."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    filler = "The parties keep to this clause in good faith and tell each other what they need to know of it. "
    said = {3: TRUE + ". ", 4: STANDS + ". "}
    for number in range(1, 5):
        pdf.add_page()
        for clause in range(1, 9):
            pdf.multi_cell(
                0, 7, f"{number}.{clause}  " + filler + (said.get(number, "") if clause == 5 else "") + filler
            )
            pdf.ln(3)
    pdf.output(str(path))
    return path


@contextmanager
def served(folder: Path, script: Path) -> Iterator[Server]:
    needed()
    found = Server(folder, script)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path, script(tmp_path)) as found:
        yield found


@pytest.fixture
def paper() -> Path:
    folder = Path(os.environ.get("RLM_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not (folder / "documents" / PAPER).is_file():
        pytest.skip(f"there are no samples at {folder}; set RLM_SAMPLES")
    return folder / "documents" / PAPER


def ask(page: Page, address: str, file: Path, pages: int = 4) -> None:
    page.goto(address)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text(f"{pages} pages · text OK").first).to_be_visible()
    asking.choose_scripted(page)
    asking.ask(page, "How does the lease end, and what is the rent?")
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def chip(page: Page, number: int) -> Locator:
    return page.locator(f'a[href="#quote-{number}"]').first


def box(page: Page, look: str) -> dict[str, float]:
    """Return where the first box of that look is, as shares of the page's picture."""
    picture = page.locator(".st-key-leaf .rlm-page img").bounding_box()
    found = page.locator(f".st-key-leaf .rlm-box.rlm-{look}").first.bounding_box()
    assert picture is not None
    assert found is not None
    return {
        "left": (found["x"] - picture["x"]) / picture["width"],
        "top": (found["y"] - picture["y"]) / picture["height"],
        "width": found["width"] / picture["width"],
    }


def test_a_quote_of_a_pdf_opens_its_page_with_the_words_boxed(server: Server, page: Page, tmp_path: Path) -> None:
    ask(page, server.address, lease(tmp_path / "lease.pdf"))
    expect(page.get_by_text("1 of 3 quotes found word for word")).to_be_visible()
    expect(page.get_by_text("1 altered")).to_be_visible()
    expect(chip(page, 1)).to_be_visible()
    expect(page.locator('a[href="#quote-3"]')).to_have_count(0)

    chip(page, 1).hover()
    expect(page.get_by_role("tooltip")).to_contain_text(f"need to know of it. {TRUE}. The parties keep")
    expect(page.get_by_role("tooltip")).to_contain_text("Found · lease.pdf, page 3")

    chip(page, 1).click()
    leaf = page.locator(".st-key-leaf")
    expect(leaf).to_contain_text("page 3 of 4")
    expect(
        leaf.get_by_role("img", name=re.compile("page 3 of 4 of the document lease.pdf, passage boxed"))
    ).to_be_visible()
    found = box(page, "found")
    expect(chip(page, 1)).to_be_in_viewport()  # who clicked is not led away from what they read
    assert 0.2 < found["top"] < 0.4  # the fifth of eight clauses, which fill the upper half
    assert found["width"] > 0.1
    assert "quote=1" in page.url

    leaf.get_by_role("button", name="Next quote").click()
    expect(leaf).to_contain_text("page 4 of 4")
    expect(leaf).to_contain_text("The answer says “4,900” for “4,200”")
    expect(leaf.locator(".rlm-box.rlm-altered").first).to_be_visible()
    assert box(page, "differs")["width"] < 0.1
    expect(leaf.get_by_role("button", name="Next quote")).to_be_disabled()

    page.get_by_role("tab", name="Evidence").click()
    expect(page.get_by_text("Numbers without a quote")).to_be_visible()
    expect(page.get_by_text("The deposit is 3 rents.").first).to_be_visible()
    page.reload()
    expect(page.locator(".st-key-leaf")).to_contain_text("page 4 of 4")
    assert "Traceback" not in server.log


def place_in_file(file: Path, index: int, words: str) -> dict[str, float]:
    """Return where words stand on a page, as shares of it, read from the file by other means than the app's."""
    pdf = pypdfium2.PdfDocument(file)
    try:
        sheet = pdf[index]
        width, height = sheet.get_size()
        text = sheet.get_textpage()
        found = text.search(words, match_case=True).get_next()
        assert found is not None
        text.count_rects(*found)
        left, bottom, _, top = text.get_rect(0)
        return {"left": left / width, "top": 1 - top / height, "bottom": 1 - bottom / height}
    finally:
        pdf.close()


def test_quotes_of_a_real_paper_open_the_right_pages_boxed_and_sub_calls_the_page_they_read(
    page: Page, tmp_path: Path, paper: Path
) -> None:
    with served(tmp_path, script(tmp_path, PAPER_SAYS, ASKS)) as server:
        ask(page, server.address, paper, 14)
        expect(page.get_by_text("1 of 2 quotes found word for word")).to_be_visible()
        leaf = page.locator(".st-key-leaf")
        for number, index, look, words in ((1, 7, "found", OBJECTS[:21]), (2, 0, "altered", TRACES[:26])):
            chip(page, number).click()
            expect(leaf).to_contain_text(f"page {index + 1} of 14")
            expect(leaf.locator(f".rlm-box.rlm-{look}").first).to_be_in_viewport()
            expect(chip(page, number)).to_be_in_viewport()
            found, true = box(page, look), place_in_file(paper, index, words)
            assert abs(found["left"] - true["left"]) < 0.02
            assert true["top"] - 0.02 < found["top"] < true["bottom"]
        expect(leaf).to_contain_text("The answer says “two paths” for “one path”")

        page.get_by_role("tab", name="Evidence").click()
        page.get_by_role("button", name="Turn 1 › sub-call 1").click()
        page.get_by_text("Passage it read: paper_two_column_tracemonkey.pdf, page 8").click()
        expect(page.get_by_role("img", name=re.compile("page 8 of 14 .*, what it read"))).to_be_visible()
        assert page.locator(".rlm-box.rlm-read").count() > 50
        assert "Traceback" not in server.log
