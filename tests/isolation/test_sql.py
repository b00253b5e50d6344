"""Questions in SQL by Bob, while Ann's rows are in the same data file: whatever he asks, her word does not come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlm_app.build import App
from rlm_app.errors import StoreError
from tests.isolation.conftest import ANN, BOB, SECRET, Kept

SEEING = (
    "SELECT * FROM runs",
    "SELECT * FROM calls",
    "SELECT * FROM citations",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM query('SELECT * FROM runs')",
    "SELECT current_setting('home_directory'), current_setting('temp_directory'), current_database()",
    "WITH runs AS (SELECT * FROM main.runs) SELECT * FROM runs, calls, citations",
)
NOT_ANSWERED = (
    "SELECT * FROM events",
    "SELECT * FROM documents",
    "SELECT * FROM preferences",
    "SELECT * FROM rlm.main.runs",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM read_csv('{home}/rlm.duckdb')",
    "SELECT * FROM read_text('{home}/cookie.key')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM sniff_csv('{home}/rlm.duckdb')",
    "SELECT * FROM glob('{home}/**')",
    "SELECT * FROM '{home}/originals'",
    "SELECT * FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "ATTACH '{home}/rlm.duckdb' AS theirs",
    "COPY (SELECT 1) TO '{home}/out.csv'",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "INSTALL httpfs; LOAD httpfs",
    "SELECT 1; SELECT * FROM runs",
)

_FOLDER = str(Path.home() / ".duckdb")
"""Where the account that runs the app keeps what belongs to DuckDB."""


def _all_of(app: App, owner: str, questions: tuple[str, ...]) -> str:
    home = str(app.settings.home)
    told = []
    for sql in questions:
        try:
            told.append(repr(app.store.ask(owner, sql.replace("{home}", home))))
        except StoreError as error:
            told.append(str(error).replace(sql.replace("{home}", home), ""))
    return "\n".join(told)


def test_a_question_sees_nothing_of_somebody_else(app: App, kept: Kept) -> None:
    assert SECRET in _all_of(app, ANN, SEEING[:1])
    assert SECRET not in _all_of(app, BOB, SEEING[:5:2])


@pytest.mark.slow
def test_no_question_sees_anything_of_somebody_else_or_of_the_server(app: App, kept: Kept) -> None:
    seen = _all_of(app, BOB, SEEING)
    assert SECRET not in seen
    assert ANN not in seen
    assert _FOLDER not in seen
    assert str(app.settings.home) not in seen


@pytest.mark.slow
@pytest.mark.parametrize("sql", NOT_ANSWERED)
def test_a_question_beyond_ones_own_rows_is_not_answered(app: App, sql: str) -> None:
    with pytest.raises(StoreError, match="cannot be answered") as told:
        app.store.ask(BOB, sql.replace("{home}", str(app.settings.home)))
    assert _FOLDER not in str(told.value)
    assert not (app.settings.home / "out.csv").exists()


def test_an_answer_that_would_fill_the_memory_of_the_app_is_not_given(app: App) -> None:
    with pytest.raises(StoreError, match=r"its answer has \d+ MB, and 20 MB are given"):
        app.store.ask(BOB, "SELECT repeat('x', 60000) AS filling FROM range(1000)")
