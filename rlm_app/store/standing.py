"""How a data file stands, found out without changing it."""

from __future__ import annotations

import re
from pathlib import Path

from rlm_app.store.migrations import read_steps
from rlm_app.store.opening import first_line, suspicion
from rlm_app.store.salvage import is_damage


def standing(path: Path) -> tuple[bool, str]:
    """Return whether the data file is as it should be, and a sentence on it."""
    import duckdb

    if not path.exists():
        return True, f"data file {path}: will be made at the first start"
    if suspicion(path).exists():
        return (
            False,
            f"data file {path}: a part is damaged. To do: start the app; it puts the file aside and saves what it can",
        )
    newest = read_steps()[-1].number
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            row = connection.execute("SELECT max(number) FROM migrations").fetchone()
    except duckdb.Error as error:
        return _trouble(path, str(error))
    layout = int(row[0]) if row and row[0] else 0
    if layout > newest:
        return (
            False,
            f"data file {path}: layout {layout}, of a newer program than this one ({newest}). To do: start that one",
        )
    later = "" if layout == newest else f"; the next start brings it to {newest}"
    return True, f"data file {path}: {path.stat().st_size / 1e6:,.1f} MB, layout {layout}{later}"


def _trouble(path: Path, reason: str) -> tuple[bool, str]:
    if "lock on file" in reason:
        found = re.search(r"\(PID (\d+)\)", reason)
        return True, f"data file {path}: in use by the app" + (f", process {found.group(1)}" if found else "")
    if is_damage(reason):
        return False, f"data file {path}: damaged. To do: start the app; it puts the file aside and saves what it can"
    return False, f"data file {path}: {first_line(reason)}"
