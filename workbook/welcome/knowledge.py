"""What each of the three knows: questions about the town, put to all, the answers judged.

The town's facts are known, so nobody has to judge by eye. The baseline always names the commonest
value, the ceiling is looking the fact up in the town's database. Judged kindly: a reply is right
if the true value stands in it. Left out: answers from a passage (lesson 04) and the wording of an
answer (lesson 09). Lesson 00.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.core.hub import assets
from workbook.core.runs import Interval
from workbook.town import build_both, store
from workbook.town.choices import ChoiceSource
from workbook.town.entities import Town
from workbook.town.texts.questions.recall import Askable, ask, facts_of
from workbook.town.writer import Writer
from workbook.town_lm.quality import Score, later_facts, learned_facts, share
from workbook.welcome.answers import WHO

if TYPE_CHECKING:
    import pandas

    from workbook.welcome.answers import Trio

TABLES = ("people", "places", "products", "events")
BASELINE, CEILING = "always the commonest value (baseline)", "the town's database (ceiling)"
WHEN = ("before", "after")  # the cutoff of what the town's model has read


@dataclass(frozen=True)
class Question:
    """A question about one fact, true in the town of that year."""

    text: str
    fact: Askable
    year: int


def questions(count: int, when: str = "before", seed: int = 0) -> list[Question]:
    """`count` questions about facts the model has read of ("before") or cannot know ("after").

    Which facts, and in which words, is drawn by the seed. ValueError for another `when`.
    """
    if when not in WHEN:
        raise ValueError(f'Facts are from "before" or "after" the cutoff, not {when!r}.')
    old, new = build_both()
    facts = learned_facts(old) if when == "before" else later_facts(old, new)
    year = old.year if when == "before" else new.year
    source = ChoiceSource(f"welcome/{when}/{seed}")
    writer = Writer(source, new, "train")
    return [Question(ask(writer, fact), fact, year) for fact in source.sample(facts, count)]


def is_right(reply: str, value: str) -> bool:
    """True if the value stands in the reply, as whole words."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", reply, re.IGNORECASE) is not None


def commonest(asked: Sequence[Question]) -> list[str]:
    """The baseline: to each question the commonest value of that kind of fact at the cutoff."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for fact in learned_facts(build_both()[0]):
        counts.setdefault((fact.table, fact.trait), Counter())[fact.value] += 1
    return [counts[one.fact.table, one.fact.trait].most_common(1)[0][0] for one in asked]


def looked_up(asked: Sequence[Question]) -> list[str]:
    """The ceiling: each fact as the town's database has it for that year."""
    file = assets.path("town/town.sqlite")
    known = {year: _facts(store.read(file, year)) for year in {one.year for one in asked}}
    return [known[one.year][one.fact.name, one.fact.trait] for one in asked]


def _facts(town: Town) -> dict[tuple[str, str], str]:
    """(who, what) -> the sentence that says it."""
    return {
        (fact.name, fact.trait): fact.answer
        for table in TABLES
        for entity in getattr(town, table)
        for fact in facts_of(town, entity)
    }


def who_knows(trio: Trio, count: int = 120, seed: int = 0) -> pandas.DataFrame:
    """Accuracy of each way to answer, a `Score` with its 95 % interval.

    A row for each way, the baseline first, the ceiling last; a column for each side of the cutoff.
    """
    import pandas as pd

    table = pd.DataFrame(index=pd.Index([BASELINE, *WHO, CEILING], name="accuracy"))
    for when in WHEN:
        asked = questions(count, when, seed)
        said = trio.replies([one.text for one in asked], seed)
        ways = [commonest(asked), *said, looked_up(asked)]
        table[f"{when} the cutoff"] = [
            share(name, [is_right(r, one.fact.value) for r, one in zip(way, asked, strict=True)])
            for name, way in zip(table.index, ways, strict=True)
        ]
    return table


def in_words(score: Score) -> str:
    """A score with its interval: "0.50 [0.41, 0.59]"."""
    return f"{Interval(score.value, score.low, score.high):.2f}"
