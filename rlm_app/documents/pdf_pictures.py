"""Pages of a PDF as pictures: for text recognition, and to look at."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from rlm_app.documents.pdf import open_pdf
from rlm_app.errors import DocumentError

# A page may claim any size; more than this of either side is drawn smaller.
MOST_PIXELS = 5_000


def pictures(
    path: Path, name: str, password: str | None, pages: Iterable[int], dpi: int
) -> Iterator[tuple[int, bytes]]:
    """Yield each of the pages, counted from 1, with its picture as grey PNG at `dpi` dots an inch.

    Raises `DocumentError` where the file cannot be opened; a page that cannot be drawn is passed over.
    """
    import pypdfium2

    pdf = open_pdf(path, name, password)
    try:
        for number in pages:
            try:
                page = pdf[number - 1]
                scale = min(dpi / 72, MOST_PIXELS / max(1.0, *page.get_size()))
                drawn = page.render(scale=scale, grayscale=True)
                page.close()
            except (pypdfium2.PdfiumError, IndexError):
                continue
            target = io.BytesIO()
            drawn.to_pil().save(target, format="PNG")
            drawn.close()
            yield number, target.getvalue()
    except MemoryError as error:
        raise DocumentError(name, "has pages too large to be drawn") from error
    finally:
        pdf.close()
