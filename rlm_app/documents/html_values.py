"""What a browser shows for elements that hold no text: the values of forms, and the words for a picture."""

from __future__ import annotations

from typing import Any

from rlm_app.documents.alternatives import picture

TICKED, OPEN = "☒", "☐"
_NO_VALUE = frozenset({"hidden", "password", "file", "color"})


def value_of(tag: Any) -> str:
    """Return what stands for the element, with blanks around it; "" where its own text says all."""
    said = _said(tag.name, tag.attrs or {})
    return f" {said} " if said else ""


def _said(name: str, attributes: dict[str, Any]) -> str:
    if name == "img":
        return picture(str(attributes.get("alt") or ""))
    if name == "option":
        return TICKED if "selected" in attributes else ""
    return _input(attributes) if name == "input" else ""


def _input(attributes: dict[str, Any]) -> str:
    kind = str(attributes.get("type") or "").strip().lower()
    if kind in {"checkbox", "radio"}:
        return TICKED if "checked" in attributes else OPEN
    if kind == "image":
        return picture(str(attributes.get("alt") or ""))
    return "" if kind in _NO_VALUE else str(attributes.get("value") or "").strip()
