"""The timetable of the ferries and buses: which lines there are, and when they leave.

Made once with the town and the same in both snapshots. The sentences about it are in
`texts/timetable/timetable.py`.
"""

from workbook.town.choices import ChoiceSource
from workbook.town.entities import Departure

STOPS = (
    "Old Pier", "Market Cross", "Mill Bridge", "North Gate", "Harbour Head", "Chapel Green",
    "Willow Island", "Stone Beach", "Upper Spring", "Foxley Halt", "Beacon Point", "Long Meadow",
)  # fmt: skip


def draw_departures(source: ChoiceSource) -> tuple[Departure, ...]:
    """Three ferry and five bus lines, each with six departures a day."""
    stops = source.sample(STOPS, 9)
    rows: list[Departure] = []
    for number in range(8):
        vehicle = "ferry" if number < 3 else "bus"
        origin, destination = source.sample(stops, 2)
        takes = source.integer(2, 11) * 5
        fare = source.integer(4, 30) * 10
        start = source.integer(60, 100) * 5
        gap = source.integer(18, 34) * 5
        for i in range(6):
            line = f"{vehicle.title()} {number + 1}"
            rows.append(
                Departure(
                    len(rows), line, vehicle, origin, destination, start + i * gap, takes, fare
                )
            )
    return tuple(rows)
