"""Running heads, running feet and page numbers of a PDF: each stays where it comes first and goes from the pages after."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rlm_app.documents.pdf_edges import Edges, Line, Row

Span = tuple[int, int]

_LEAST_PAGES = 3
_MOST_OF_THEM = 0.5
_SET_OFF = 1.5
"""How many times the usual distance of rows lies between a running head and the body; a table's own head is nearer."""
_USUAL = 0.02
_BUCKETS = 100
_NUMBER = re.compile(r"\d+")
# Words beside which a number that goes up with the pages is a page's; "Step 3" and "Invoice 1003" are a page's own words.
_PAGE_WORD = re.compile(
    r"(?:\b(?:page|pages|pg|p|pp|seite|seiten|s|página|pagina|pág|pag|strona|str|strana|sida|side|blz|sayfa|oldal|frm|folio"
    r"|стр|страница|сторінка)\.?|第|-|–|—|\|)[\s:]*$",
    re.IGNORECASE,
)
_ONLY_OF = frozenset({"of", "von", "de", "di", "van", "av", "af", "z", "ze", "od", "из", "з", "页", "頁", "第"})

Group = tuple[bool, str, tuple[tuple[bool, int], ...]]
"""What lines that repeat have in common: the side of the page, the words, and of each number whether it goes up with the
pages, with its value or its distance from the page's own number."""
Groups = Mapping[tuple[int, bool, int, Span], Group]
"""Lines by page, side of it, row and place in its text."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line at the edge of a page: `page` counts from 1, `row` from the edge inwards."""

    page: int
    upper: bool
    row: int
    at: int
    line: Line

    @property
    def words(self) -> str:
        return " ".join(_NUMBER.sub("#", self.line.text.casefold()).split())

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in _NUMBER.findall(self.line.text)]


@dataclass(frozen=True, slots=True)
class Running:
    """The lines of a PDF that stand on several pages, by page, counted from 1.

    `again` are the stretches of a page's text, with newlines as \\n, that an earlier page has; `first` are those lines there.
    """

    again: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    first: Mapping[int, Sequence[str]] = field(default_factory=dict)

    def without(self, page: int, text: str) -> str:
        """Return the text of a page without what an earlier one has."""
        for start, end in sorted(set(self.again.get(page, ())), reverse=True):
            text = text[:start] + text[end + (text[end : end + 1] == "\n") :]
        return text

    def kept(self, page: int, text: str) -> tuple[Span, ...]:
        """Return where in the tidied text of a page the lines stand that later ones have too."""
        places = ((text.find(line), len(line)) for line in self.first.get(page, ()))
        return tuple(sorted({(at, at + length) for at, length in places if at >= 0}))

    @property
    def note(self) -> tuple[str, ...]:
        """The sentence on what was left out, none where nothing was."""
        if not self.again:
            return ()
        count = len(self.again)
        pages = f"{count:,} page{'' if count == 1 else 's'}"
        return (f"running heads, feet and page numbers are read once: {pages} had them again, where they are left out",)


def running(pages: Sequence[Edges]) -> Running:
    """Return what of the pages repeats what stood at that place on a page before.

    Such lines stand outermost, set off from the body, at a height where most pages have lines that three pages or more
    share; a number in them stays the same or is the page's. A document of one or two pages has none.
    """
    written = sum(1 for page in pages if page.rows)
    if written < _LEAST_PAGES:
        return Running()
    groups = _on_most(_alike(list(_seen(pages))), written)
    usual = statistics.median([page.pitch for page in pages if page.pitch] or [_USUAL])
    first: dict[Group, tuple[int, str]] = {}
    again: dict[int, list[Span]] = {}
    repeats: dict[int, list[str]] = {}
    for number, page in enumerate(pages, 1):
        for line, group in _outside(page, number, groups, usual):
            if group not in first:
                first[group] = number, line.text
                continue
            again.setdefault(number, []).append((line.start, line.end))
            on, text = first[group]
            if text not in repeats.setdefault(on, []):
                repeats[on].append(text)
    return Running(again, repeats)


def _outside(page: Edges, number: int, groups: Groups, usual: float) -> list[tuple[Line, Group]]:
    """Return the running lines of a page, from both its ends; of a page that holds nothing else none."""
    lines = [line for upper in (True, False) for line in _outermost(page, number, upper, groups, usual)]
    return [] if len({at for *_, at in lines}) >= page.rows else [(line, group) for line, group, _ in lines]


