"""A process that carries out a grid and says of each cell when it is over, to be killed half-way."""

from __future__ import annotations

import sys
from pathlib import Path

from rlm_app.build import App, open_app
from rlm_app.grids import Grid, GridView, Standing
from rlm_app.records import RunSpec
from rlm_app.settings import Settings
from rlm_app.types import Limits

OWNER = "ann"
QUESTIONS = (
    "What notice period applies to the supplier?",
    "When are fees due?",
    "Which law governs the agreement?",
    "What is the liability limited to?",
    "Who keeps the intellectual property?",
)


def pages(number: int) -> list[str]:
    """Return the pages of a contract; each contract says something else."""
    return [
        f"1. The parties\n\nThis is agreement {number} between Northwind {number} and the supplier of its machines. It "
        f"begins on day {number + 1} of the year. It was signed by both in two copies, of which each keeps one.",
        f"2. Notice\n\nThe notice period that applies to the supplier is {number + 30} days.\n\n3. Fees\n\nFees are due "
        f"within {number + 10} days of the invoice. A fee that is late bears interest of {number} percent.",
        f"4. Liability\n\nThe liability of the supplier is limited to {number},500 dollars.\n\n5. Law\n\nThe law of "
        f"country {number} governs the agreement.\n\n6. Property\n\nNorthwind keeps the intellectual property.",
    ]


def write_pdf(path: Path, texts: list[str]) -> None:
    """Write a PDF with a page for each text."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for text in texts:
        pdf.add_page()
        pdf.multi_cell(0, 7, text)
    pdf.output(str(path))


def laid_out(app: App, home: Path, documents: int, questions: int) -> Grid:
    """Return the home's grid, laid out at the first call."""
    if found := app.grids.all(OWNER):
        return found[0]
    backend = next(each for each in app.backends if each.name == "offline")
    order = RunSpec("", (), backend.name, backend.root_models[0], backend.sub_models[0], limits=Limits(iterations=10))
    grid = app.grids.create(OWNER, "Contracts", order)
    for number in range(documents):
        file = home / f"contract-{number:02d}.pdf"
        write_pdf(file, pages(number))
        info = app.add_file(file, file.name, OWNER)
        app.grids.add_rows(grid.id, OWNER, [(info.sha256, info.name)])
    return app.grids.add_columns(grid.id, OWNER, QUESTIONS[:questions])


def over(view: GridView) -> int:
    """Return how many cells are done."""
    return sum(square.standing is Standing.DONE for square in view.squares)


def work(home: Path, documents: int, questions: int) -> None:
    """Carry the grid out, or further, and print the number of finished cells whenever it grows."""
    app = open_app(Settings(home))
    grid = laid_out(app, home, documents, questions)
    carried, told = app.grids.run(grid.id, OWNER, {}), -1
    while not carried.wait(0.02):
        if (done := over(app.grids.view(grid.id, OWNER))) > told:
            told = done
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{over(app.grids.view(grid.id, OWNER))}\n")
    app.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
