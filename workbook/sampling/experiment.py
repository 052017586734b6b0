"""The lesson's experiment: the same prompts continued under many settings, several seeds each.

`Continuations` holds beginnings of the town's pages with what the town itself says next, so that
every measure of a model's text has the town's own text beside it. `sweep` measures settings by
variety, likelihood and truth. The one recorded run, `workbook record sampling`, trains a
small model that loops (`workbook.sampling.loops`), in two minutes on one core. Left out: the
curves, which lesson 03 draws.

Shapes: B batch, T time. `keep_mask` is true on real tokens.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from workbook.core.runs import SHARE, Experiment, Interval, Job, job
from workbook.core.runs.seeding import generator
from workbook.inference import decode, encode
from workbook.sampling import generate
from workbook.sampling.faithfulness import Statement, is_right
from workbook.sampling.loops import train_and_read
from workbook.sampling.measure import distinct, mean_nll
from workbook.town import stream

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Variants = Mapping[str, Mapping[str, Any]]  # name -> keyword arguments of `generate`
BY_SEED = ("surprise", "distinct_2")  # measures with one number a seed
MEASURES = (*BY_SEED, "right")
BOUNDS = {"distinct_2": SHARE}
STATEMENT_TOKENS = 12  # enough for any fact of the town
PAGE_SEED = 3003  # pages the model has not read, of people and places it has read about


@dataclass(frozen=True)
class Continuations:
    """Beginnings of pages, and how the town goes on."""

    prompts: Tensor  # B T, all real tokens
    truth: Tensor  # B T+N, the prompt and the town's own next tokens
    pages: tuple[Tensor, ...]  # the whole pages, `T` each, from begin to end token
    entropy_bound: float  # nats a token of the whole pages that the town's generator chose with

    @property
    def new_tokens(self) -> int:
        return self.truth.shape[1] - self.prompts.shape[1]


def continuations(
    tokenizer: PreTrainedTokenizerBase, count: int, prompt_tokens: int = 12, new_tokens: int = 40
) -> Continuations:
    """Pages new to the model, about what it has read of, long enough, cut to one length.

    The entropy bound is over whole pages: -ln p of all choices, per token after the begin token.
    """
    length = prompt_tokens + new_tokens
    found = list(islice(_long_pages(tokenizer, length), count))
    pages = tuple(ids for ids, _ in found)
    truth = torch.stack([ids[:length] for ids in pages])
    entropy_bound = sum(nats for _, nats in found) / sum(len(ids) - 1 for ids in pages)
    return Continuations(truth[:, :prompt_tokens], truth, pages, entropy_bound)


def _long_pages(tokenizer: PreTrainedTokenizerBase, length: int) -> Iterator[tuple[Tensor, float]]:
    """(ids `T`, nats) of pages with at least `length` tokens, one after the other, without end."""
    end = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    for page in stream("page", "train", PAGE_SEED):
        ids = encode(tokenizer, page.text)[0][0]
        if len(ids) >= length:
            yield torch.cat([ids, ids.new_tensor(end)]), page.nats


def page_mean_nll(model: PreTrainedModel, texts: Continuations) -> float:
    """Return the mean NLL of whole pages, nats a token, to compare with the entropy bound."""
    ids = pad_sequence(list(texts.pages), batch_first=True).to(model.device)
    lengths = torch.tensor([len(page) for page in texts.pages], device=model.device)
    keep_mask = torch.arange(ids.shape[1], device=model.device) < lengths[:, None]
    return mean_nll(model, ids, keep_mask)


def sweep(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    settings: Variants,
    texts: Continuations,
    asked: Sequence[Statement],
    seeds: Sequence[int],
) -> pandas.DataFrame:
    """One row per setting and seed with the MEASURES: surprise (nats a token, under the plain
    model), distinct-2, and for each statement whether it is right.

    Greedy decoding is the same for every seed and is run once. Shows a progress bar.
    """
    import pandas as pd
    from tqdm import tqdm

    rows = []
    for name, setting in tqdm(settings.items(), desc="settings", file=sys.stdout, leave=False):
        for seed in seeds:
            if seed == seeds[0] or setting.get("temperature") != 0:
                said = continue_texts(model, texts, seed, setting)
                measured = measures(model, texts, said)
                right = answers_right(model, tokenizer, asked, seed, setting)
            rows.append({"setting": name, "seed": seed, **measured, "right": right})
    return pd.DataFrame(rows)


def summarise(rows: pandas.DataFrame) -> pandas.DataFrame:
    """One row per setting, in the order they were run, with intervals, as text: Student t over the
    seeds, for accuracy a bootstrap over the statements."""
    by_setting = rows.groupby("setting", sort=False)
    table = by_setting[list(BY_SEED)].agg(
        lambda values: str(Interval.of_seeds(list(values), bounds=BOUNDS.get(values.name)))
    )
    table["right"] = [f"{accuracy(group.right):.3g}" for _, group in by_setting]
    return table


def accuracy(right: Sequence[Sequence[bool]]) -> Interval:
    """Return the accuracy over all seeds and its interval over the statements.

    right: one list a seed, of the same statements. The draws of one statement are resampled
    together, so that asking it again with another seed does not count as a new question.
    """
    each = [sum(seeds) / len(seeds) for seeds in zip(*right, strict=True)]
    if len(set(each)) == 1 and each[0] in SHARE:  # no draw can differ: a bootstrap has no width
        return Interval.of_share([bool(mean) for mean in each])
    return Interval.of_cases(each)


def continue_texts(
    model: PreTrainedModel, texts: Continuations, seed: int, setting: Mapping[str, Any]
) -> Int[Tensor, "B T"]:
    """Ids `B T+N`. The model goes on past its end token, so that all texts are equally long."""
    prompts = texts.prompts.to(model.device)
    source = generator(seed)
    said = generate(model, prompts, max_new_tokens=texts.new_tokens, generator=source, **setting)
    return said.cpu()


def measures(
    model: PreTrainedModel, texts: Continuations, said: Int[Tensor, "B T"]
) -> dict[str, float]:
    """What is measured of continuations `B T+N`, the model's or the town's own."""
    start = texts.prompts.shape[1]
    new = said[:, start:].tolist()
    ids = said.to(model.device)
    return {
        "surprise": mean_nll(model, ids, torch.ones_like(ids), start),
        "distinct_2": distinct(new, 2),
    }


def answers_right(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    asked: Sequence[Statement],
    seed: int,
    setting: Mapping[str, Any],
) -> tuple[bool, ...]:
    """Return for each statement whether the model completes it with the fact."""
    prompts = [one.prompt for one in asked]
    ids, keep_mask = encode(tokenizer, prompts, str(model.device))
    out = generate(
        model,
        ids,
        keep_mask=keep_mask,
        max_new_tokens=STATEMENT_TOKENS,
        eos_id=tokenizer.eos_token_id,
        generator=generator(seed),
        **setting,
    )
    said = decode(tokenizer, out, start=ids.shape[1])
    return tuple(is_right(text, one.value) for text, one in zip(said, asked, strict=True))


LOOP_PROMPTS = 32


def run_loops(seed: int) -> dict[str, Any]:
    """Train a small model on the town, and count how often its text ends in a loop."""
    from workbook.core.hub import load_tokenizer

    tokenizer = load_tokenizer("bundled:town-lm")
    prompts = continuations(tokenizer, LOOP_PROMPTS, new_tokens=1).prompts
    return train_and_read(tokenizer, prompts, seed)


def loop_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield a training for each seed."""
    return (job(run_loops, seed=seed, kind="loops") for seed in seeds)


EXPERIMENT = Experiment("sampling", {"loops": loop_jobs})
