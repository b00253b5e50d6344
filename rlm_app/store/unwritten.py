"""What a person is told when the data file could not be written."""

from __future__ import annotations

from rlm_app.store.opening import first_line

_FULL = ("no space left", "not enough space", "quota exceeded")


def is_full(reason: str) -> bool:
    """Whether this is said where a disk is full, so that the same can be written later."""
    return any(words in reason.lower() for words in _FULL)


def sentence(path: str, reason: str) -> str:
    """Return what was not written, why, and what to do."""
    told = f"The data file {path} could not be written: {first_line(reason)} What was saved before is safe. "
    if is_full(reason):
        return f"{told}Free some disk space; the app goes on by itself then, and runs can be resumed."
    return f"{told}Check the disk and the rights on the file, then start the app again."
