"""Pages of PDFs as pictures, and the boxes on them: what stands inside a box is the passage it is of."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from rlm_app.documents.isolated import ReadingProcess
from rlm_app.documents.library import read
from rlm_app.documents.page_images import Box, draw, places_of
from rlm_app.errors import DocumentError
from rlm_app.evidence.index import Index
from rlm_app.evidence.verify import verify_quote
from rlm_app.types import Document, Page

Spans = list[tuple[int, int]]


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def inside(path: Path, number: int, boxes: tuple[Box, ...], password: str | None = None) -> str:
    """Return the text that a reader sees inside the boxes of a page that is neither turned nor cropped."""
    pdf = pypdfium2.PdfDocument(str(path), password=password)
    page = pdf[number - 1]
    width, height = page.get_size()
    text = page.get_textpage()
    found = [
        text.get_text_bounded(
            left=x * width - 0.5,
            top=height - y * height + 0.5,
            right=(x + w) * width + 0.5,
            bottom=height - (y + h) * height - 0.5,
        )
        for x, y, w, h in boxes
    ]
    text.close()
    page.close()
    pdf.close()
    return "".join(found)


def same(text: str, seen: str) -> bool:
    """Whether the boxes hold the text in order, and no more than a sign that reaches into a line from its neighbour."""
    left = iter(seen)
    return len(seen) <= len(text) + 3 and all(sign in left for sign in text)


def page_of(document: Document, number: int) -> tuple[Page, str]:
    page = document.info.pages[number - 1]
    return page, document.text[page.start : page.end]


def where(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quotation stands in a page's text, whatever the signs and blanks between its letters."""
    found = re.search(r"[\W_]*".join(letters(quote)), text)
    return found.span() if found else None


def stands(document: Document, number: int, quote: str) -> tuple[str, tuple[int, int]]:
    """Return what of a quotation the text of a page has, all of it but for a running head before it, and where."""
    page, text = page_of(document, number)
    if span := where(text, quote):
        return quote, span
    _, start, end = verify_quote(Index(document.text, document.info.pages), quote)
    passage = document.text[start:end]
    heads = {letters(document.text[slice(*line)]) for each in document.info.pages for line in each.running}
    head = letters(quote).removesuffix(letters(passage))
    whole = any(head in each for each in heads) and letters(quote) == head + letters(passage)
    return passage if whole else "", (start - page.start, end - page.start)


