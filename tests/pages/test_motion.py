"""Nothing of ours moves for somebody who asked their system for less motion; read from the style sheets and scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rlm_app

_ROOT = Path(rlm_app.__file__).parent
_ASKED = re.compile(r"@media\s*\(prefers-reduced-motion:\s*no-preference\)\s*\{")
_MOVES = re.compile(
    r"(?:animation|transition)(?:-[a-z]+)?\s*:(?!\s*(?:none|0s|0\.01ms)\b)|@keyframes|scroll-behavior\s*:\s*smooth"
    r"|behavior\s*:\s*[\"'`]smooth|\.animate\(|<marquee|<animate|\bst\.(?:balloons|snow)\("
)


def moving(source: str) -> list[str]:
    """Return what moves in a style sheet, script or program for people who did not ask for motion."""
    while found := _ASKED.search(source):
        end, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(source[end], 0)
            end += 1
        source = source[: found.start()] + source[end:]
    return _MOVES.findall(source)


@pytest.mark.parametrize(
    ("source", "moves"),
    [
        ("a { transition: color 0.2s; }", True),
        ("@keyframes turn { from { opacity: 0; } }", True),
        ("place.scrollIntoView({ behavior: 'smooth' })", True),
        ("@media (prefers-reduced-motion: no-preference) { a { animation: turn 1s; } } b { color: red; }", False),
        ("@media (prefers-reduced-motion: no-preference) { a { color: red; } } b { animation-name: turn; }", True),
        ("@media (prefers-reduced-motion: reduce) { * { transition-duration: 0.01ms !important; } }", False),
        ("place.scrollIntoView({ block: 'start', behavior: 'auto' })", False),
    ],
)
def test_what_moves_unasked_is_noticed(source: str, moves: bool) -> None:
    assert bool(moving(source)) is moves


def test_nothing_of_ours_moves_for_who_asked_for_less_motion() -> None:
    files = [path for kind in ("css", "js", "svg", "html", "py") for path in sorted(_ROOT.rglob(f"*.{kind}"))]
    assert {"style.css", "moving.js", "page.css", "verifier.js", "logo.svg"} <= {path.name for path in files}
    found = {path.name: moving(path.read_text(encoding="utf-8")) for path in files}
    assert not {name: what for name, what in found.items() if what}
