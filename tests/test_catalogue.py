from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rlm_app.backends import Backend
from rlm_app.catalogue import Catalogue
from rlm_app.models import ENTERED
from rlm_app.prices import ModelInfo, Rates
from rlm_app.settings import Settings
from rlm_app.store.duckdb_store import DuckDBStore

OPENAI = Backend("openai", "OpenAI", "", "openai", ("gpt-4o",), ("gpt-4o-mini",), "OPENAI_API_KEY")
HOUSE = ModelInfo("house", Rates(1.0, 2.0), 10_000, None, ENTERED)


@pytest.fixture
def store() -> Iterator[DuckDBStore]:
    opened = DuckDBStore(":memory:")
    yield opened
    opened.close()


def test_a_model_that_was_entered_is_known_and_offered_to_its_owner_alone_also_after_a_restart(
    store: DuckDBStore, tmp_path: Path
) -> None:
    Catalogue(Settings(tmp_path), store).enter("ann", "openai", HOUSE)
    again = Catalogue(Settings(tmp_path), store)
    assert again.info("ann", OPENAI, "house") == HOUSE
    assert "house" in again.offered("ann", OPENAI)
    assert not again.info("bob", OPENAI, "house").rates.known
    assert "house" not in again.offered("bob", OPENAI)


def test_a_price_that_was_entered_can_be_taken_back(store: DuckDBStore, tmp_path: Path) -> None:
    catalogue = Catalogue(Settings(tmp_path), store)
    listed = catalogue.info("ann", OPENAI, "gpt-4o")
    catalogue.enter("ann", "openai", ModelInfo("gpt-4o", Rates(9.0, 9.0), None, None, ENTERED))
    assert catalogue.info("ann", OPENAI, "gpt-4o").rates.input == 9.0
    catalogue.forget("ann", "openai", "gpt-4o")
    assert catalogue.info("ann", OPENAI, "gpt-4o") == listed
    assert store.preference("ann", "models") is None


def test_the_usual_models_are_offered_first_and_none_twice(store: DuckDBStore, tmp_path: Path) -> None:
    offered = Catalogue(Settings(tmp_path), store).offered("ann", OPENAI)
    assert offered[:2] == ("gpt-4o", "gpt-4o-mini")
    assert len(offered) == len(set(offered)) > 20


def test_an_address_of_the_environment_counts_as_another_place(store: DuckDBStore, tmp_path: Path) -> None:
    settings = Settings(tmp_path, addresses={"openai": "http://127.0.0.1:4000/v1"})
    assert not Catalogue(settings, store).info("ann", OPENAI, "gpt-4o").rates.known
