"""A new domain: the log of Brindlemere's harbour office, written in a jargon of its own.

Ships, goods, measures and officers have invented names that no other text of the town uses, and
every choice goes through a `ChoiceSource`, so the log has an exact entropy bound like the town
itself. Two splits: ships of the validation split never sail in training. Left out: any
fact of the town's database. Lesson 02 moves a model of the town to this domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from workbook.town import Document
from workbook.town.choices import ChoiceSource
from workbook.town.writer import upper

VESSELS = ("skell", "krant", "hoddy", "luggarn", "brail-boat", "twinnow")
SHIP_HEADS = "Grey Salt Ember Patient Seventh Hollow Northern Idle Thankful Iron".split()
SHIP_TAILS = "Tern Plover Dunlin Gannet Petrel Knot Whimbrel Curlew Skua Fulmar".split()
PORTS = ("Ossenwyk", "Tharrow Head", "Culm", "Vendelmouth", "Skarrow", "Low Pennet")
GOODS = ("tarven", "quern-salt", "blenny hides", "osk-oil", "yarrel timber", "smelt-iron")
MEASURES = ("drolls", "firkets", "hundles", "stanks")
OFFICERS = ("wharfreeve", "moorwarden", "tallyman", "glimkeeper")
TIDES = ("at low glim", "at half glim", "at high glim", "on the slack")
STATES = ("is well stanched", "takes water at the garbel", "wants a new forrel", "lies trim")

ARRIVALS = (
    "{Vessel} {ship} of {port} warped in {tide} and lies at berth {berth}.",
    "Warped in {tide}: the {vessel} {ship} of {port}, to berth {berth}.",
    "Berth {berth} to the {vessel} {ship}, out of {port}, {tide}.",
)
CARGOES = (
    "She is thrilled for {number} {measure} of {goods}.",
    "Her thrill is {number} {measure} of {goods}.",
    "In her garbel lie {number} {measure} of {goods}.",
)
CONDITIONS = ("The {officer} finds that she {state}.", "By the {officer}'s look she {state}.")
FEES = (
    "Wharfage {fee} marl, paid to the {officer}.",
    "She owes {fee} marl of wharfage.",
    "The {officer} took {fee} marl for wharfage.",
)
DEPARTURES = (
    "She may slip her lunt {tide} on the morrow.",
    "Her lunt is slipped {tide}.",
    "No lunt is slipped before the {officer} has sealed her.",
)
SPLITS = {"train": SHIP_HEADS[:-2], "validation": SHIP_HEADS[-2:]}


def harbour_document(split: str = "train", seed: int = 0, index: int = 0) -> Document:
    """Entry number `index` of a log; the same (split, seed, index), the same entry.

    `nats` is -ln p of the choices that made it. Raises ValueError for an unknown split.
    """
    if split not in SPLITS:
        raise ValueError(f"no split of the log is called {split!r}; there are {', '.join(SPLITS)}.")
    source = ChoiceSource(f"harbour/{split}/{seed}/{index}")
    ship = f"{source.choice(SPLITS[split])} {source.choice(SHIP_TAILS)}"
    slots = {"vessel": source.choice(VESSELS), "ship": ship, "port": source.choice(PORTS)}
    slots |= {"Vessel": upper(slots["vessel"]), "berth": source.integer(1, 12)}
    patterns = [source.choice(ARRIVALS), source.choice(CARGOES)]
    if source.chance(0.5):
        patterns.append(source.choice(CONDITIONS))
    patterns.append(source.choice(FEES))
    if source.chance(0.7):
        patterns.append(source.choice(DEPARTURES))
    text = " ".join(_fill(pattern, slots, source) for pattern in patterns)
    return Document(f"Harbour log\n{text}", "harbour", source.nats, (), split, dict(slots))


def harbour_documents(seed: int, split: str = "train") -> Iterator[Document]:
    """The log, without end."""
    return (harbour_document(split, seed, index) for index in count())


def _fill(pattern: str, slots: dict[str, object], source: ChoiceSource) -> str:
    """A sentence with its slots; what belongs to one sentence is drawn only if it is asked for."""
    draws = {
        "number": lambda: source.integer(2, 40),
        "measure": lambda: source.choice(MEASURES),
        "goods": lambda: source.choice(GOODS),
        "officer": lambda: source.choice(OFFICERS),
        "state": lambda: source.choice(STATES),
        "tide": lambda: source.choice(TIDES),
        "fee": lambda: source.integer(2, 20) * 5,
    }
    drawn = {name: draw() for name, draw in draws.items() if "{" + name + "}" in pattern}
    return pattern.format(**slots, **drawn)
