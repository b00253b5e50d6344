"""Finding the quotations in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rlm_app.quotable import is_quotable

# Within one paragraph; a straight mark opens after no letter or digit and closes before none (5" is a measure).
# A single mark is an apostrophe, too. It opens before a word that is none of those that begin with one ('tis, the '90s), and
# closes behind an s ("the tenants' rights") only where none that surely closes follows.
_LINE = r"(?:(?!\n[ \t]*\n).)"
_LEFT_OUT = r"(?!(?:\d\ds?|tis|twas|em|til|cause|n)\b)"
_AHEAD = 600


def _single(opens: str, shut: str) -> str:
    """Return the pattern of a quotation in single marks that `opens` begins and the mark `shut` ends."""
    inside = rf"(?:(?!{opens}){_LINE})"
    sure = rf"{shut}(?!\w)(?:(?<!s{shut})|(?=[^\w\s]|\s*\Z|\n))"
    return rf"{opens}(?P<NAME>{inside}+?)(?:{sure}|{shut}(?!\w)(?!{inside}{{0,{_AHEAD}}}?{sure}))"


_CURLY_SINGLE = _single(rf"(?<!\w)‘{_LEFT_OUT}", "’").replace("NAME", "single")
_STRAIGHT_SINGLE = _single(rf"(?<![\w'`])'(?=[\w\[(…$€£§]){_LEFT_OUT}", "'").replace("NAME", "typed")
# A quotation may hold another in the same marks: (the "Vendor"). Each kind of text in it begins with another sign, so that
# there is one way to read it.
_INNER = r'(?<=[\s(\[])"(?=\w)(?:(?!"){_LINE})+"(?!\w)'.replace("{_LINE}", _LINE)
_MARKED = re.compile(
    rf"“(?P<curly>(?:“(?:(?![“”]){_LINE})+”|(?!“){_LINE})+?)”"
    rf"|„(?P<low>(?:„(?:(?![„“”]){_LINE})+[“”]|(?!„){_LINE})+?)[“”]"
    rf"|«(?P<angle>(?:«(?:(?![«»]){_LINE})+»|(?!«){_LINE})+?)»"
    rf"|»(?P<inward>(?:»(?:(?![«»]){_LINE})+«|(?!»){_LINE})+?)«"
    rf"|「(?P<corner>(?:(?!「){_LINE})+?)」|『(?P<white>(?:(?!『){_LINE})+?)』"
    rf"|‹(?P<thin>(?:(?!‹){_LINE})+?)›|›(?P<thin_inward>(?:(?!›){_LINE})+?)‹"
    rf"|(?<![\w.,;:!?…)\]”])”(?=\w)(?P<same>(?:(?!”){_LINE})+?)”(?!\w)"
    rf"|‚(?P<low_single>(?:(?!‚){_LINE})+?)[‘’](?!\w)"
    rf'|(?<![\w"])"(?=\S)(?:(?P<holding>(?:{_INNER}|(?!"){_LINE})+?)|(?P<straight>(?:(?!"){_LINE})+?))"(?!\w)'
    rf"|`[^`\n\"“]*`|{_CURLY_SINGLE}|{_STRAIGHT_SINGLE}",
    re.DOTALL,
)
_BLOCK = re.compile(r"(?:^[ \t]{0,3}>[^\n]*(?:\n|$))+", re.MULTILINE)
_FENCED = re.compile(r"^([ \t]*)(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t]*\2[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_SOURCE_LINE = re.compile(r"^\s*(?:[—–-]{1,2}\s*\S.*|[(\[][^()\[\]]*[)\]]\.?)$")
_SOURCE_AT_END = re.compile(
    r"(?:[—–]\s*)?[(\[][^()\[\]]*\b(?:p|pp|page|pages|section|lines?|§)\b[^()\[\]]*[)\]]\.?\s*$", re.I
)
_LONGEST_SOURCE = 400


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation and the stretch of the answer, [start, end), that it takes up with its marks.

    `longer` are the same words with more of what was taken for their source, the longest first: "(see section 4)" may be
    either, and only the documents can tell.
    """

    text: str
    start: int
    end: int
    longer: tuple[str, ...] = ()


def find_quotes(answer: str) -> list[str]:
    """Return what the answer quotes, in its order: text in quotation marks and Markdown block quotes.

    Words in code are no quotations, nor is what is too short to be looked up.
    """
    return [quoted.text for quoted in locate_quotes(answer)]


def in_code(answer: str) -> str:
    """Return the answer with its blocks of code blanked out, each character in its place."""
    return _FENCED.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), answer)


def locate_quotes(answer: str) -> list[Quoted]:
    """Return the quotations of `find_quotes` with their places."""
    prose = in_code(answer)
    blocks = list(_BLOCK.finditer(prose))
    outside = list(prose)
    for block in blocks:
        outside[block.start() : block.end()] = re.sub(r"[^\n]", " ", block[0])
    found = [quoted for block in blocks for quoted in _in_block(block)]
    found += _marked("".join(outside), 0)
    return sorted((quoted for quoted in found if is_quotable(quoted.text)), key=lambda quoted: quoted.start)


def _marked(prose: str, shift: int) -> Iterator[Quoted]:
    for match in _MARKED.finditer(prose):
        text = next((group for group in match.groups() if group is not None), None)
        if text is not None:  # else a word in code
            yield Quoted(text.strip(), match.start() + shift, match.end() + shift)


def _in_block(block: re.Match[str]) -> list[Quoted]:
    """Return the block quote without its source line as one quotation, or those in marks when they are most of it."""
    # The ">" becomes blanks of the same length, so that places stay true.
    body = re.sub(r"(?m)^[ \t]{0,3}(?:>[ \t]?)+", lambda lead: " " * len(lead[0]), block[0])
    marked = [quoted for quoted in _marked(body, block.start()) if is_quotable(quoted.text)]
    if _mostly(marked, body):
        return [Quoted(_without_blanks(quoted.text), quoted.start, quoted.end) for quoted in marked]
    *longer, end = _ends_of_quotation(body)
    texts = tuple(_without_blanks(body[:each]) for each in longer)
    return [Quoted(_without_blanks(body[:end]), block.start(), block.start() + end, texts)]


def _ends_of_quotation(body: str) -> list[int]:
    """Return where a block quote ends, and before it where its text would end if what seems to be its source were none."""
    end = whole = len(body.rstrip())
    while end:
        begin = body.rfind("\n", 0, end) + 1
        if not _SOURCE_LINE.match(body[begin:end]):
            break
        end = len(body[:begin].rstrip())
    source = _SOURCE_AT_END.search(body, max(0, end - _LONGEST_SOURCE), end)
    ends = [whole, end, len(body[: source.start()].rstrip()) if source else end]
    return sorted(set(ends), reverse=True)


def _mostly(marked: list[Quoted], body: str) -> bool:
    return bool(marked) and sum(len(quoted.text) for quoted in marked) * 2 > len("".join(body.split()))


def _without_blanks(text: str) -> str:
    return "\n".join(line.strip(" \t") for line in text.split("\n")).strip()
