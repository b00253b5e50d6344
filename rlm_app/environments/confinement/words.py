"""How confined cells are, in the words that people see. Chosen by what was measured, never by the name of the platform."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

CAPS = (
    "Code runs in an empty scratch folder, without the app's environment variables, keys or open files; memory, file sizes "
    "and open files are capped where the system enforces it; it and what it starts is killed at the end."
)
SHARED_KERNEL = "It shares this machine's kernel; use Docker for stronger separation."
CONFINED = "Code runs in a separate process that cannot read your files, reach the network or start programs."
NO_FILES = "In addition code cannot open any file, so plots and tables stay in memory."
UNCONFINED = (
    "Code written by the model runs with your account's rights and could read your files or send them away. Only use "
    "documents you trust."
)
COULD = {"files": "read your files", "network": "reach the network", "processes": "start programs"}


class Kind(Enum):
    """How confined cells are."""

    CONFINED = "confined"
    NO_FILES = "confined, no files"
    PARTLY = "partly confined"
    UNCONFINED = "not confined"


@dataclass(frozen=True, slots=True)
class Level:
    """How confined cells are, and which of files, network and processes are left open to them."""

    kind: Kind
    missing: tuple[str, ...] = ()

    @property
    def is_confined(self) -> bool:
        """Whether cells can reach neither files nor the network nor other processes."""
        return self.kind in (Kind.CONFINED, Kind.NO_FILES)


@dataclass(frozen=True, slots=True)
class Description:
    """What a page shows of a level: a title, a sentence, and what cells are kept from and what not."""

    title: str
    sentence: str
    covers: str
    misses: str


def describe(level: Level) -> Description:
    """Return the words for a level."""
    if level.kind is Kind.CONFINED:
        return Description("Confined process", f"{CONFINED} {SHARED_KERNEL}", f"{CONFINED} {CAPS}", SHARED_KERNEL)
    if level.kind is Kind.NO_FILES:
        covers = f"{CONFINED} {NO_FILES} {CAPS}"
        misses = f"Plots and files cannot be saved. {SHARED_KERNEL}"
        return Description("Confined process, no files", f"{CONFINED} {SHARED_KERNEL} {NO_FILES}", covers, misses)
    if level.kind is Kind.PARTLY:
        left = f"Code written by the model could {listed([COULD[name] for name in level.missing])}."
        misses = f"{left} Only use documents you trust, or use Docker."
        return Description(f"Partly confined: missing {listed(level.missing)}", misses, CAPS, misses)
    return Description("Not confined", UNCONFINED, CAPS, f"{UNCONFINED} {on_this_system()}".strip())


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else "nothing"


def on_this_system(platform: str = sys.platform) -> str:
    """Return why cells are not confined on this kind of system, and what to do."""
    if platform == "darwin":
        return "On macOS this app has no way to keep a process from your files and the network; use Docker."
    if platform == "win32":
        return "On Windows code cannot run in a process of this app at all; use Docker."
    return "This needs Linux 5.13 or later with Landlock and seccomp, on x86_64 or aarch64; else use Docker."
