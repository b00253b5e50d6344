"""Tables as text, CSV and TSV: the file's own characters, cut between rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from rlm_app.documents import text
from rlm_app.documents.loading import Loaded, OnProgress
from rlm_app.documents.stretches import stretches

# In the order in which they are believed when two fit: a comma may stand in numbers.
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
_LOOKED_AT = 200
# A cell of more lines than this is a stray quotation mark, and each line is taken for a row.
_LONGEST = 200


def load(path: Path, name: str, password: str | None, on_progress: OnProgress) -> Loaded:
    """Read a table: the text stays as it is in the file; parts end where rows end, also with line breaks in cells."""
    whole, notes = text.decoded(path, name)
    rows = list(records(text.lines(whole)))
    separator, columns, odd = shape(rows[:_LOOKED_AT])
    if odd:
        among = f"{odd:,} of the first {min(len(rows), _LOOKED_AT):,} rows"
        notes = (
            *notes,
            f"{among} have other than {columns:,} columns, taken to be separated by {_SEPARATORS[separator]}",
        )
    on_progress(1, 1)
    return Loaded("tsv" if separator == "\t" else "csv", "rows", stretches(enumerate(rows, 1), "row"), notes)


def records(lines: Iterable[str]) -> Iterator[str]:
    """Yield the rows of a table: lines, joined as long as a quotation mark is open."""
    held: list[str] = []
    is_open = False
    for line in lines:
        held.append(line)
        is_open ^= line.count('"') % 2 == 1
        if not is_open:
            yield "".join(held)
            held = []
        elif len(held) > _LONGEST:
            yield from held
            held, is_open = [], False
    yield from held


def shape(rows: list[str]) -> tuple[str, int, int]:
    """Return the separator on whose number of columns most rows agree, that number, and how many rows do not."""
    found = [(*_agreement(rows, separator), separator) for separator in _SEPARATORS]
    often, columns, separator = max(found, key=lambda each: each[0])
    return (separator, columns, len(rows) - often) if often else (",", 1, 0)


def _agreement(rows: list[str], separator: str) -> tuple[int, int]:
    """Return how many rows have the commonest number of columns, and that number; a single column is no agreement."""
    counts: Counter[int] = Counter()
    for row in rows:
        try:
            counts[max((len(cells) for cells in csv.reader([row], delimiter=separator)), default=1)] += 1
        except csv.Error:  # a cell beyond the module's limit, or a line break outside of quotes
            counts[1] += 1
    columns, often = counts.most_common(1)[0] if counts else (1, 0)
    return (often if columns > 1 else 0), columns
