"""How good the town's models are, measured on people, places and phrasings they never met.

Each `measure_*` gives a `Score`: a share with its 95 % interval. Answers are decoded greedily by
transformers, an engine that is not ours. `town_card.py` collects the scores into the model card.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from workbook.town import build_both, build_town, mixture, stream
from workbook.town.entities import Town
from workbook.town.random import Source
from workbook.town.texts.dialogues import dialogue
from workbook.town.texts.instruction_phrases import CLOSED_BOOK, SUMMARISE
from workbook.town.texts.instructions import instruction
from workbook.town.texts.recall import Askable, ask, facts_of
from workbook.town.writer import Writer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CASES = 320  # summaries and documents; a summary is long
QUESTIONS = 1200  # questions; an answer is short, so more of them narrow the interval
SEED = 777  # of the evaluation documents, apart from every training stream
NEW_WORDS = {"train": "", "test": " (new phrasings too)"}


@dataclass(frozen=True)
class Score:
    """A measured share (or mean) of `cases`, with its 95 % interval."""

    name: str
    value: float
    low: float
    high: float
    cases: int


def share(name: str, outcomes: Sequence[bool]) -> Score:
    """A share with its Wilson score interval (Wilson, 1927)."""
    n, z = len(outcomes), 1.959964
    if not n:
        raise ValueError(f"{name} was measured on no case at all")
    p = sum(outcomes) / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return Score(name, p, centre - half, centre + half, n)


def mean(name: str, values: Sequence[float]) -> Score:
    """A mean with its normal 95 % interval."""
    n = len(values)
    if n < 2:
        raise ValueError(f"{name} needs at least two cases")
    m = sum(values) / n
    half = 1.959964 * (sum((v - m) ** 2 for v in values) / (n - 1) / n) ** 0.5
    return Score(name, m, m - half, m + half, n)


def reply(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerFast",
    prompts: Sequence[str],
    max_new_tokens: int = 96,
) -> list[str]:
    """Greedy answers of an instruction-tuned model to one-turn prompts, without special tokens."""
    from workbook.training.greedy import write

    rows = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}], add_generation_prompt=True, return_dict=False
        )
        for prompt in prompts
    ]
    written = write(model, tokenizer, rows, max_new_tokens)
    return [tokenizer.decode(ids, skip_special_tokens=True).strip() for ids, _ in written]


def _writers(name: str, phrasings: str, cases: int) -> Iterator[Writer]:
    """One writer a case, the same for every model: entities of the test split, or made up."""
    for i in range(cases):
        source = Source(f"quality/{name}/{phrasings}/{SEED}/{i}")
        yield Writer(source, build_town(), "test", phrasings)


def measure_open_book(model, tokenizer, cases: int = QUESTIONS, phrasings: str = "train") -> Score:
    """Exact match of whole-sentence answers from a passage: the first question of each.

    phrasings: "train" asks of new people and places in known words, "test" in new words too.
    """
    chats = [instruction(w, "open_book") for w in _writers("open_book", phrasings, cases)]
    rows = [[m["content"] for m in chat.fields["messages"][:2]] for chat in chats]
    answers = reply(model, tokenizer, [prompt for prompt, _ in rows], 40)
    right = [answer == expected for answer, (_, expected) in zip(answers, rows, strict=True)]
    return share(f"open-book QA, exact match{NEW_WORDS[phrasings]}", right)


def measure_summaries(
    model, tokenizer, cases: int = CASES, phrasings: str = "train"
) -> tuple[Score, Score]:
    """Share of summaries with every named person and place right, and mean ROUGE-L (F1)."""
    from rouge_score.rouge_scorer import RougeScorer

    prompts, talks = [], []
    for writer in _writers("summarise", phrasings, cases):
        talks.append(dialogue(writer).fields)
        prompts.append(writer.say(SUMMARISE, dialogue=talks[-1]["dialogue"]))
    answers = reply(model, tokenizer, prompts, 110)
    scorer = RougeScorer(["rougeL"])
    names = [names_right(answer, talk) for answer, talk in zip(answers, talks, strict=True)]
    rouge = [
        scorer.score(talk["summary"], answer)["rougeL"].fmeasure
        for answer, talk in zip(answers, talks, strict=True)
    ]
    suffix = NEW_WORDS[phrasings]
    return (
        share(f"summaries, all names right{suffix}", names),
        mean(f"summaries, ROUGE-L{suffix}", rouge),
    )


def names_right(summary: str, talk: Mapping[str, object]) -> bool:
    """True when the summary has every person and place it should, and no name made up.

    `talk` holds dialogue, summary and names; a capitalised word that stands in neither the
    dialogue nor its true summary counts as made up. Who did what is not judged here.
    """
    capitalised = re.compile(r"\b[A-Z][\w'-]*")
    known = set(capitalised.findall(f"{talk['dialogue']} {talk['summary']}"))
    said = all(re.search(rf"\b{re.escape(name)}\b", summary) for name in talk["names"])
    return said and known.issuperset(capitalised.findall(summary))


def learned_facts(town: Town) -> list[Askable]:
    """Facts of the training split at the cutoff: what the model could have learned by heart."""
    return [
        fact
        for table in ("people", "places", "products", "events")
        for entity in town.among(table, "train")
        for fact in facts_of(town, entity)
    ]


def later_facts(old: Town, new: Town) -> list[Askable]:
    """Facts of today that were otherwise, or not there, at the cutoff."""
    known = {
        (f.name, f.trait): f.value
        for table in ("people", "places", "products", "events")
        for entity in getattr(old, table)
        for f in facts_of(old, entity)
    }
    return [
        f
        for table in ("people", "places", "products", "events")
        for entity in getattr(new, table)
        for f in facts_of(new, entity)
        if known.get((f.name, f.trait)) != f.value
    ]


def measure_closed_book(model, tokenizer, cases: int = QUESTIONS) -> tuple[Score, Score]:
    """Exact match from memory: facts of the training text, and facts after the cutoff."""
    old, new = build_both()
    scores = []
    for name, facts in (
        ("closed-book QA, facts before the cutoff", learned_facts(old)),
        ("closed-book QA, facts after the cutoff", later_facts(old, new)),
    ):
        source = Source(f"quality/{name}/{SEED}")
        drawn = source.sample(facts, min(cases, len(facts)))
        writer = Writer(source, old, "train")
        prompts = [writer.say(CLOSED_BOOK, ask=ask(writer, fact)) for fact in drawn]
        answers = reply(model, tokenizer, prompts, 40)
        right = [a == fact.answer for a, fact in zip(answers, drawn, strict=True)]
        scores.append(share(name, right))
    return scores[0], scores[1]


def measure_loss(
    model, tokenizer, documents: int = 600, kind: str | None = None, split: str = "validation"
) -> dict[str, float]:
    """Mean loss on raw text beside the generator's floor, both in nats a token.

    The floor is the mean of -ln p(choices) over the same documents: no model can be expected to
    do better than the entropy, which is at most that.
    """
    import torch

    source = stream(kind, split, SEED) if kind else mixture(split=split, seed=SEED)
    loss = floor = 0.0
    tokens = 0
    for document in islice(source, documents):
        ids = tokenizer.encode(document.text, add_special_tokens=False)
        row = torch.tensor([[tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]])  # 1 T
        row = row.to(model.device)
        with torch.inference_mode():
            mean_loss = model(input_ids=row, labels=row).loss.item()
        loss += mean_loss * (row.shape[1] - 1)
        floor += document.nats
        tokens += row.shape[1] - 1
    return {"loss": loss / tokens, "floor": floor / tokens, "tokens": tokens}
