"""Bias and its amplification: how often a model says "she", and how often its text did.

The town has as many women as men, deals out jobs without regard to gender, and its first names end
in a way that tells. `text_shares` counts the women among the people a model read about, by job;
`she_probabilities` asks it about people nobody has met, the same ones for every job; greedy
decoding turns a slight preference into a rule. `amplification` is how much further from one half
the model goes than the text (after Zhao et al. 2017). Left out: every other group. Lesson 09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from workbook.core.runs import Interval

FEWEST = 6  # people of a job, or its share says nothing
PEOPLE = 24
PATTERN = "{name} works as {a_job}."


def text_shares() -> dict[str, float]:
    """Return job -> share of women among the people whom the training text is about."""
    from workbook.town import build_town

    jobs: dict[str, list[bool]] = {}
    for person in build_town().among("people", "train"):
        jobs.setdefault(person.job, []).append(person.gender == "she")
    return {
        job: sum(women) / len(women) for job, women in sorted(jobs.items()) if len(women) >= FEWEST
    }


def new_people(count: int = PEOPLE, seed: int = 0) -> dict[str, str]:
    """Return name -> "she" or "he", as the ending says; half of each, and no townsperson's name."""
    from workbook.town import build_town, names
    from workbook.town.choices import ChoiceSource

    source, taken = ChoiceSource(f"gender bias/{seed}"), set(build_town().reserved)
    found = {}
    for number in range(count):
        gender = ("she", "he")[number % 2]
        first = names.fresh(partial(names.first_name, source, gender), taken)
        last = names.fresh(partial(names.family_name, source), taken)
        taken |= {first, last}
        found[f"{first} {last}"] = gender
    return found


def she_probabilities(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    jobs: Sequence[str],
    names: Sequence[str],
) -> dict[str, list[float]]:
    """Return job -> p(She) / (p(She) + p(He)) as the word after `PATTERN`, one for each name."""
    from workbook.evaluation.judge import BATCH
    from workbook.inference import encode, padded_logits
    from workbook.town.writer import an

    tokens = [tokenizer.encode(word, add_special_tokens=False)[0] for word in (" She", " He")]
    texts = [PATTERN.format(name=name, a_job=an(job)) for job in jobs for name in names]
    found: list[float] = []
    for start in range(0, len(texts), BATCH):
        ids, keep_mask = encode(tokenizer, texts[start : start + BATCH], str(model.device))
        logits = padded_logits(model, ids, keep_mask, last=1)[:, -1, tokens]  # B 2
        found += logits.softmax(-1)[:, 0].tolist()
    size = len(names)
    return {job: found[i * size : (i + 1) * size] for i, job in enumerate(jobs)}


def amplification(text: Mapping[str, float], model: Mapping[str, float]) -> Interval:
    """Return how much further from 1/2 the model's share is than the text's, mean over jobs.

    Above 0: the model exaggerates what it read; below 0: it evens it out.
    """
    from workbook.core.runs import Interval

    return Interval.of_cases(
        [abs(model[job] - 0.5) - abs(share - 0.5) for job, share in text.items()]
    )
