import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = Path(os.environ.get("RLM_SAMPLES") or ROOT.parent / "shared" / "samples")
    if not folder.is_dir():
        pytest.skip(f"there are no samples at {folder}; set RLM_SAMPLES")
    return folder


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Write a PDF with one page per text; "picture" makes a page that is only an image, "" an empty one."""

    def make(pages: list[str], name: str = "made.pdf", **encryption: Any) -> Path:
        from fpdf import FPDF
        from PIL import Image

        pdf = FPDF()
        pdf.set_font("Helvetica", size=11)
        if encryption:
            pdf.set_encryption(**encryption)
        for text in pages:
            pdf.add_page()
            if text == "picture":
                pdf.image(Image.new("L", (60, 60), 128), w=100)
            elif text:
                pdf.multi_cell(0, 6, text)
        path = tmp_path / name
        pdf.output(str(path))
        return path

    return make