def _seen(pages: Sequence[Edges]) -> Iterator[_Seen]:
    for number, page in enumerate(pages, 1):
        for upper, rows in ((True, page.top), (False, page.bottom)):
            for depth, row in enumerate(rows):
                at = round(row.at * _BUCKETS)
                yield from (_Seen(number, upper, depth, at, line) for line in row.lines if line.text)


def _alike(seen: Sequence[_Seen]) -> dict[Group, list[_Seen]]:
    """Return the lines that two pages or more have at one height, by what they have in common."""
    by_words: defaultdict[tuple[bool, str], list[_Seen]] = defaultdict(list)
    for each in seen:
        by_words[each.upper, each.words].append(each)
    groups: defaultdict[Group, list[_Seen]] = defaultdict(list)
    for (upper, words), lines in by_words.items():
        if len(lines) > 1:
            for each, numbers in _numbered(lines):
                groups[upper, words, numbers].append(each)
    found = {group: _of_one_height(lines) for group, lines in groups.items()}
    return {group: lines for group, lines in found.items() if lines}


def _numbered(lines: Sequence[_Seen]) -> Iterator[tuple[_Seen, tuple[tuple[bool, int], ...]]]:
    """Yield each line with what its numbers are: the commoner of the same value and the same distance from the page."""
    values = Counter((at, number) for each in lines for at, number in enumerate(each.numbers))
    steps = Counter((at, number - each.page) for each in lines for at, number in enumerate(each.numbers))
    for each in lines:
        read = []
        for at, number in enumerate(each.numbers):
            goes_up = steps[at, number - each.page] > values[at, number]
            read.append((goes_up, number - each.page if goes_up else number))
        if not any(goes_up for goes_up, _ in read) or _is_page_number(each.line, read):
            yield each, tuple(read)


def _is_page_number(line: Line, numbers: Sequence[tuple[bool, int]]) -> bool:
    """Whether the numbers that go up with the pages are page numbers by what stands beside them."""
    if line.apart or set(re.findall(r"[^\W\d_]+", line.text.casefold())) <= _ONLY_OF:
        return True
    counting = [found for found, (up, _) in zip(_NUMBER.finditer(line.text), numbers, strict=True) if up]
    return all(_PAGE_WORD.search(line.text[: found.start()]) for found in counting)


def _of_one_height(lines: Sequence[_Seen]) -> list[_Seen]:
    """Return those of the lines that stand where another does, within a hundredth of the page's height."""
    pages: defaultdict[int, set[int]] = defaultdict(set)
    for each in lines:
        pages[each.at].add(each.page)
    return [each for each in lines if len(_near(pages, each.at)) > 1]


def _on_most(groups: dict[Group, list[_Seen]], written: int) -> Groups:
    """Return the lines at whose height something repeats on most pages."""
    pages: dict[bool, defaultdict[int, set[int]]] = {True: defaultdict(set), False: defaultdict(set)}
    for group, lines in groups.items():
        for each in lines if len(lines) >= _LEAST_PAGES else ():
            pages[group[0]][each.at].add(each.page)
    most = {
        upper: {at for at in list(places) if len(_near(places, at)) >= _MOST_OF_THEM * written}
        for upper, places in pages.items()
    }
    return {
        (each.page, each.upper, each.row, (each.line.start, each.line.end)): group
        for group, lines in groups.items()
        for each in lines
        if each.at in most[each.upper]
    }


def _near(pages: defaultdict[int, set[int]], at: int) -> set[int]:
    return pages.get(at - 1, set()) | pages.get(at, set()) | pages.get(at + 1, set())


def _outermost(page: Edges, number: int, upper: bool, groups: Groups, usual: float) -> list[tuple[Line, Group, float]]:
    """Return the lines of a side up to the innermost row that is set off from what follows, where all repeat."""
    pitch = max(page.pitch, usual) if page.pitch else usual
    rows: Sequence[Row] = page.top if upper else page.bottom
    taken: list[tuple[Line, Group, float]] = []
    waiting: list[tuple[Line, Group, float]] = []
    for depth, row in enumerate(rows):
        here = [(line, groups.get((number, upper, depth, (line.start, line.end)))) for line in row.lines]
        waiting += [(line, group, row.at) for line, group in here if group is not None]
        if any(group is None for _, group in here):
            break
        if row.step > _SET_OFF * pitch:
            taken, waiting = [*taken, *waiting], []
    return taken
