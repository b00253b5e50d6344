import random
import threading
from collections.abc import Iterator

import pytest

from rlm_app.cancel import CancelToken
from rlm_app.errors import Cancelled
from rlm_app.runs.line import Line

LONG = 20.0


class Runner:
    """Runs on threads of their own that get in, and stay until they are told to leave; `order` is how they got in."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.order: list[str] = []
        self.cancels: dict[str, CancelToken] = {}
        self.stopped: set[str] = set()
        self.most = 0
        self._inside = 0
        self._moved = threading.Condition()
        self._leave: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def run(self, run_id: str, owner: str, *, stays: bool = False) -> None:
        self.cancels[run_id], self._leave[run_id] = CancelToken(), threading.Event()
        if not stays:
            self._leave[run_id].set()
        self.line.join(run_id, owner)
        thread = threading.Thread(target=self._work, args=(run_id,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self, run_id: str) -> None:
        try:
            self.line.enter(run_id, self.cancels[run_id])
        except Cancelled:
            with self._moved:
                self.stopped.add(run_id)
                self._moved.notify_all()
            return
        with self._moved:
            self.order.append(run_id)
            self._inside += 1
            self.most = max(self.most, self._inside)
            self._moved.notify_all()
        assert self._leave[run_id].wait(LONG)
        with self._moved:
            self._inside -= 1
        self.line.leave(run_id)

    def got_in(self, number: int) -> None:
        with self._moved:
            assert self._moved.wait_for(lambda: len(self.order) >= number, LONG)

    def let_go(self, run_id: str) -> None:
        self._leave[run_id].set()

    def end(self) -> None:
        for event in self._leave.values():
            event.set()
        for thread in self._threads:
            thread.join(LONG)
            assert not thread.is_alive()


@pytest.fixture
def runner() -> Iterator[Runner]:
    made = Runner(Line(1))
    yield made
    made.end()


def test_a_hundred_runs_of_one_person_hold_up_anothers_single_run_by_one_run(runner: Runner) -> None:
    runner.run("first", "ann", stays=True)
    runner.got_in(1)
    for number in range(100):
        runner.run(f"ann-{number}", "ann")
    runner.run("bob", "bob")
    assert runner.line.place("bob") == 2
    runner.let_go("first")
    runner.end()
    assert runner.order[:4] == ["first", "ann-0", "bob", "ann-1"]
    assert runner.order[4:] == [f"ann-{number}" for number in range(2, 100)]


def test_people_take_turns_and_each_ones_runs_go_in_the_order_in_which_they_came(runner: Runner) -> None:
    runner.run("first", "ann", stays=True)
    runner.got_in(1)
    for name, owner in (("a1", "ann"), ("a2", "ann"), ("a3", "ann"), ("b1", "bob"), ("b2", "bob"), ("c1", "cat")):
        runner.run(name, owner)
    runner.let_go("first")
    runner.end()
    assert runner.order[1:] == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_place_in_line_is_how_many_get_in_before_plus_one(runner: Runner) -> None:
    runner.run("first", "zoe", stays=True)
    runner.got_in(1)
    chance = random.Random(7)
    names = [f"r{number}" for number in range(60)]
    for name in names:
        runner.run(name, f"person-{chance.randrange(8)}")
    told = {name: runner.line.place(name) for name in names}
    assert sorted(told.values()) == list(range(1, 61))
    assert runner.line.length == 60
    assert runner.line.place("first") == 0
    runner.let_go("first")
    runner.end()
    assert runner.order[1:] == sorted(names, key=lambda name: told[name])
    assert runner.line.length == 0


def test_whoever_is_stopped_in_line_is_no_longer_counted_and_holds_up_nobody(runner: Runner) -> None:
    runner.run("first", "ann", stays=True)
    runner.got_in(1)
    for name, owner in (("a1", "ann"), ("b1", "bob"), ("b2", "bob"), ("c1", "cat")):
        runner.run(name, owner)
    assert [runner.line.place(name) for name in ("a1", "b1", "c1", "b2")] == [1, 2, 3, 4]
    runner.cancels["b1"].cancel()
    runner.cancels["a1"].cancel()
    assert [runner.line.place(name) for name in ("a1", "b1", "b2", "c1")] == [0, 0, 1, 2]
    runner.let_go("first")
    runner.end()
    assert runner.order == ["first", "b2", "c1"]
    assert runner.stopped == {"a1", "b1"}


def test_a_run_that_was_stopped_before_it_came_to_wait_does_not_wait() -> None:
    line, cancel = Line(1), CancelToken()
    line.join("run", "ann")
    cancel.cancel()
    with pytest.raises(Cancelled):
        line.enter("run", cancel)
    assert line.length == 0


def test_a_run_that_never_came_to_its_turn_can_be_taken_out_by_whoever_put_it_in_line(runner: Runner) -> None:
    runner.line.join("never", "ann")
    runner.run("next", "bob")
    assert (runner.line.place("never"), runner.line.place("next")) == (1, 2)
    runner.line.leave("never")
    runner.got_in(1)
    assert runner.order == ["next"]


def test_never_more_get_in_than_there_is_room_for_and_all_do_in_the_end() -> None:
    runner, chance = Runner(Line(3)), random.Random(3)
    names = [f"r{number}" for number in range(150)]
    stopped = set(chance.sample(names, 40))
    for name in names:
        runner.run(name, f"person-{chance.randrange(5)}")
        if name in stopped:
            runner.cancels[name].cancel()
    runner.end()
    assert runner.most <= 3
    assert set(runner.order) | runner.stopped == set(names)
    assert set(names) - stopped <= set(runner.order)
    assert runner.line.length == 0
