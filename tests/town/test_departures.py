"""The timetable: eight lines that keep their stops, and leave six times a day at equal gaps."""

import math
from itertools import groupby

from workbook.town.choices import ChoiceSource
from workbook.town.departures import STOPS, draw_departures


def lines(seed):
    """The departures of each line, by its name."""
    rows = draw_departures(ChoiceSource(seed))
    return {name: list(several) for name, several in groupby(rows, key=lambda row: row.line)}


def test_three_ferries_and_five_buses_leave_six_times_a_day():
    for seed in range(20):
        drawn = lines(seed)
        assert list(drawn) == [
            *(f"Ferry {i}" for i in (1, 2, 3)),
            *(f"Bus {i}" for i in range(4, 9)),
        ]
        assert {len(rows) for rows in drawn.values()} == {6}
        everything = [row for rows in drawn.values() for row in rows]
        assert [row.id for row in everything] == list(range(48)), "ids are positions"
        assert all(row.line.lower().startswith(row.vehicle) for row in everything)


def test_a_line_keeps_its_stops_its_fare_and_its_gap():
    for seed in range(20):
        for rows in lines(seed).values():
            same = {(row.origin, row.destination, row.takes, row.fare) for row in rows}
            ((origin, destination, takes, fare),) = same
            assert origin != destination and {origin, destination} <= set(STOPS)
            assert takes in range(10, 60, 5) and fare in range(40, 310, 10)
            gaps = {
                after.leaves - before.leaves for before, after in zip(rows, rows[1:], strict=False)
            }
            assert len(gaps) == 1 and gaps.pop() in range(90, 175, 5)
            assert 300 <= rows[0].leaves <= 500 and rows[-1].leaves < 24 * 60


def test_the_town_has_nine_of_the_stops_and_a_seed_has_one_timetable():
    assert (
        draw_departures(ChoiceSource(1))
        == draw_departures(ChoiceSource(1))
        != draw_departures(ChoiceSource(2))
    )
    for seed in range(50):
        used = {
            stop
            for row in draw_departures(ChoiceSource(seed))
            for stop in (row.origin, row.destination)
        }
        assert 2 <= len(used) <= 9


def test_nats_are_the_choices_of_nine_stops_and_eight_lines():
    """A line: two of nine stops, 10 lengths, 27 fares, 41 first departures, 17 gaps."""
    source = ChoiceSource(0)
    draw_departures(source)
    hand = math.log(math.perm(12, 9)) + 8 * math.log(9 * 8 * 10 * 27 * 41 * 17)
    assert math.isclose(source.nats, hand)
