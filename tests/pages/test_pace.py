from itertools import repeat

from rlm_app.ui.pace import BURST, LEAST, MOST, SHARE, Pace

QUICK = (0.01, 0.02)


def paced(pace: Pace, people: int, cost: float, took: float) -> float:
    found = 0.0
    for _ in range(100):
        for person in range(people):
            found = pace.drew(person, cost, took)
    return found


def test_pages_of_a_few_people_are_drawn_each_second_or_so() -> None:
    assert paced(Pace(repeat(0.0).__next__), 5, *QUICK) == LEAST


def test_with_many_people_who_look_on_pages_are_drawn_less_often() -> None:
    pace = Pace(repeat(0.0).__next__)
    assert 2.0 <= paced(pace, 50, *QUICK) < MOST
    assert paced(pace, 500, *QUICK) == MOST


def test_whoever_has_left_counts_no_more() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    assert paced(pace, 50, *QUICK) > LEAST
    moment[0] = 3 * MOST + 1
    assert pace.drew("the only one", *QUICK) == LEAST


def test_pages_that_take_long_are_left_standing_for_longer() -> None:
    pace = Pace(repeat(0.0).__next__)
    assert paced(pace, 1, 0.01, 0.5) == 2.0
    assert pace.seconds == 2.0
    assert paced(pace, 1, *QUICK) == LEAST


def test_drawing_that_took_its_share_of_the_processor_leaves_no_room_for_news_until_it_is_made_up_for() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    assert pace.has_room
    pace.drew("somebody", SHARE * BURST + 1.0, 1.0)
    assert not pace.has_room
    moment[0] += 1.0 / SHARE - 0.1
    assert not pace.has_room
    moment[0] += 0.2
    assert pace.has_room
