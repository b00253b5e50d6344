"""Python source as a tree, read by one thread at a time.

CPython 3.11 and 3.12 count the depth of a tree under construction for all threads together: two at once, and one of them ends
with "AST constructor recursion depth mismatch" (python/cpython#106905). Streamlit's own parsing does not know this lock,
hence the second try.
"""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()
_TRIES = 5


def tree(code: str) -> ast.Module | None:
    """Return the tree of `code`, or None where it is not Python."""
    with _LOCK:
        for _ in range(_TRIES):
            try:
                return ast.parse(code)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
            except SystemError:
                continue
    return None


def literal(code: str) -> object:
    """Return the value that `code` writes out; None where it is no literal."""
    found = tree(code.strip())
    if found is None or len(found.body) != 1 or not isinstance(found.body[0], ast.Expr):
        return None
    try:
        return ast.literal_eval(found.body[0].value)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
