"""What a piece of code does besides searching, in plain words and no more than its text shows; pure functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from rlm_app.ui import scope

_ASKS = {
    "llm_query": "asked a model",
    "llm_query_batched": "asked models side by side",
    "rlm_query": "started a run of its own",
    "rlm_query_batched": "started runs of their own",
}
_SINGLE = {"llm_query": "asked a model about {}", "rlm_query": "handed {} to a run of its own"}
_FINALS = frozenset({"FINAL", "FINAL_VAR"})
_BRANCHES = (ast.If, ast.IfExp, ast.ExceptHandler, ast.FunctionDef, ast.Lambda, ast.For, ast.While)


def of(tree: ast.Module) -> Iterator[str]:
    """Yield the deeds of a piece of code, in the order in which they are told."""
    texts = scope.aliases(tree)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printed = [part for call in calls if _named(call) == "print" for arg in call.args for part in _shown(arg)]
    listed = _of_list(tree)
    if any(_named(call) == "print" and _names(call) & listed for call in calls):
        yield "looked at what documents there are"
    if any(scope.is_text(part, texts) and not _is_whole(part) for part in printed):
        yield "read a part of the text"
    if any(_is_whole(part) for part in printed):
        yield "printed the whole text"
    if any(_measures(call, texts) for call in calls):
        yield "looked at how much text there is"
    for name, plain in _ASKS.items():
        asked = {_asked(call, texts, plain) for call in calls if _named(call) == name}
        yield from (asked if len(asked) == 1 else {plain} if asked else ())
    if any(
        isinstance(node, ast.ImportFrom | ast.Import) and "matplotlib" in ast.unparse(node) for node in ast.walk(tree)
    ):
        yield "drew a picture"
    if any(_named(call) == "cite" for call in calls):
        yield "checked quotations"
    yield from _answered(tree)


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in _beside_asks(node) if isinstance(part, ast.Name)}


def _of_list(tree: ast.Module) -> set[str]:
    """Return the names of the list that describes the documents, and of each of them where it is gone through."""
    found = {"documents"}
    for node in ast.walk(tree):
        match node:
            case (
                ast.For(target=target, iter=ast.Name(id="documents"))
                | ast.comprehension(target=target, iter=ast.Name(id="documents"))
            ):
                found |= _names(target)
    return found


def _shown(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what an argument of `print` shows as it is: itself, and the parts it is put together from."""
    yield node
    match node:
        case ast.JoinedStr(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from _shown(part)
        case ast.FormattedValue(value=value) | ast.Starred(value=value):
            yield from _shown(value)
        case ast.BinOp(left=left, right=right):
            yield from (*_shown(left), *_shown(right))


def _is_whole(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="context"):
            return True
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[value, *_]):
            return _is_whole(value)
        case _:
            return False


def _measures(call: ast.Call, texts: Set[str]) -> bool:
    return _named(call) == "print" and any(
        isinstance(part, ast.Call) and _named(part) == "len" and bool(part.args) and scope.is_text(part.args[0], texts)
        for part in _beside_asks(call)
    )


def _beside_asks(node: ast.AST) -> Iterator[ast.AST]:
    """Yield an expression and its parts, but not what a model is asked in it."""
    yield node
    for part in ast.iter_child_nodes(node):
        if not (isinstance(part, ast.Call) and _named(part) in scope.ASKS):
            yield from _beside_asks(part)


def _asked(call: ast.Call, texts: Set[str], plain: str) -> str:
    """Return what a call asks a model about, where its own words show that."""
    name, inside = _named(call), [part for arg in call.args for part in _put_in(arg)]
    if name not in _SINGLE:
        return plain
    if any(_is_whole(part) for part in inside):
        return _SINGLE[name].format("the whole text")
    return _SINGLE[name].format("a part of the text") if any(scope.is_text(part, texts) for part in inside) else plain


def _put_in(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a prompt is put together from; the text that a slice or a measure is taken of is not in it."""
    yield node
    match node:
        case ast.Subscript() | ast.Attribute():
            return
        case ast.Call(func=func, args=args):
            if not (isinstance(func, ast.Name) and func.id in {"len", "range", *scope.ASKS}):
                for value in (func.value, *args) if isinstance(func, ast.Attribute) else args:
                    yield from _put_in(value)
        case _:
            for part in ast.iter_child_nodes(node):
                yield from _put_in(part)


def _answered(tree: ast.Module) -> Iterator[str]:
    """Yield that an answer was handed in, or only written down; in a branch it may have been neither."""
    surely, perhaps, written = False, False, False
    for node, branch in _with_branch(tree, branch=False):
        if _hands_in(node):
            surely, perhaps = surely or not branch, True
        written = written or _writes(node)
    if surely:
        yield "handed in the answer"
    elif perhaps:
        yield "was ready to hand in the answer"
    elif written:
        yield "wrote down an answer"


def _with_branch(node: ast.AST, *, branch: bool) -> Iterator[tuple[ast.AST, bool]]:
    yield node, branch
    inside = branch or isinstance(node, _BRANCHES)
    for child in ast.iter_child_nodes(node):
        yield from _with_branch(child, branch=inside)


def _hands_in(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _FINALS
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="answer"), slice=ast.Constant(value="ready")), *_]):
            return not _is_false(node.value)
        case _:
            return any(_is_ready(each) for each in _new_answers(node))


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="answer")), *_]):
            return True
        case _:
            return any(True for _ in _new_answers(node))


def _new_answers(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what `answer` is made or brought up to date with."""
    match node:
        case ast.Assign(targets=[ast.Name(id="answer")], value=ast.Dict() as value):
            yield value
        case ast.AugAssign(target=ast.Name(id="answer"), value=value):
            yield value
        case ast.Call(func=ast.Attribute(value=ast.Name(id="answer"), attr="update")):
            yield node


def _is_ready(value: ast.AST) -> bool:
    """Whether a new answer says that it is ready."""
    said: list[tuple[object, ast.AST]] = []
    for part in ast.walk(value):
        match part:
            case ast.Dict(keys=keys, values=values):
                said += [
                    (key.value, each) for key, each in zip(keys, values, strict=True) if isinstance(key, ast.Constant)
                ]
            case ast.keyword(arg=name, value=each):
                said.append((name, each))
    return any(name == "ready" and not _is_false(each) for name, each in said)


def _is_false(value: ast.AST) -> bool:
    return isinstance(value, ast.Constant) and not value.value
