"""What an arithmetic story is, and the things that are bought, shared and planted in it.

A step is (name of result, left, sign, right). The stories are in `problem_stories.py`, the
drawing and the worked steps in `problems.py`.
"""

from dataclasses import dataclass, field

from workbook.town.writer import Phrases

Step = tuple[str, str, str, str]


@dataclass(frozen=True)
class Story:
    """One kind of problem. `about` names the true thing whose numbers are used, if any."""

    patterns: Phrases
    numbers: dict[str, tuple[int, int]]  # name: lowest and highest
    steps: tuple[Step, ...]
    made: tuple[Step, ...] = field(default=())
    about: str = ""


GOODS = {
    "food": (
        "apples", "pears", "plums", "buns", "rolls", "pies", "cakes", "lemons", "onions",
        "cabbages", "carrots", "turnips", "pancakes", "waffles", "biscuits", "tarts", "eggs",
        "peaches", "melons", "potatoes", "oysters", "herrings", "sausages", "muffins", "cherries",
    ),
    "goods": (
        "candles", "ropes", "baskets", "buckets", "brooms", "ribbons", "notebooks", "pencils",
        "kites", "lamps", "mugs", "plates", "spoons", "towels", "gloves", "scarves", "hooks",
        "nails", "bells", "mirrors", "combs", "brushes", "jars", "sacks", "umbrellas", "buttons",
    ),
    "small": (
        "marbles", "shells", "stamps", "coins", "feathers", "pebbles", "chestnuts", "acorns",
        "beads", "postcards", "toffees", "nuts", "berries", "stickers", "pine cones",
    ),
    "plants": (
        "tulips", "roses", "bean plants", "young trees", "leeks", "sunflowers", "lettuces",
        "daisies", "strawberry plants", "herbs", "pumpkins", "lilies",
    ),
    "box": ("box", "basket", "bag", "crate", "tin", "sack", "tray", "bucket"),
    "group": ("children", "neighbours", "guests", "sailors", "pupils", "cousins", "singers"),
}  # fmt: skip
