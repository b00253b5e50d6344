import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rlm_app.records import RunRecord
from rlm_app.store.duckdb_store import DuckDBStore
from rlm_app.types import Completion, Stop, Usage

Records = Callable[..., RunRecord]
REPLY = Completion("the reply " * 500, "small", Usage(1, 5, 2, cost=0.1), "length", 1.5, "because", stop=Stop.ANSWERED)


def test_a_finished_call_answers_again_also_in_the_next_process(store: DuckDBStore, path: Path) -> None:
    journal = store.journal("r1")
    assert journal.reply("k", 0) is None
    journal.started("k", 0, "0.1.1")
    assert journal.reply("k", 0) is None
    journal.finished("k", 0, REPLY)
    assert journal.reply("k", 0) == REPLY
    assert journal.reply("k", 1) is None
    store.close()
    again = DuckDBStore(path)
    assert again.journal("r1").reply("k", 0) == REPLY
    assert again.journal("r2").reply("k", 0) is None
    again.close()


def test_a_failed_call_is_never_reused_but_may_succeed_later(store: DuckDBStore) -> None:
    journal = store.journal("r1")
    journal.started("k", 0, "0.1.1")
    journal.failed("k", 0, "the provider was busy")
    store.flush()
    assert journal.reply("k", 0) is None
    journal.started("k", 0, "0.1.1")
    journal.finished("k", 0, REPLY)
    assert journal.reply("k", 0) == REPLY


def test_the_journal_counts_replies_and_calls_sent(store: DuckDBStore) -> None:
    journal = store.journal("r1")
    for number in range(3):
        journal.started("k", number, "0.1.1")
    journal.finished("k", 0, REPLY)
    store.flush()
    assert journal.counts() == (1, 3)


def test_two_holders_of_a_journal_see_each_others_replies(store: DuckDBStore) -> None:
    one, two = store.journal("r1"), store.journal("r1")
    one.finished("k", 0, REPLY)
    assert two.reply("k", 0) == REPLY


def test_many_threads_finish_calls_at_once(store: DuckDBStore) -> None:
    journal = store.journal("r1")
    ready = threading.Barrier(16)

    def call(number: int) -> None:
        ready.wait()
        journal.started("k", number, "0.1")
        journal.finished("k", number, Completion(str(number), "small", Usage()))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(16)))
    replies = [journal.reply("k", number) for number in range(16)]
    assert [reply.text for reply in replies if reply] == [str(number) for number in range(16)]


def test_the_journal_goes_with_its_run(store: DuckDBStore, record: Records) -> None:
    store.add_run(record())
    store.journal("r1").finished("k", 0, REPLY)
    store.delete_run("r1", "ann")
    assert store.journal("r1").reply("k", 0) is None
    assert store.journal("r1").counts() == (0, 0)
