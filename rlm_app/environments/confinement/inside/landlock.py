"""Landlock: which files may be read and written, no TCP, and no signals or abstract sockets to anything outside."""

from __future__ import annotations

import os
import struct

from . import kernel

CREATE, ADD, RESTRICT = 444, 445, 446  # the same numbers on both machines
VERSION = 1
PATH_BENEATH = 1

(EXECUTE, WRITE, READ, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK,
 MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV, RESOLVE_UNIX) = (1 << bit for bit in range(17))  # fmt: skip
FILE_RIGHTS = EXECUTE | WRITE | READ | TRUNCATE | IOCTL_DEV

LOOK = READ | READ_DIR
# No MAKE_DIR: a deep tree is a weapon against whoever cleans up. No links, pipes or sockets: nothing for the host to follow.
SCRATCH = READ | READ_DIR | WRITE | MAKE_REG | REMOVE_FILE | TRUNCATE
DEVICE = READ | WRITE
ALL_TCP = ALL_SCOPES = 3


def version(most: int = 99) -> int:
    """Return the version of Landlock this kernel speaks, at most `most`; 0 where there is none."""
    try:
        return min(kernel.call(CREATE, None, 0, VERSION), most)
    except OSError:
        return 0


def handled(abi: int) -> int:
    """Return the rights over files that this version can withhold."""
    bits = {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16 if abi < 9 else 17)
    return (1 << bits) - 1


def ruleset(abi: int) -> bytes:
    """Return the attributes of a ruleset that withholds all this version can."""
    parts = [handled(abi)]
    if abi >= 4:
        parts.append(ALL_TCP)
    if abi >= 6:
        parts.append(ALL_SCOPES)
    return struct.pack(f"={len(parts)}Q", *parts)


def restrict(abi: int, rules: list[tuple[str, int]]) -> str:
    """Withhold everything but `rules`, pairs of a path and the rights at and below it; paths that are absent are skipped."""
    if not abi:
        return "off: the kernel has none"
    try:
        attributes = ruleset(abi)
        held = kernel.call(CREATE, attributes, len(attributes), 0)
        try:
            for path, rights in rules:
                _allow(held, path, rights & handled(abi))
            kernel.call(RESTRICT, held, 0)
        finally:
            os.close(held)
    except OSError as error:
        return kernel.reason(error)
    return f"on: version {abi}"


def _allow(held: int, path: str, rights: int) -> None:
    if not is_folder(path):
        rights &= FILE_RIGHTS
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if rights:
            kernel.call(ADD, held, PATH_BENEATH, _rule(rights, place), 0)
    finally:
        os.close(place)


_rule = struct.Struct("=Qi").pack
_folders: dict[str, bool] = {}


def is_folder(path: str) -> bool:
    """Whether a path is a folder; remembered, so that forked children need not look again."""
    if path not in _folders:
        _folders[path] = os.path.isdir(path)
    return _folders[path]
