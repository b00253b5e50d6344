from pathlib import Path

from rlm_app.store.duckdb_store import DuckDBStore


def test_a_value_is_found_again_after_a_restart_and_the_later_one_counts(path: Path) -> None:
    first = DuckDBStore(path)
    first.keep_preference("ann", "choice", {"backend": "openai"})
    first.keep_preference("ann", "choice", {"backend": "ollama", "models": ["ä", None]})
    first.close()
    again = DuckDBStore(path)
    assert again.preference("ann", "choice") == {"backend": "ollama", "models": ["ä", None]}
    again.close()


def test_what_one_owner_set_is_not_there_for_another(store: DuckDBStore) -> None:
    store.keep_preference("ann", "choice", 1)
    store.keep_preference("bob", "choice", 2)
    assert (store.preference("ann", "choice"), store.preference("bob", "choice")) == (1, 2)
    assert store.preference("eve", "choice") is None


def test_a_value_can_be_forgotten(store: DuckDBStore) -> None:
    store.keep_preference("ann", "choice", [1])
    store.keep_preference("ann", "choice", None)
    assert store.preference("ann", "choice") is None


def test_half_of_a_surrogate_pair_which_no_page_can_show_is_kept_as_a_question_mark(store: DuckDBStore) -> None:
    store.keep_preference("ann", "profiles", {"a\ud800b ä": ["\udc00"]})
    assert store.preference("ann", "profiles") == {"a?b ä": ["?"]}
