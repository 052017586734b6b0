"""The lesson's long runs: every objective, several seeds, short and long, recorded for good.

`workbook record pretraining` trains whatever is not in `data/runs/pretraining/` yet; name a part of
`EXPERIMENT` behind it to make that one alone, and seeds with --seeds. Left out: what is trained
live, which lesson 02 does with the same functions.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.runs import Experiment, Job, job
from workbook.pretraining import data, entropy_bound
from workbook.pretraining.cleaning import STEPS as STEPS_OF_CLEANING
from workbook.pretraining.cleaning import clean
from workbook.pretraining.copying_probe import COUNT, gained
from workbook.pretraining.crawl import crawl
from workbook.pretraining.models import ARCHITECTURES, ObjectiveBatches, build, train
from workbook.pretraining.probing import filled_by_size
from workbook.pretraining.tasks import ASKED, all_tasks, probes
from workbook.pretraining.transfer import BATCH as CUT_BATCH
from workbook.pretraining.transfer import SHARES, adapt, judges

if TYPE_CHECKING:
    from jaxtyping import Int
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from workbook.attention import Transformer

# Steps of a short run: about 20 s each on one quiet core. Every token passes both stacks of BERT
# and GPT but one of T5's, so at equal work the encoder-decoder takes more steps.
STEPS = {"masked": 260, "causal": 225, "spans": 400}
LENGTHS = {"short": 1, "long": 3}  # times as many steps
DOCUMENTS = 3600  # of the town that all three read in a short run
CLEANING_STEPS = 150
CRAWLED = 1500  # pages
HELD_OUT_SEED = 777
RECIPES = ("cut rows, short gaps alone", "whole documents, short gaps alone")


def town_rows(tokenizer: PreTrainedTokenizerFast, count: int, seed: int) -> Int[Tensor, "B T"]:
    """Return documents of the town, one a row, padded."""
    return data.document_rows(data.town_documents(seed), tokenizer, count)


def cut_rows(
    tokenizer: PreTrainedTokenizerFast, count: int, seed: int, length: int = data.LENGTH
) -> Int[Tensor, "B T"]:
    """Return the same text as a ribbon, cut into rows of one length."""
    texts = (document.text for document in data.town_documents(seed))
    return data.text_rows(texts, tokenizer, count, length)


def steps_of(objective: str, profile_steps: int) -> int:
    """Steps of a live training: those of a short run on the laptop's profile, which has 300."""
    return round(STEPS[objective] * profile_steps / 300)


def documents_of(profile_steps: int) -> int:
    """Documents of a live training: as many times those of a short run as it takes steps."""
    return round(DOCUMENTS * profile_steps / 300)


def measures(
    objective: str,
    tokenizer: PreTrainedTokenizerFast,
    texts: entropy_bound.HeldOut,
    pairs: int = COUNT,
) -> dict[str, Callable[[torch.nn.Module], float]]:
    """What is watched in a training: what evidence saves and, of a decoder, its loss on texts.

    pairs: to measure the evidence on; fewer where time is short.
    """
    watched = {"evidence": partial(gained, objective, tokenizer=tokenizer, count=pairs)}
    if objective == "causal":
        watched["town"] = partial(entropy_bound.causal_loss_on, texts=texts)
    return watched


def judge() -> PreTrainedModel:
    """The course's large town model, which judges what the small ones write."""
    from workbook.core.hub import load_model

    return load_model("bundled:town-lm")


