"""How sub-calls are counted wherever they are: those that code asked for, and those that were made within them."""

from __future__ import annotations


def sub_calls(own: int, within: int = 0) -> str:
    """Return "9 sub-calls", or "9 sub-calls, 14 more within them" where child runs made some, at any depth."""
    said = f"{own:,} sub-call{'' if own == 1 else 's'}"
    return f"{said}, {within:,} more within {'it' if own == 1 else 'them'}" if within else said
