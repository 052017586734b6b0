"""The other towns: any number of them, made like Brindlemere, for skills instead of facts.

Facts come from one town, skills from many. What is practised on 200 towns (reading, proofs, tool
traces) can only be solved by reading, since no town is met often enough to be learned by heart.
Towns are numbered by their seed: 0 is Brindlemere, then come those for training, for validation and
for test. No name of Brindlemere, today or at the cutoff, comes again in another town.
"""

from functools import lru_cache

from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.world import build_town

# Kinds of text, and families of chats, that practise a skill: each is about one of these towns.
SKILLS = frozenset(
    ("series", "reading", "sums", "worked_problem", "program", "tone", "turns", "critique",
     "proof", "trace", "elsewhere")
)  # fmt: skip
TRAINING_TOWNS = 200
HELD_OUT_TOWNS = 20  # for validation, and as many again for test
FIRST = {"train": 1, "validation": 1 + TRAINING_TOWNS, "test": 1 + TRAINING_TOWNS + HELD_OUT_TOWNS}
COUNT = {"train": TRAINING_TOWNS, "validation": HELD_OUT_TOWNS, "test": HELD_OUT_TOWNS}


def other_town(split: str, number: int) -> Town:
    """Return town `number` (0, 1, ...) of a split's towns; past the last they start over.

    Raises ValueError for an unknown split or a negative number.
    """
    if split not in FIRST:
        raise ValueError(f"no split is called {split!r}; there are {', '.join(FIRST)}")
    if number < 0:
        raise ValueError(f"towns are numbered from 0, so there is no town {number}")
    return _built(FIRST[split] + number % COUNT[split])


@lru_cache(maxsize=TRAINING_TOWNS + 2 * HELD_OUT_TOWNS)
def _built(seed: int) -> Town:
    return build_town(seed)


def held_out(split: str, number: int) -> Town:
    """Return a town that no model has met: `split` is "validation" or "test"."""
    if split == "train":
        raise ValueError("the training towns are not held out: ask for validation or test")
    return other_town(split, number)


def draw_town(source: ChoiceSource, split: str) -> Town:
    """Draw one of a split's other towns; costs ln(how many there are) nats."""
    return other_town(split, source.below(COUNT[split]))


def town_for(kind: str, source: ChoiceSource, split: str) -> Town:
    """Return what a text of a kind is about: Brindlemere, or a town that is drawn for a skill."""
    return draw_town(source, split) if kind in SKILLS else build_town()
