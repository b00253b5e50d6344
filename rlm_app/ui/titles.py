"""What the code of a turn does, in plain words: "Searched for ‘terminat’ in 3 documents"; pure functions.

Only the code is read, not what came of it, so that a title is there as soon as the reply is and never changes. It says no more
than the code shows: a search of something that may not be the documents does not name them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rlm_app import syntax
from rlm_app.ui import doings, scope, words
from rlm_app.ui.scope import Held

LIMIT = 110
_MOST_TERMS = 3
_MOST_DEEDS = 3
_FINDERS = frozenset({"search", "findall", "finditer", "fullmatch", "match"})
_METHODS = frozenset({"find", "rfind", "index", "count", "startswith", "endswith"})
_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)|\\[bB]")

Names = dict[str, list[str]]


@lru_cache(maxsize=2048)
def title(code: tuple[str, ...], documents: int = 0) -> str:
    """Return in one line what these cells do with so many documents; "" where nothing of it has plain words."""
    try:
        return _title(code, documents)
    except RecursionError:  # a sum of thousands of parts, say
        return ""


def _title(code: tuple[str, ...], documents: int) -> str:
    deeds: list[str] = []
    terms: dict[str, None] = {}
    everywhere = True
    held: scope.Names = {}
    for tree in filter(None, map(syntax.tree, code)):
        held = scope.of(tree, held)
        for place, found in _searches(tree, held):
            everywhere = everywhere and place is Held.ALL
            terms |= dict.fromkeys(found)
        deeds += [deed for deed in doings.of(tree) if deed not in deeds]
    if terms:
        deeds.insert(0, f"searched for {_listed([*terms])}{_where(documents) if everywhere else ''}")
    return words.clip(_sentence(deeds), LIMIT)


def _searches(tree: ast.Module, held: scope.Names) -> Iterator[tuple[Held, list[str]]]:
    """Yield what is sought in each search and in what; one of a model's reply is none of the documents."""
    names = _strings(tree)
    for node in ast.walk(tree):
        place, found = _sought(node, names, held)
        if found and place is not Held.REPLY:
            yield place, found


def _strings(tree: ast.Module) -> Names:
    """Return the names that stand for written-out texts: assigned, or looped over."""
    found: Names = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).extend(_texts(value, found))
            case (
                ast.For(target=ast.Name(id=name), iter=value) | ast.comprehension(target=ast.Name(id=name), iter=value)
            ):
                found.setdefault(name, []).extend(_texts(value, found))
    return found


def _texts(node: ast.expr, names: Names) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name):
            return list(names.get(name, ()))
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [text for item in items for text in _texts(item, names)]
        case _:
            return []


def _sought(node: ast.AST, names: Names, held: scope.Names) -> tuple[Held, list[str]]:
    """Return where a piece of code looks and what it looks for, [] where it is no search."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile"), args=[pattern, *_]):
            return Held.ALL, _patterns(pattern, names)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[pattern, *where]) if (
            name in _FINDERS
        ):
            return scope.held(ast.Tuple(where), held), _patterns(pattern, names)
        case ast.Call(func=ast.Attribute(value=where, attr=name), args=[text, *_]) if name in _METHODS:
            return scope.held(where, held), _written(text, names)
        case ast.Compare(left=text, ops=[ast.In() | ast.NotIn()], comparators=[where]):
            place = scope.held(where, held)
            return place, _written(text, names) if place else []
        case _:
            return Held.UNKNOWN, []


def _patterns(node: ast.expr, names: Names) -> list[str]:
    return [term for text in _texts(node, names) for term in _plain(text)]


def _written(node: ast.expr, names: Names) -> list[str]:
    return [found for found in _texts(node, names) if found.strip()]


def _plain(pattern: str) -> list[str]:
    """Return a pattern without what only a program reads; alternatives apart where nothing encloses them."""
    text = _FLAGS.sub("", pattern).replace(r"\s+", " ").replace(r"\s*", " ")
    outer = text[1:-1].removeprefix("?:") if text.startswith("(") and text.endswith(")") else text
    parts = outer.split("|") if not set("()[]") & set(outer) else [text]
    return [part.strip() for part in parts if part.strip()]


def _listed(terms: Sequence[str]) -> str:
    shown = ", ".join(f"‘{words.clip(term, 32)}’" for term in terms[:_MOST_TERMS])
    return shown + (f" and {len(terms) - _MOST_TERMS} more" if len(terms) > _MOST_TERMS else "")


def _where(documents: int) -> str:
    return f" in {words.count(documents, 'document')}" if documents > 1 else ""


def _sentence(deeds: Sequence[str]) -> str:
    shown = list(deeds[:_MOST_DEEDS])
    text = ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1] if shown else ""
    return text[:1].upper() + text[1:]
