"""Builds the agreement (PDF and DOCX) and the research paper (PDF), and finds the pages of the gold quotations."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"


def main() -> None:
    """Build every document and then fill in the pages of the questions."""
    sys.path.insert(0, str(HERE.parent))
    from sample_docs.source.typeset import agreement_docx, agreement_pdf, find_pages, paper_pdf
    from sample_docs.source.typeset.markup import load

    agreement = load(SOURCE / "msa")
    agreement_pdf.build(agreement, HERE / "master-services-agreement.pdf")
    agreement_docx.build(agreement, HERE / "master-services-agreement.docx")
    paper_pdf.build(load(SOURCE / "paper"), HERE / "research-paper.pdf")
    find_pages.fill_pages(SOURCE / "questions_msa_paper.json", HERE)


if __name__ == "__main__":
    main()
