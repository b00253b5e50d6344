"""What the code of a turn does, in plain words: "Searched for ‘terminat’ in 3 documents"; pure functions.

Only the code is read, not what came of it, so that a title is there as soon as the reply is and never changes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rlm_app import syntax
from rlm_app.ui import words

LIMIT = 110
_MOST_TERMS = 3
_MOST_DEEDS = 3
_FINDERS = frozenset({"search", "findall", "finditer", "fullmatch", "match", "compile"})
_METHODS = frozenset({"find", "rfind", "index", "count", "startswith", "endswith"})
_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)|\\[bB]")
_ASKS = {
    "llm_query": "asked a model about a part",
    "llm_query_batched": "asked models about many parts side by side",
    "rlm_query": "handed a part to a run of its own",
    "rlm_query_batched": "handed parts to runs of their own",
}
_SAID = {"cite": "checked quotations", "FINAL": "handed in the answer", "FINAL_VAR": "handed in the answer"}
_TEXTS = frozenset({"context", "documents"})

Names = dict[str, list[str]]


@lru_cache(maxsize=2048)
def title(code: tuple[str, ...], documents: int = 0) -> str:
    """Return in one line what these cells do with so many documents; "" where nothing of it has plain words."""
    deeds: list[str] = []
    terms: list[str] = []
    for tree in filter(None, map(syntax.tree, code)):
        names = _strings(tree)
        for node in ast.walk(tree):
            terms += [term for term in _sought(node, names) if term not in terms]
        deeds += [deed for deed in _deeds(tree) if deed not in deeds]
    if terms:
        deeds.insert(0, f"searched for {_listed(terms)}{_where(documents)}")
    return words.clip(_sentence(deeds), LIMIT)


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


def _sought(node: ast.AST, names: Names) -> list[str]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[pattern, *_]) if name in _FINDERS:
            return [term for text in _texts(pattern, names) for term in _plain(text)]
        case ast.Call(func=ast.Attribute(attr=name), args=[text, *_]) if name in _METHODS:
            return [found for found in _texts(text, names) if found.strip()]
        case ast.Compare(
            left=text, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name() | ast.Call() | ast.Subscript()]
        ):
            return [found for found in _texts(text, names) if found.strip()]
        case _:
            return []


def _plain(pattern: str) -> list[str]:
    """Return a pattern without what only a program reads; alternatives apart where nothing encloses them."""
    text = _FLAGS.sub("", pattern).replace(r"\s+", " ").replace(r"\s*", " ")
    outer = text[1:-1].removeprefix("?:") if text.startswith("(") and text.endswith(")") else text
    parts = outer.split("|") if not set("()[]") & set(outer) else [text]
    return [part.strip() for part in parts if part.strip()]


def _deeds(tree: ast.Module) -> Iterator[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    if any(_reads(call) for call in calls):
        yield "read a part of the text"
    if any(_measures(call) for call in calls):
        yield "looked at how long the text is"
    yield from (_ASKS[name] for name in _ASKS if name in named)
    if any(
        isinstance(node, ast.ImportFrom | ast.Import) and "matplotlib" in ast.unparse(node) for node in ast.walk(tree)
    ):
        yield "drew a picture"
    yield from (_SAID[name] for name in ("cite", "FINAL", "FINAL_VAR") if name in named)
    if any(_hands_in(node) for node in ast.walk(tree)):
        yield "handed in the answer"


def _reads(call: ast.Call) -> bool:
    """Whether a call prints a stretch of the texts."""
    return _is_print(call) and any(
        isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice) and _names(part.value) & _TEXTS
        for part in ast.walk(call)
    )


def _measures(call: ast.Call) -> bool:
    return _is_print(call) and any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Name)
        and part.func.id == "len"
        and _names(part) & _TEXTS
        for part in ast.walk(call)
    )


def _hands_in(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="answer")), *_]):
            return True
        case ast.Assign(targets=[ast.Name(id="answer")], value=ast.Dict()):
            return True
        case ast.AugAssign(target=ast.Name(id="answer")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="answer"), attr="update")):
            return True
        case _:
            return False


def _is_print(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "print"


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _listed(terms: Sequence[str]) -> str:
    shown = ", ".join(f"‘{words.clip(term, 32)}’" for term in terms[:_MOST_TERMS])
    return shown + (f" and {len(terms) - _MOST_TERMS} more" if len(terms) > _MOST_TERMS else "")


def _where(documents: int) -> str:
    return f" in {words.count(documents, 'document')}" if documents > 1 else ""


def _sentence(deeds: Sequence[str]) -> str:
    shown = list(deeds[:_MOST_DEEDS])
    text = ", ".join(shown[:-1]) + (" and " if len(shown) > 1 else "") + shown[-1] if shown else ""
    return text[:1].upper() + text[1:]