def test_a_page_is_a_jpeg_of_the_width_that_is_asked_for(make_pdf: Callable[..., Path]) -> None:
    from PIL import Image

    drawn = draw(make_pdf(["Alarm procedures."]), "a.pdf", None, 1, "", (), 700)
    with Image.open(io.BytesIO(drawn.jpeg)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (drawn.width, drawn.height) == (701, 990)  # pixels are whole


def test_a_passage_has_a_box_for_each_of_its_lines_and_the_words_are_in_them(make_pdf: Callable[..., Path]) -> None:
    sentence = (
        "Either party may end this lease by giving the other ninety days of written notice in advance of the day. "
    )
    path = make_pdf(["Before it all.", "The rent is due. " + sentence + "Nothing else is agreed."])
    _, text = page_of(read(path, "lease.pdf"), 2)
    span = where(text, sentence)
    assert span is not None
    (boxes,) = draw(path, "lease.pdf", None, 2, text, [span]).boxes
    assert len(boxes) == 2
    assert letters(inside(path, 2, boxes)) == letters(sentence)


def test_of_words_that_stand_twice_on_a_page_the_ones_of_the_passage_are_boxed(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(["Notice is thirty days.\n\n\nSomething else.\n\n\nNotice is thirty days."])
    _, text = page_of(read(path, "twice.pdf"), 1)
    second = text.rindex("Notice")
    first, last = draw(path, "twice.pdf", None, 1, text, [(0, 22), (second, second + 22)]).boxes
    assert first[0][1] + 0.05 < last[0][1]


def test_a_turned_page_has_its_boxes_where_the_words_are_seen(samples: Path) -> None:
    """Each turned page, drawn, is dark within the box and nowhere else: the file has two words on an empty page."""
    from PIL import Image, ImageOps

    path = samples / "documents" / "rotated_5_pages_hello.pdf"
    document = read(path, path.name)
    for number in range(1, len(document.info.pages) + 1):
        _, text = page_of(document, number)
        drawn = draw(path, path.name, None, number, text, [(0, len(text))])
        with Image.open(io.BytesIO(drawn.jpeg)) as picture:
            ink = ImageOps.invert(picture.convert("L")).point(lambda dark: 255 if dark > 128 else 0).getbbox()
        assert ink is not None
        boxes = drawn.boxes[0]
        left, top = min(x for x, *_ in boxes) * drawn.width, min(y for _, y, *_ in boxes) * drawn.height
        right = max(x + w for x, _, w, _ in boxes) * drawn.width
        bottom = max(y + h for _, y, _, h in boxes) * drawn.height
        assert left - 6 <= ink[0]
        assert top - 6 <= ink[1]
        assert ink[2] <= right + 6
        assert ink[3] <= bottom + 6


def test_a_scan_has_a_picture_and_no_boxes(samples: Path) -> None:
    path = samples / "documents" / "scan_no_text_testOCR.pdf"
    drawn = draw(path, path.name, None, 1, "Happy New Year 2003!", [(0, 20)])
    assert drawn.jpeg
    assert drawn.boxes == ((),)


def test_what_is_not_on_the_page_has_no_place() -> None:
    assert places_of("Form field: Smith", (12, 17), "Thetextofthepage") == ()
    assert places_of("   ", (0, 3), "Thetext") == ()


def test_a_passage_is_found_on_both_sides_of_a_running_foot_that_the_text_is_without() -> None:
    assert places_of("the fee is due\nat once", (4, 22), "thefeeisdue12Acmeatonce") == ((3, 11), (17, 23))
    assert places_of("due at once", (0, 11), "atoncedue") == ((6, 9), (0, 6))


@pytest.mark.parametrize("number", [0, 4])
def test_a_page_that_is_not_there_is_named(make_pdf: Callable[..., Path], number: int) -> None:
    with pytest.raises(DocumentError, match=f"no page {number} that can be drawn"):
        draw(make_pdf(["One."]), "a.pdf", None, number, "", ())


def test_every_probe_of_the_samples_is_boxed_around_its_own_words(samples: Path) -> None:
    probes = [json.loads(line) for line in (samples / "qa" / "pdf_page_probes.jsonl").read_text().splitlines()]
    documents: dict[str, Document] = {}
    wrong = []
    for probe in probes:
        path = samples / probe["file"].replace("pdf/", "")
        if probe["file"] not in documents:
            documents[probe["file"]] = read(path, path.name, probe["password"])
        passage, span = stands(documents[probe["file"]], probe["page"], probe["text"])
        _, text = page_of(documents[probe["file"]], probe["page"])
        boxes = draw(path, path.name, probe["password"], probe["page"], text, [span], 0).boxes[0]
        seen = letters(inside(path, probe["page"], boxes, probe["password"]))
        if not passage or not same(letters(passage), seen):
            wrong.append((probe["text"], seen))
    assert len(probes) > 20
    assert wrong == []


def test_a_reading_process_draws_one_page_after_the_other(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(["The first page.", "The second page."])
    with ReadingProcess() as process:
        drawn = process.page(path, "a.pdf", 2, "The second page.", [(4, 10)])
        child = process.pid
        boxes = process.page(path, "a.pdf", 1, "The first page.", [(4, 9)], width=0)
        with pytest.raises(DocumentError, match="no page 3"):
            process.page(path, "a.pdf", 3)
        assert process.pid == child
    assert drawn.jpeg.startswith(b"\xff\xd8")
    assert letters(inside(path, 2, drawn.boxes[0])) == "second"
    assert boxes.jpeg == b""
    assert letters(inside(path, 1, boxes.boxes[0])) == "first"


def test_a_file_is_sent_once_for_all_its_pages_and_anew_when_it_has_changed(make_pdf: Callable[..., Path]) -> None:
    path, other = (
        make_pdf(["The first page.", "The second page."]),
        make_pdf(["A third page.", "A fourth page."], "b.pdf"),
    )
    with ReadingProcess() as process:
        first = process.page(path, "a.pdf", 1)
        before = path.stat()
        path.write_bytes(bytes(before.st_size))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        second = process.page(path, "a.pdf", 2, "The second page.", [(4, 10)])
        assert process.page(other, "b.pdf", 1).jpeg not in {first.jpeg, second.jpeg}
        with pytest.raises(DocumentError, match="damaged"):
            process.page(path, "a.pdf", 1)
        assert process.page(other, "b.pdf", 2).jpeg.startswith(b"\xff\xd8")
    assert len(second.boxes[0]) == 1
    assert first.jpeg != second.jpeg


def test_a_process_that_died_is_sent_the_file_again(make_pdf: Callable[..., Path]) -> None:
    path = make_pdf(["The first page.", "The second page."])
    with ReadingProcess() as process:
        process.page(path, "a.pdf", 1)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(DocumentError):
            process.page(path, "a.pdf", 2)
        assert process.page(path, "a.pdf", 2).jpeg


@pytest.mark.slow
@pytest.mark.alone
def test_half_of_the_pages_are_drawn_within_sixty_milliseconds(samples: Path) -> None:
    """In seconds of the processor: how busy the machine is with other tests is not the drawing's fault."""
    path = samples / "documents" / "gov_three_column_federal_register.pdf"
    document = read(path, path.name)
    draw(path, path.name, None, 1, "", ())
    seconds = []
    for number in [*range(1, len(document.info.pages) + 1)] * 3:
        _, text = page_of(document, number)
        start = time.process_time()
        draw(path, path.name, None, number, text, [(100, 300)])
        seconds.append(time.process_time() - start)
    assert statistics.median(seconds) <= 0.06
