"""What large documents cost: `uv run --group test python -m benchmarks.documents` (`--only pages`, `long`, `heavy`).

`pages` draws each page of a PDF of 300 two-column pages as the reader does, confined, with a boxed passage. `long` adds a PDF
of 10,000 pages, `heavy` one of about 490 MB made of scans: they print the peak memory of the app and of the reading process,
and seconds of the processor. The files are made in a process of their own, so that none of that is counted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.fuzz_documents import peak_memory
from rlm_app.build import App, open_app
from rlm_app.settings import Settings
from rlm_app.types import Document, DocumentInfo

_SENTENCE = (
    "the tenant pays rent for a barn and keeps its roof whole while either party may end what was agreed by notice"
)
WORDS = _SENTENCE.split(" ")


def main() -> None:
    """Run what is asked for."""
    tasks: dict[str, Callable[[App, Path], None]] = {"pages": pages, "long": long, "heavy": heavy}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=tasks)
    only = parser.parse_args().only
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, task in tasks.items():
        if only in {None, name}:
            with tempfile.TemporaryDirectory() as folder:
                app = open_app(Settings(home=Path(folder) / "home"))
                try:
                    task(app, Path(folder))
                finally:
                    app.close()


def pages(app: App, folder: Path) -> None:
    """Draw 300 pages one after the other and say how long each takes."""
    path = folder / "columns.pdf"
    _columns(path, 300)
    info = app.add_file(path, path.name, "local")
    document = app.document(info.sha256, "local")
    if document is None:
        raise SystemExit("the document was not kept")
    app.pages.page(document, "local", 0)  # the process starts and is sent the file
    took = sorted(_drawn(app, document))
    print(
        f"{len(took)} pages of {path.stat().st_size / 1e6:.1f} MB drawn with a box each: median "
        f"{statistics.median(took) * 1e3:.0f} ms, slowest {took[-1] * 1e3:.0f} ms on the clock"
    )


def _drawn(app: App, document: Document) -> Iterator[float]:
    for index, page in enumerate(document.info.pages):
        began = time.perf_counter()
        app.pages.page(document, "local", index, [(page.start + 200, page.start + 400)])
        yield time.perf_counter() - began


def long(app: App, folder: Path) -> None:
    """Add a PDF of 10,000 pages."""
    path = folder / "long.pdf"
    _apart(_many, path, 10_000)
    _added(app, path)


def heavy(app: App, folder: Path) -> None:
    """Add a PDF of scans that is nearly as large as a file may be."""
    path = folder / "heavy.pdf"
    _apart(_scans, path, 490_000_000)
    _added(app, path)


def _apart(write: Callable[[Path, int], None], path: Path, size: int) -> None:
    """Write a file in a process of its own."""
    writer = multiprocessing.get_context("spawn").Process(target=write, args=(path, size))
    writer.start()
    writer.join()
    if writer.exitcode != 0:
        raise SystemExit(f"{path.name} could not be written")


def _added(app: App, path: Path) -> None:
    began, spent = time.perf_counter(), _processor()
    with _watching() as most:
        info = app.add_file(path, path.name, "local")
    print(
        f"{path.name}: {path.stat().st_size / 1e6:.0f} MB, {_told(info)}; {time.perf_counter() - began:.0f} s on the clock, "
        f"{_processor() - spent:.0f} s of the processor; peak {peak_memory(os.getpid()) / 1e6:.0f} MB in the app, "
        f"{most[0] / 1e6:.0f} MB in the reading process"
    )


def _told(info: DocumentInfo) -> str:
    return f"{len(info.pages):,} pages, {info.characters:,} characters"


def _processor() -> float:
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


@contextmanager
def _watching() -> Iterator[list[int]]:
    """Give the most memory that any process below this one has had, from ten looks a second."""
    most, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], *(peak_memory(pid) for pid in _below(os.getpid())), 0)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        over.set()
        watcher.join()


def _below(pid: int) -> list[int]:
    """Return the processes below one, at any depth."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        found += [each for child in children for each in (child, *_below(child))]
    return found


def _columns(path: Path, count: int) -> None:
    rng = random.Random(1)
    _write(path, (_page(rng, number, count, (50, 310), 60, 9) for number in range(1, count + 1)))


def _many(path: Path, count: int) -> None:
    rng = random.Random(2)
    _write(path, (_page(rng, number, count, (50,), 60, 17) for number in range(1, count + 1)))


def _page(rng: random.Random, number: int, count: int, columns: Sequence[int], lines: int, words: int) -> bytes:
    """Return what draws a page with a running head, columns of words and its number."""
    drawn = [f"BT /F1 9 Tf 50 810 Td (Lease of the mill) Tj ET BT /F1 9 Tf 500 30 Td (Page {number} of {count}) Tj ET"]
    for left in columns:
        drawn.append(f"BT /F1 9 Tf 12 TL {left} 782 Td")
        drawn += [f"({' '.join(rng.choices(WORDS, k=words))}) '" for _ in range(lines)]
        drawn.append("ET")
    return " ".join(drawn).encode()


def _write(path: Path, pages: Iterable[bytes]) -> None:
    """Write a PDF of A4 pages by what draws them."""
    with path.open("wb") as file:
        places: dict[int, int] = {}

        def add(number: int, body: bytes) -> None:
            places[number] = file.tell()
            file.write(b"%d 0 obj %b endobj\n" % (number, body))

        file.write(b"%PDF-1.4\n")
        add(3, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
        count = 0
        for count, drawn in enumerate(pages, 1):
            packed = zlib.compress(drawn, 1)
            box = b"/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            add(2 * count + 3, b"<</Type/Page/Parent 2 0 R%b/Contents %d 0 R>>" % (box, 2 * count + 2))
            head = b"<</Filter/FlateDecode/Length %d>>" % len(packed)
            add(2 * count + 2, head + b"stream\n" + packed + b"\nendstream")
        kids = b" ".join(b"%d 0 R" % (2 * number + 3) for number in range(1, count + 1))
        add(2, b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids))
        add(1, b"<</Type/Catalog/Pages 2 0 R>>")
        at = file.tell()
        rows = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
        file.write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, rows))
        file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, at))


def _scans(path: Path, size: int) -> None:
    """Write pages that are pictures of noise, which nothing makes smaller, until the file is about that large."""
    from fpdf import FPDF
    from PIL import Image

    side, rng = 1_250, random.Random(3)
    pdf = FPDF()
    for _ in range(size // (side * side)):
        pdf.add_page()
        pdf.image(Image.frombytes("L", (side, side), rng.randbytes(side * side)), x=0, y=0, w=pdf.w, h=pdf.h)
    pdf.output(str(path))


if __name__ == "__main__":
    main()
