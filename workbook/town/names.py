"""Names of the town: people, streets, shops, goods. All are put together from syllables.

Most visitors have syllables of their own, some have names that a townsperson could have but has
not, so that a reader learns to copy both. Nothing here means a real person or brand.
Lesson 01 looks at how a tokenizer cuts such names.
"""

import re
from collections.abc import Callable, Container
from functools import cache

from workbook.town.choices import ChoiceSource

_ONSETS = "B Br D Dr F Fl G Gr H J K Kl L M N P Pr R S T Tr V W Z".split()
_MIDDLES = "a e i o u ae ei".split()
_JOINTS = "l ll r rr n nn m d dr v s ss t th lm rn nd sk".split()
_SHE = "a ia essa ine elle ith we anne owa issa".split()
_HE = "o or an ick us en ard im ek orn".split()

_FAMILY_HEADS = (
    "Quill Bramb Osk Tarl Fenn Mord Wimb Drus Hobb Pell Crum Vask Yarl Zell Glim Thrup Nobb Kest "
    "Lund Spind Tamm Orrin Bless Corv Dapp Eddle Flax Gorse Harr Ink Jass Kipp Larch Moss Nettle "
    "Otter Plum Rook Sedge Teasel Umber Vetch Wren Yew Amble Birch Clove Dusk Elder Frost"
).split()
_FAMILY_TAILS = (
    "wick mere cote shaw by ling ett stow dell brock ridge combe garth low ham quist"
).split()

_VISITOR_ONSETS = "Ch Sh Th Sk St Sw Qu Y X Cr Gl Pl Bl Fr Sp Ph Wh Sc Sn Tw".split()
_VISITOR_JOINTS = "b bb ck dd ff g gg k mp nt p pp rk rv sh st tt x z zz".split()
_VISITOR_ENDS = "a ero ila on iv ula ash em ipo et olo une is ard uma eb".split()
_VISITOR_FAMILY_ENDS = "ovar inski ebol atch umber ilio ostre andor eck uvane ismo alund".split()

_SURPRISES = {"Maria", "Dana", "Hanna", "Melissa", "Vanessa", "Nadia", "Julia", "Mark", "Martin"}


def first_name(source: ChoiceSource, gender: str) -> str:
    """A townsperson's first name; `gender` is "she" or "he" and shows in the ending."""
    while True:
        name = source.choice(_ONSETS) + source.choice(_MIDDLES) + source.choice(_JOINTS)
        name += source.choice(_SHE if gender == "she" else _HE)
        if name not in _SURPRISES:
            return name


def family_name(source: ChoiceSource) -> str:
    """A townsperson's family name, such as Oskmere."""
    head, tail = source.choice(_FAMILY_HEADS), source.choice(_FAMILY_TAILS)
    tripled = head[-2:] == 2 * tail[0]  # Hobb + by is Hobby
    return (head[:-1] if tripled else head) + tail


def place_name(source: ChoiceSource, noun: str) -> str:
    """A name for a place, such as Golden Goose Bakery; `noun` says what it is."""
    return f"{source.choice(PLACE_HEADS)} {source.choice(PLACE_NOUNS)} {noun}"


def fresh(make: Callable[[], str], taken: Container[str]) -> str:
    """A name from `make()` that is not taken."""
    while (name := make()) in taken:
        pass
    return name


def visitor_first_name(source: ChoiceSource) -> str:
    """A visitor's first name: one of 44,800, with beginnings and endings no townsperson has."""
    return (
        source.choice(_VISITOR_ONSETS)
        + source.choice(_MIDDLES)
        + source.choice(_VISITOR_JOINTS)
        + source.choice(_VISITOR_ENDS)
    )


def visitor_family_name(source: ChoiceSource) -> str:
    """A visitor's family name: one of 33,600."""
    return (
        source.choice(_VISITOR_ONSETS)
        + source.choice(_MIDDLES)
        + source.choice(_VISITOR_JOINTS)
        + source.choice(_VISITOR_FAMILY_ENDS)
    )


@cache
def visitor_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What all first names and all family names of visitors look like, to find them in a text."""

    def any_of(parts: list[str]) -> str:
        return "(?:" + "|".join(sorted(parts, key=len, reverse=True)) + ")"

    stem = any_of(_VISITOR_ONSETS) + any_of(_MIDDLES) + any_of(_VISITOR_JOINTS)
    return tuple(re.compile(stem + any_of(e)) for e in (_VISITOR_ENDS, _VISITOR_FAMILY_ENDS))


STREET_HEADS = (
    "Lantern Copper Heron Saddle Thimble Candle Orchard Anchor Barley Chestnut Dovecot Ember "
    "Fiddle Gander Hazel Ivory Juniper Kettle Linden Marigold Needle Osprey Pepper Quarry Raven "
    "Sorrel Tinder Violet Willow Yarrow"
).split()
STREET_TAILS = "Lane Street Row Walk Alley Steps Hill Yard".split()

PLACE_HEADS = (
    "Golden Silver Crooked Merry Old Blue Green Red White Black Hollow Upper Lower Long Little "
    "Great Sleepy Wandering Lucky Quiet"
).split()
PLACE_NOUNS = (
    "Goose Lantern Kettle Acorn Anchor Badger Bell Crow Dolphin Ferret Gate Hare Island Jug Key "
    "Ladder Magpie Newt Oar Pigeon Quill Ram Snail Thistle Urchin Vane Wheel Yoke Barrel Comet"
).split()
