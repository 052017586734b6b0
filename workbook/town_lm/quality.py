"""How the town's models are measured: answers in batches, shares with intervals, losses.

Answers come from transformers' own `generate`, an engine that is not ours: what the course measures
models by must not share a fault with what it teaches. What is asked stands in `bars.py`,
`card.py` collects the scores into the model card. Left out: judging by another model.

Shapes: B batch, T time.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core.runs import Interval
from workbook.inference import complete, token_log_probs
from workbook.town import RAW_MIXTURE, mixture, stream
from workbook.town.entities import Town
from workbook.town.texts.questions.recall import Askable, facts_of
from workbook.training.examples import raw_example

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CASES = 300  # of a score whose answers or prompts are long
QUESTIONS = 600  # of a score with short answers: more of them narrow the interval
SEED = 777  # of the evaluation documents, apart from every training stream
BATCH = 32  # chats answered at once on a CPU
LARGE_BATCH = 512  # and on a GPU
LENGTH = 768  # tokens of a row
NEW_WORDS = " (new phrasings too)"  # ends the name of a score in words kept out of training
TABLES = ("people", "places", "products", "events")
Z = 1.959964  # half-width of a 95 % interval in standard errors
Chat = Sequence[Mapping[str, str]]  # messages with role and content


@dataclass(frozen=True)
class Score:
    """A measured share (or mean) of `cases`, with its 95 % interval.

    difference: to the score that the goal compares with.
    parts: the values that this one sums up, such as one for each place of the right passage.
    """

    name: str
    value: float
    low: float
    high: float
    cases: int
    difference: Interval | None = None
    parts: Mapping[str, float] | None = None


def share(name: str, outcomes: Sequence[bool]) -> Score:
    """Return a share with its Wilson score interval (Wilson, 1927)."""
    n = len(outcomes)
    if not n:
        raise ValueError(f"{name} was measured on no case at all")
    return Score(name, *Interval.of_share(outcomes), n)


def mean(name: str, values: Sequence[float]) -> Score:
    """Return a mean with its normal 95 % interval."""
    n = len(values)
    if n < 2:
        raise ValueError(f"{name} needs at least two cases")
    return Score(name, *Interval.of_mean(values), n)


def share_difference(outcomes: Sequence[bool], others: Sequence[bool]) -> Interval:
    """Return the share of `outcomes` minus that of `others`, case by case in the same order.

    The interval is that of Bonett and Price (2012): Wald's for paired shares, with one case added
    to each kind of disagreement. Raises ValueError when the two differ in length or hold nothing.
    """
    pairs = list(zip(outcomes, others, strict=True))
    n = len(pairs)
    if not n:
        raise ValueError("a difference of shares needs at least one case")
    gained, lost = pairs.count((True, False)), pairs.count((False, True))
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = Z * ((up + down - (up - down) ** 2) / (n + 2)) ** 0.5
    return Interval((gained - lost) / n, up - down - half, up - down + half).within((-1.0, 1.0))


def replies(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerFast",
    chats: Sequence[Chat],
    max_new_tokens: int = 96,
    temperature: float = 0.0,
    seed: int = 0,
) -> list[str]:
    """Return what a tuned model says next in each chat, without special tokens.

    temperature: 0 takes the likeliest token; above it tokens are drawn, the same for the same seed,
    device and list of chats. Chats of like length are answered together.
    """
    size = _batch(model)
    how = {"temperature": temperature, "seed": seed, "batch_size": size}
    return [one.text for one in complete(model, tokenizer, chats, max_new_tokens, **how)]


def _batch(model: "PreTrainedModel") -> int:
    return BATCH if model.device.type == "cpu" else LARGE_BATCH


def names_right(summary: str, talk: Mapping[str, object]) -> bool:
    """Return whether the summary has every person and place it should, and no name made up.

    `talk` holds dialogue, summary and names; a capitalised word that stands in neither the
    dialogue nor its true summary counts as made up. Who did what is not judged here.
    """
    capitalised = re.compile(r"\b[A-Z][\w'-]*")
    known = set(capitalised.findall(f"{talk['dialogue']} {talk['summary']}"))
    said = all(re.search(rf"\b{re.escape(name)}\b", summary) for name in talk["names"])
    return said and known.issuperset(capitalised.findall(summary))


def learned_facts(town: Town) -> list[Askable]:
    """Return facts of the training split at the cutoff: what can have been learned by heart."""
    return [
        fact
        for table in TABLES
        for entity in town.among(table, "train")
        for fact in facts_of(town, entity)
    ]


def later_facts(old: Town, new: Town) -> list[Askable]:
    """Return facts of today that were otherwise, or not there, at the cutoff."""
    known = {
        (fact.name, fact.trait): fact.value
        for table in TABLES
        for entity in getattr(old, table)
        for fact in facts_of(old, entity)
    }
    return [
        fact
        for table in TABLES
        for entity in getattr(new, table)
        for fact in facts_of(new, entity)
        if known.get((fact.name, fact.trait)) != fact.value
    ]


def mix_of(folder: Path) -> Mapping[str, float]:
    """Return the kinds of raw text, with their weights, that the base model of a folder read."""
    note = folder / "recipe.json"
    recipe = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    return recipe.get("mix") or RAW_MIXTURE


def measure_loss(
    model,
    tokenizer,
    documents: int = 600,
    kind: str | None = None,
    split: str = "validation",
    mix: Mapping[str, float] = RAW_MIXTURE,
) -> dict[str, float]:
    """Return the mean loss on raw text and the bound of its entropy, both in nats a token.

    kind: of the documents; without one they are mixed as `mix` says. The bound is the mean of
    -ln p(choices) over the same documents. The entropy is at most that, and no model can be
    expected to lose less than the entropy.
    """
    import torch

    source = stream(kind, split, SEED) if kind else mixture(mix, split, SEED)
    loss = nats = 0.0
    tokens = 0
    for document in islice(source, documents):
        ids = raw_example(tokenizer, document.text).ids
        row = torch.tensor([ids]).to(model.device)  # 1 T
        with torch.inference_mode():
            mean_loss = model(input_ids=row, labels=row).loss.item()
        loss += mean_loss * (row.shape[1] - 1)
        nats += document.nats
        tokens += row.shape[1] - 1
    return {"loss": loss / tokens, "entropy_bound": nats / tokens, "tokens": tokens}


def full_rows(tokenizer, texts: Iterator[str], length: int) -> Iterator[list[int]]:
    """Yield rows of exactly `length` tokens: documents one after another, the last one cut.

    Each row starts with a new document, so that none is read without its beginning.
    """
    row: list[int] = []
    for text in texts:
        row += raw_example(tokenizer, text).ids
        if len(row) >= length:
            yield row[:length]
            row = []


def losses_by_position(
    model,
    tokenizer,
    rows: int,
    windows: Sequence[tuple[int, int]],
    mix: Mapping[str, float] = RAW_MIXTURE,
) -> list[list[float]]:
    """Return for each window (first, past) the mean loss of every row there, nats a token.

    The rows are held-out raw text of the test split; begin tokens carry no loss.
    """
    import torch

    texts = (document.text for document in mixture(mix, "test", SEED))
    packed = islice(full_rows(tokenizer, texts, LENGTH), rows)
    found: list[list[float]] = [[] for _ in windows]
    while some := list(islice(packed, _batch(model) // 8)):
        ids = torch.tensor(some, device=model.device)  # B T
        losses = -token_log_probs(model, ids, torch.ones_like(ids))  # B T-1, of token t + 1 at t
        counts = ids[:, 1:] != tokenizer.bos_token_id
        for values, (first, past) in zip(found, windows, strict=True):
            window = slice(first - 1, past - 1)
            total = (losses * counts)[:, window].sum(1)
            values += (total / counts[:, window].sum(1)).tolist()
    return found


Answer = Callable[..., list[str]]  # (chats, max_new_tokens, temperature, seed) -> texts


def answerer(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerFast") -> Answer:
    """Return `replies` of one model as a function of the chats and the settings alone."""

    def answer(chats, max_new_tokens=96, temperature=0.0, seed=0):
        return replies(model, tokenizer, chats, max_new_tokens, temperature, seed)

    return answer
