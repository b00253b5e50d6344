import threading

from hypothesis import given
from hypothesis import strategies as st

from rlm_app.cancel import CancelToken
from rlm_app.types import NO_USAGE, DocumentInfo, Page, RunState, Stop, Usage

NUMBERS = st.one_of(st.none(), st.integers(0, 1000))
USAGES = st.builds(
    Usage, st.integers(0, 5), NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans(), st.integers(0, 5), NUMBERS
)


@given(USAGES, USAGES, USAGES)
def test_usage_adds_up_in_any_grouping(a: Usage, b: Usage, c: Usage) -> None:
    assert (a + b) + c == a + (b + c)


@given(USAGES)
def test_no_usage_changes_no_sum(usage: Usage) -> None:
    total = usage + NO_USAGE
    assert (total.calls, total.tokens, total.cost) == (usage.calls, usage.tokens, usage.cost)


def test_what_nobody_said_stays_unknown() -> None:
    total = Usage() + Usage()
    assert total.input_tokens is None
    assert total.cost is None


def test_what_was_written_to_a_cache_is_summed_where_it_is_known() -> None:
    assert (Usage(cache_write_tokens=5) + Usage() + Usage(cache_write_tokens=2)).cache_write_tokens == 7
    assert (Usage() + Usage()).cache_write_tokens is None


def test_a_sum_says_how_many_calls_have_no_price() -> None:
    total = Usage(cost=0.5) + Usage(calls=3) + Usage(cost=0.25)
    assert total.cost == 0.75
    assert total.unpriced_calls == 3


def test_each_stop_has_a_state() -> None:
    assert RunState.of(Stop.ANSWERED) is RunState.DONE
    assert all(RunState.of(stop) is RunState.LIMIT for stop in Stop if stop.is_limit)
    assert not any(RunState.of(stop).is_live for stop in Stop)


def test_a_page_is_found_by_any_of_its_characters() -> None:
    info = DocumentInfo("s", "n", "pdf", 1, 30, "page", (Page("1", 0, 10), Page("2", 10, 20), Page("3", 20, 30)))
    found = [page.label for page in map(info.page_at, (0, 9, 10, 29, 99)) if page]
    assert found == ["1", "1", "2", "3", "3"]


def test_a_document_without_pages_has_no_page_anywhere() -> None:
    assert DocumentInfo("s", "n", "txt", 0, 0, "page", ()).page_at(0) is None


def test_cancelling_runs_each_callback_once_and_wakes_who_waits() -> None:
    token = CancelToken()
    called: list[str] = []
    token.on_cancel(lambda: called.append("kept"))
    forget = token.on_cancel(lambda: called.append("forgotten"))
    forget()
    woken: list[bool] = []
    waiter = threading.Thread(target=lambda: woken.append(token.wait(10)))
    waiter.start()
    token.cancel()
    token.cancel()
    waiter.join(5)
    assert called == ["kept"]
    assert woken == [True]


def test_a_callback_that_comes_after_the_cancel_runs_at_once() -> None:
    token = CancelToken()
    token.cancel()
    called: list[int] = []
    token.on_cancel(lambda: called.append(1))
    assert called == [1]
    assert token.cancelled
