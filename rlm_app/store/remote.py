"""A data file that is a database at MotherDuck, reached by DuckDB's own extension. One app may use it at a time.

What needs a disk stays on this machine: replies until the database has them, and the uploaded files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rlm_app.errors import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PREFIX = "md:"
TOKENS = ("MOTHERDUCK_TOKEN", "motherduck_token")
_NAME = re.compile(r"md:[A-Za-z0-9_]{1,64}")


def is_remote(path: object) -> bool:
    """Whether a data file is named that is no file of this machine."""
    return str(path).startswith(PREFIX)


def connect(address: str, environ: Mapping[str, str] | None = None) -> DuckDBPyConnection:
    """Return a connection to the database at `md:NAME`; raise `StoreError` with what is missing."""
    import duckdb

    if not _NAME.fullmatch(address):
        raise StoreError(
            "RLM_APP_STORE names no database at MotherDuck: after md: come letters, digits and underscores. A token does not "
            f"belong there; set {TOKENS[0]}."
        )
    found = os.environ if environ is None else environ
    if not any(found.get(name) for name in TOKENS):
        raise StoreError(
            f"The store {address} is at MotherDuck, and there is no token for it. Set {TOKENS[0]}, or take RLM_APP_STORE away "
            "to keep the data on this machine."
        )
    try:
        return duckdb.connect(address)
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise StoreError(
            f"The store {address} cannot be reached: {reason} Check the network, the token and the name; DuckDB fetches its "
            "MotherDuck extension the first time."
        ) from error
