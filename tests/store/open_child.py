"""Opens the data file named on the command line and prints the sentence that refuses it."""

import sys

from rlm_app.errors import StoreError
from rlm_app.store.duckdb_store import DuckDBStore

try:
    DuckDBStore(sys.argv[1])
except StoreError as error:
    sys.stdout.write(f"{error}\n")