def run_objective(objective: str, length: str, seed: int) -> dict[str, Any]:
    """Train one model from nothing and put it to every task."""
    tokenizer, times = data.tokenizer(), LENGTHS[length]
    texts = entropy_bound.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows, steps = town_rows(tokenizer, times * DOCUMENTS, seed), times * STEPS[objective]
    watched = measures(objective, tokenizer, texts)
    run = train(objective, rows, tokenizer, steps, seed=seed, watched=watched, progress=False)
    tasks = all_tasks(objective, run.model, tokenizer, seed, judge())
    return {
        "objective": objective, "length": length, "steps": steps,
        "entropy_bound": texts.entropy_bound, **tasks,
        "evidence_middle": gained(objective, run.model, tokenizer, "middle"),
        "losses": [round(loss, 3) for loss in run.losses[:: max(1, steps // 150)]],
        "marks": run.steps, "evidence": run.seen["evidence"],
        "held_out": run.seen.get("town", []),
    }  # fmt: skip


def run_reading(objective: str, seed: int) -> dict[str, Any]:
    """Train one model for long and count the missing words that it fills in."""
    tokenizer, times = data.tokenizer(), LENGTHS["long"]
    rows, steps = town_rows(tokenizer, times * DOCUMENTS, seed), times * STEPS[objective]
    model = train(objective, rows, tokenizer, steps, seed=seed, progress=False).model
    filled = filled_by_size(objective, model, tokenizer, ASKED)
    return {"objective": objective, "steps": steps, "filled": filled}


def run_untrained(seed: int) -> dict[str, float]:
    """What the probe makes of an encoder's random weights: the mark that a training must beat."""
    tokenizer = data.tokenizer()
    return probes("masked", build("masked", tokenizer, seed).eval(), tokenizer)


def run_recipe(recipe: str, seed: int) -> dict[str, Any]:
    """Train an encoder-decoder without long spans: does it look at what its encoder read?"""
    tokenizer, steps = data.tokenizer(), STEPS["spans"]
    cut = recipe.startswith("cut")
    rows = (partial(cut_rows, length=64) if cut else town_rows)(tokenizer, DOCUMENTS, seed)
    batches = ObjectiveBatches("spans", rows, tokenizer, seed=seed, tails=False)
    watched = {"evidence": partial(gained, "spans", tokenizer=tokenizer)}
    run = train(
        "spans", rows, tokenizer, steps, seed=seed, watched=watched, batches=batches, progress=False
    )
    middle = gained("spans", run.model, tokenizer, "middle")
    return {"recipe": recipe, "marks": run.steps, **run.seen, "evidence_middle": middle}


def run_transfer(share: float, start: str, seed: int) -> dict[str, Any]:
    """Read `share` of harbour log and the rest of town text, from a town model or from nothing."""
    tokenizer = data.tokenizer()
    model = town_model(seed) if start == "town" else None
    found = adapt(model, share, tokenizer, seed, judges(tokenizer), progress=False)
    return {"share": share, "start": start, **found}


@lru_cache(maxsize=1)
def town_model(seed: int) -> Transformer:
    """The decoder that a transfer starts from: a short run on the town's text."""
    tokenizer = data.tokenizer()
    rows = town_rows(tokenizer, DOCUMENTS, seed)
    return train("causal", rows, tokenizer, STEPS["causal"], seed=seed, progress=False).model


def run_cleaning(diet: str, seed: int) -> dict[str, Any]:
    """Train a decoder on the crawl as it is, on what cleaning leaves, or on the town's own text."""
    tokenizer = data.tokenizer()
    texts = entropy_bound.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows = diet_rows(diet, tokenizer, seed)
    batches = ObjectiveBatches("causal", rows, tokenizer, CUT_BATCH, seed)
    run = train(
        "causal", rows, tokenizer, CLEANING_STEPS, seed=seed, batches=batches, progress=False
    )
    loss = entropy_bound.causal_loss_on(run.model, texts)
    return {"diet": diet, "rows": len(rows), "steps": CLEANING_STEPS, "loss": loss}


CLEANED = "the crawl, cleaned"
WITHOUT = f"{CLEANED} but for: "  # then the step that was left out
DIETS = (
    "the crawl", *(f"{WITHOUT}{step}" for step in STEPS_OF_CLEANING), CLEANED, "the town itself",
)  # fmt: skip


def diet_rows(diet: str, tokenizer: PreTrainedTokenizerFast, seed: int) -> Int[Tensor, "B T"]:
    """Return the rows of one diet, at most as many as the training reads."""
    most = CLEANING_STEPS * CUT_BATCH
    if diet == "the town itself":
        return cut_rows(tokenizer, most, seed)
    pages = crawl(CRAWLED, seed)
    if diet != "the crawl":
        _, _, without = diet.partition(WITHOUT)
        pages = list(clean(pages, without=without or None).values())[-1]
    tokens = sum(len(data.document_ids(page.text, tokenizer)) for page in pages)
    count = min(most, tokens // data.LENGTH)
    return data.text_rows((page.text for page in pages), tokenizer, count)


def objective_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each objective, short and long."""
    for seed in seeds:
        for length in LENGTHS:
            for name in ARCHITECTURES:
                yield job(run_objective, name, length, seed=seed)


def reading_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the long runs of the two architectures that can be asked about single words."""
    return (job(run_reading, name, seed=seed) for seed in seeds for name in ("masked", "causal"))


def untrained_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the encoders that have learned nothing."""
    return (job(run_untrained, seed=seed) for seed in seeds)


def recipe_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the encoder-decoders without long spans."""
    return (job(run_recipe, recipe, seed=seed) for seed in seeds for recipe in RECIPES)


def transfer_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each mix of harbour and town, from a town model and from nothing."""
    for seed in seeds:
        yield from (job(run_transfer, share, "town", seed=seed) for share in SHARES)
        yield from (job(run_transfer, share, "nothing", seed=seed) for share in (0.51, 1.0))


def cleaning_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each diet of the crawl."""
    return (job(run_cleaning, diet, seed=seed) for seed in seeds for diet in DIETS)


EXPERIMENT = Experiment(
    "pretraining",
    {
        "objectives": objective_jobs,
        "reading": reading_jobs,
        "untrained": untrained_jobs,
        "recipes": recipe_jobs,
        "transfer": transfer_jobs,
        "cleaning": cleaning_jobs,
    },
)
PARTS = tuple(EXPERIMENT.parts)
recorded = EXPERIMENT.read
