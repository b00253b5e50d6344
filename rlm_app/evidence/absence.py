"""What stands behind an answer that says: it is not in these documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeGuard

from rlm_app import syntax
from rlm_app.citations import Citation, Verdict
from rlm_app.events import CellStarted, Event
from rlm_app.evidence.coverage import prompts_of
from rlm_app.evidence.judge import Judge
from rlm_app.evidence.patterns import in_words, is_pattern
from rlm_app.evidence.shown import Shown
from rlm_app.proofs import Absence, Coverage
from rlm_app.types import Document

MOST_TERMS, MOST_QUESTIONS, MOST_MISSES = 60, 12, 6
_LONGEST = 120
_LOOKED_AT = 20_000
_STANDS = frozenset({Verdict.FOUND, Verdict.FOUND_IN_PARTS})
_SEARCHING = (
    "find rfind index rindex count search findall finditer match fullmatch compile split startswith endswith contains"
)
_SEARCHES = frozenset(_SEARCHING.split())
_NAMES = frozenset({"dir", "globals", "locals", "vars"})
_MATTER = (
    r"(?:documents?|texts?|contracts?|agreements?|leases?|polic(?:y|ies)|reports?|handbooks?|manuals?|files?|papers?|context|"
    r"sources?|passages?|provisions?)"
)
_KINDS = (
    r"(?:clauses?|provisions?|terms?|sections?|references?|mentions?|information|evidence|records?|details?|data)\b"
)
_SAYS_SO = (
    rf"(?:n['’]t|\b(?:not|no|nothing|nowhere|none|neither))\b[^.\n]{{0,80}}\b(?:found|mention\w*|stat\w+|specif\w+|"
    rf"contain\w*|say|said|appear\w*|address\w*|answer\w*|provid\w+|includ\w+|in (?:the|these|this|any of the) {_MATTER})\b",
    rf"\b(?:does|do|did|is|are|was|were|could)(?: not|n['’]t)\b[^.\n]{{0,60}}\b{_MATTER}\b",
    r"\b(?:could|can|did|was|were)(?: ?not|n['’]t) (?:able to )?(?:find|locate|identify|see)\b",
    r"\b(?:found|finds?|finding) (?:nothing|none)\b|\bno such \w+ (?:exists?|is)\b",
    rf"\b(?:contains?|holds?|has|have|gives?|provides?) no (?:such\b|{_KINDS})",
    r"\b(?:is|are|remains?) silent (?:on|about|as to)\b|\b(?:is|are) (?:absent\b|(?:missing|lacking) (?:from|in)\b)",
    rf"\bthere(?: is| are| was| were)(?: not|n['’]t)? (?:no|any|nothing) (?:\w+ ){{0,3}}?{_KINDS}",
    rf"\b{_MATTER} (?:lacks?|omits?)\b|\b(?:neither|none of the|no) {_MATTER} \w+",
    # German
    r"\b(?:kein\w*|nicht|nichts|nirgends)\b[^.\n]{0,80}\b(?:dokument\w*|vertr[aä]g\w*|text\w*|unterlagen|enthalten|"
    r"erw[aä]hn\w+|gefunden|geregelt|genannt|regelung\w*|angabe\w*|hinweis\w*)\b",
    # French
    r"\b(?:ne|n['’])[^.\n]{0,60}\b(?:pas|aucune?|rien|nulle part)\b[^.\n]{0,40}"
    r"(?:mention\w*|document\w*|trouv\w+|indiqu\w+|pr[ée]cis\w+|contrat)",
    r"\bne\b[^.\n]{0,30}\bmention\w* (?:pas|rien)\b|\baucune? (?:clause|mention|disposition|information|indication)\b",
    # Spanish, Italian, Portuguese, Dutch
    r"\b(?:no|non|n[aã]o|niet|geen|nada|nessun\w*|ning[uú]n\w*|nenhum\w*)\b[^.\n]{0,60}\b(?:menci\w+|menzion\w+|encontr\w+|"
    r"trov\w+|vermeld\w*|gevonden|document[oie]\w*|documenten|contrat\w+|cl[aá]usula|clausol\w+|indica\w*|especifica\w*)\b",
)
_SAYS_ABSENT = re.compile("|".join(_SAYS_SO), re.IGNORECASE)
SAID = "searched_for"
"""The variable by which a cell says itself what it searches for."""


def says_absent(answer: str, citations: Sequence[Citation] = ()) -> bool:
    """Whether an answer says that something is not in the documents, and quotes nothing that is."""
    return not any(each.verdict in _STANDS for each in citations) and bool(_SAYS_ABSENT.search(answer[:_LOOKED_AT]))


def absence_of(documents: Sequence[Document], events: Iterable[Event], coverage: Sequence[Coverage]) -> Absence:
    """Return what a run did to find what it says is not there; nothing here asks a model."""
    events = list(events)
    terms = terms_of(events)
    counts = _counts(documents, terms)
    return Absence(tuple(coverage), terms, _questions(documents, events), _misses(documents, terms), counts)


def terms_of(events: Iterable[Event]) -> tuple[str, ...]:
    """Return what the cells of a run searched for, in their order: strings and patterns as they are written.

    A pattern that names no word, such as one that cuts a text into sentences, is left out. A cell that says what it
    searches for (`searched_for = ["penalty", "fee"]`) searches for nothing else.
    """
    found: dict[str, None] = {}
    for event in events:
        if isinstance(event, CellStarted):
            for term in _terms_in(event.code):
                if 2 <= len(term.strip()) <= _LONGEST and in_words(term):
                    found.setdefault(term.strip())
    return tuple(found)[:MOST_TERMS]


def _terms_in(code: str) -> list[str]:
    tree = syntax.tree(code)
    nodes = list(ast.walk(tree)) if tree else []
    if said := [term for node in nodes if _is_said(node) for term in _listed(node.value)]:
        return said
    searched = [term for node in nodes for term in _searched(node)]
    loops = any(isinstance(node, ast.For | ast.comprehension) for node in nodes)
    if searched or any(_is_search(node) for node in nodes):
        searched += [term for node in nodes if loops for term in _listed(node)]
    return searched


def _is_said(node: ast.AST) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and [_name(target) for target in node.targets] == [SAID]


def _is_search(node: ast.AST) -> bool:
    if isinstance(node, ast.Compare):
        of_names = any(isinstance(each, ast.Call) and _name(each.func) in _NAMES for each in node.comparators)
        return not of_names and any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops)
    return isinstance(node, ast.Call) and _name(node.func) in _SEARCHES


def _searched(node: ast.AST) -> Iterator[str]:
    """Yield the strings that a search is given: its arguments, or what stands before `in`."""
    if not _is_search(node):
        return
    given = [node.left] if isinstance(node, ast.Compare) else node.args if isinstance(node, ast.Call) else []
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _listed(node: ast.AST) -> Iterator[str]:
    """Yield the strings of a list that a cell with a loop and a search holds: the words it goes through."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for value in node.elts:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _questions(documents: Sequence[Document], events: Sequence[Event]) -> tuple[str, ...]:
    """Return what sub-models were asked: their prompts without the stretches of the documents."""
    shown = Shown([document.text for document in documents])
    asked: dict[str, None] = {}
    for call_id, _, prompt in prompts_of(events):
        if call_id != "0" and len(asked) < MOST_QUESTIONS:
            own, end = [], 0
            for held in shown.held(prompt):
                own.append(prompt[end : held.at])
                end = max(end, held.end)
            question = " ".join("".join([*own, prompt[end:]]).split())
            asked.setdefault(question[: 2 * _LONGEST])
    return tuple(question for question in asked if question)


def _counts(documents: Sequence[Document], terms: Sequence[str]) -> tuple[int | None, ...]:
    """Return how often each plain term stands in the documents, whatever its letter case and wherever lines break in it."""
    texts = [" ".join(document.text.casefold().split()) for document in documents]
    plain = [None if is_pattern(term) else " ".join(term.casefold().split()) for term in terms]
    return tuple(None if term is None else sum(text.count(term) for text in texts) for term in plain)


def _misses(documents: Sequence[Document], terms: Sequence[str]) -> tuple[Citation, ...]:
    """Return the plain terms that stand in the documents or near something there, those of most words first.

    Patterns are not run: a model wrote them, and some take for ever.
    """
    judge = Judge(documents)
    plain = sorted((term for term in terms if not is_pattern(term)), key=lambda term: -len(term.split()))
    judged = (judge(term) for term in plain)
    near = [each for each in judged if each.end > each.start or each.nearest is not None]
    return tuple(near[:MOST_MISSES])
