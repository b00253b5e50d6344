"""What a person is told when the data file could not be written."""

from __future__ import annotations

from rlm_app.errors import StoreError
from rlm_app.store.opening import first_line

_FULL = ("no space left", "not enough space", "quota exceeded")


def is_full(reason: str) -> bool:
    """Whether this is said where a disk is full, so that the same can be written later."""
    return any(words in reason.lower() for words in _FULL)


def is_of_the_row(error: Exception) -> bool:
    """Whether what was to be written is at fault, so that anything else can be written all the same."""
    import duckdb

    of_the_file = (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException, duckdb.PermissionException)
    return not isinstance(error, (StoreError, OSError, *of_the_file))


def of_a_run(reason: str) -> str:
    """Return what a person is told whose run has a row that could not be written."""
    return (
        f"A step of this run could not be kept: {first_line(reason)} What was kept before it is safe. Resume the run; if it "
        "ends here again, start it anew and report it."
    )


def sentence(path: str, reason: str) -> str:
    """Return what was not written, why, and what to do."""
    told = f"The data file {path} could not be written: {first_line(reason)} What was saved before is safe. "
    if is_full(reason):
        return f"{told}Free some disk space; the app goes on by itself then, and runs can be resumed."
    return f"{told}Check the disk and the rights on the file, then start the app again."
