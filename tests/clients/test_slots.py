from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.clients.pool import Pool, Pools
from rlm_app.clients.retry import TryAgain
from rlm_app.clients.slots import Slots
from rlm_app.errors import Cancelled, ClientError


def refused(slots: Slots) -> None:
    with suppress(TryAgain), slots.turn(CancelToken()):
        raise TryAgain(ClientError("busy"), busy=True)


def answered(slots: Slots, times: int = 1) -> None:
    for _ in range(times):
        with slots.turn(CancelToken()):
            pass


def test_never_more_than_allowed_are_under_way_and_all_get_their_turn() -> None:
    slots, lock, now, most = Slots(4), threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal now, most
        with slots.turn(CancelToken()):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.001)  # so that turns overlap
            with lock:
                now -= 1

    with ThreadPoolExecutor(32) as threads:
        list(threads.map(work, range(200)))
    assert (now, most) == (0, 4)


def test_a_provider_that_refuses_all_gets_half_and_then_one_more_a_round() -> None:
    slots = Slots(64)
    for allowed in (32, 16):
        for _ in range(slots.allowed):
            refused(slots)
        assert slots.allowed == allowed
    answered(slots, 16)
    assert slots.allowed == 17
    answered(slots, 3_000)
    assert slots.allowed == 64


def test_a_provider_that_refuses_one_in_twenty_is_not_left_idle() -> None:
    slots, lowest = Slots(64), 64
    for _ in range(150):
        answered(slots, 19)
        refused(slots)
        lowest = min(lowest, slots.allowed)
    assert 30 <= lowest < 64


def test_one_call_is_always_allowed_and_failures_of_other_kinds_are_no_sign() -> None:
    slots = Slots(8)
    for _ in range(30):
        refused(slots)
    assert slots.allowed == 1
    with suppress(ClientError), slots.turn(CancelToken()):
        raise ClientError("no such model")
    assert slots.allowed == 1
    answered(slots)
    assert slots.allowed == 2


def test_who_waits_leaves_at_once_when_stopped_and_the_others_go_on() -> None:
    slots, stopped, kept = Slots(1), CancelToken(), CancelToken()
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with slots.turn(kept):
            inside.set()
            leave.wait(10.0)

    def wait(token: CancelToken) -> str:
        with slots.turn(token):
            return "done"

    with ThreadPoolExecutor(8) as threads:
        threads.submit(hold)
        assert inside.wait(10.0)
        leaving = [threads.submit(wait, stopped) for _ in range(3)]
        staying = [threads.submit(wait, kept) for _ in range(3)]
        stopped.cancel()
        assert all(isinstance(future.exception(5.0), Cancelled) for future in leaving)
        assert not any(future.done() for future in staying)
        leave.set()
        assert [future.result(5.0) for future in staying] == ["done"] * 3


def test_a_pool_opens_once_for_all_its_clients_and_can_be_opened_after_closing() -> None:
    opened: list[str] = []

    def open_it() -> tuple[str, object]:
        opened.append("open")
        return "connections", lambda: opened.append("close")

    pool = Pool(2)
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: pool.get(open_it), range(8))) == {"connections"}  # type: ignore[arg-type]
    pool.close()
    pool.close()
    assert opened == ["open", "close"]


def test_a_run_has_one_pool_for_each_place_and_closes_them_all() -> None:
    pools, closed = Pools(3), []
    one = pools.of(("openai", "url", "key"))
    assert pools.of(("openai", "url", "key")) is one
    other = pools.of(("openai", "url", "another key"))
    assert other is not one
    for pool in (one, other):
        pool.get(lambda: ("x", lambda: closed.append("x")))
    pools.close()
    assert closed == ["x", "x"]


def test_a_failure_within_a_turn_gives_the_slot_back() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="ours"), slots.turn(CancelToken()):
        raise ValueError("ours")
    answered(slots)
