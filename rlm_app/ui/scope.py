"""What the names of a piece of code hold: all of the texts, a part of them, what a model replied; pure functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from enum import IntEnum

TEXTS = frozenset({"context", "documents"})
ASKS = frozenset({"llm_query", "llm_query_batched", "rlm_query", "rlm_query_batched"})
_SAME = frozenset({"str", "repr", "list", "sorted", "reversed", "enumerate"})
_SAME_OF = frozenset({"strip", "lstrip", "rstrip", "replace", "lower", "upper", "casefold", "split", "splitlines"})


class Held(IntEnum):
    """Where a value comes from; of several sources the highest counts."""

    UNKNOWN = 0
    PART = 1
    ALL = 2
    REPLY = 3


Names = Mapping[str, Held]


def of(tree: ast.Module, earlier: Names) -> Names:
    """Return what the names hold that a piece of code gives a value; `earlier` are those of the code before it."""
    names = dict(earlier)
    given = list(_given(tree))
    for _ in range(2):  # a name may be used above the line that gives it its value: in a function, in a loop
        for target, value in given:
            for name in _names(target):
                names[name] = max(names.get(name, Held.UNKNOWN), held(value, names))
    return names


def held(node: ast.AST, names: Names) -> Held:
    """Return where the value of an expression comes from."""
    match node:
        case ast.Name(id=name):
            return Held.ALL if name in TEXTS else names.get(name, Held.UNKNOWN)
        case ast.Call(func=ast.Name(id=name)) if name in ASKS:
            return Held.REPLY
        case ast.Subscript(value=value, slice=ast.Slice() | ast.Constant() | ast.UnaryOp()):
            whole = held(value, names)
            return Held.PART if whole is Held.ALL else whole
        case ast.Constant():
            return Held.UNKNOWN
        case _:
            return max((held(each, names) for each in ast.iter_child_nodes(node)), default=Held.UNKNOWN)


def is_text(node: ast.AST, aliases: Set[str]) -> bool:
    """Whether an expression is text of the documents as it stands there, whole or a part; `aliases` are names for such."""
    match node:
        case ast.Name(id=name):
            return name == "context" or name in aliases
        case ast.Subscript(value=value):
            return is_text(value, aliases)
        case ast.Call(func=ast.Name(id=name), args=[value, *_]) if name in _SAME:
            return is_text(value, aliases)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _SAME_OF:
            return is_text(value, aliases)
        case ast.IfExp(body=value, orelse=other):
            return is_text(value, aliases) or is_text(other, aliases)
        case _:
            return False


def aliases(tree: ast.Module) -> Set[str]:
    """Return the names that stand for text of the documents as it is."""
    found: set[str] = set()
    given = list(_given(tree))
    for _ in range(2):
        for target, value in given:
            if is_text(value, found):
                found.update(_names(target))
    return found


def _given(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Yield each place where names are given a value, and the value or what is looped over."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target, value) for target in targets)
            case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
                yield target, value
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield target, value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield target, value
            case ast.Call(func=ast.Attribute(value=target, attr="append" | "extend" | "add"), args=[value]):
                yield target, value


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names of a target; of `found[key]` and `found.field` the name of what holds it."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _names(part)
        case ast.Subscript(value=value) | ast.Attribute(value=value) | ast.Starred(value=value):
            yield from _names(value)
