"""The lesson's long runs: every objective, several seeds, short and long, recorded for good.

`python -m workbook.pretraining.experiment` trains whatever is not in `data/runs/pretraining/` yet
and adds it there, one JSON line a run; killed, it goes on where it was. Name a part ("objectives",
"untrained", "recipes", "transfer", "cleaning") behind it to make that one alone, and seeds with
--seeds. Left out: what is trained live, which lesson 02 does with the same functions.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from workbook.core.hub import assets
from workbook.core.runs import records
from workbook.pretraining import data, floor
from workbook.pretraining.cleaning import STEPS as STEPS_OF_CLEANING
from workbook.pretraining.cleaning import clean
from workbook.pretraining.crawl import crawl
from workbook.pretraining.evidence import COUNT, gained
from workbook.pretraining.models import ARCHITECTURES, Corrupter, build, train
from workbook.pretraining.tasks import all_tasks, probes
from workbook.pretraining.transfer import BATCH as CUT_BATCH
from workbook.pretraining.transfer import SHARES, adapt, judges

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from workbook.attention import Transformer

SEEDS = (0, 1, 2)
# Steps of a short run: about 20 s each on one quiet core. Every token passes both stacks of BERT
# and GPT but one of T5's, so at equal work the encoder-decoder takes more steps.
STEPS = {"masked": 260, "causal": 225, "spans": 400}
LENGTHS = {"short": 1, "long": 3}  # times as many steps
DOCUMENTS = 3600  # of the town that all three read in a short run
CLEANING_STEPS = 150
CRAWLED = 1500  # pages
HELD_OUT_SEED = 777
PARTS = ("objectives", "untrained", "recipes", "transfer", "cleaning")
RECIPES = ("cut rows, short gaps alone", "whole documents, short gaps alone")


def record_path(part: str) -> Path:
    """Where the runs of a part are written, and read from."""
    return assets.root() / "runs" / "pretraining" / f"{part}.jsonl"


def recorded(part: str) -> list[dict[str, Any]]:
    """The recorded runs of a part; ValueError if there are none."""
    return records.read(record_path(part))


def town_rows(tokenizer: PreTrainedTokenizerFast, count: int, seed: int) -> torch.Tensor:
    """Documents of the town, one a row `B T`, padded."""
    return data.document_rows(data.town_documents(seed), tokenizer, count)


def cut_rows(
    tokenizer: PreTrainedTokenizerFast, count: int, seed: int, length: int = data.LENGTH
) -> torch.Tensor:
    """The same text as a ribbon, cut into rows `B T` of one length."""
    texts = (document.text for document in data.town_documents(seed))
    return data.text_rows(texts, tokenizer, count, length)


def steps_of(objective: str, profile_steps: int) -> int:
    """Steps of a live training: those of a short run on the laptop's profile, which has 300."""
    return round(STEPS[objective] * profile_steps / 300)


def documents_of(profile_steps: int) -> int:
    """Documents of a live training: as many times those of a short run as it takes steps."""
    return round(DOCUMENTS * profile_steps / 300)


def measures(
    objective: str, tokenizer: PreTrainedTokenizerFast, texts: floor.HeldOut, pairs: int = COUNT
) -> dict[str, Callable[[torch.nn.Module], float]]:
    """What is watched in a training: what evidence saves and, of a decoder, its loss on texts.

    pairs: to measure the evidence on; fewer where time is short.
    """
    watched = {"evidence": partial(gained, objective, tokenizer=tokenizer, count=pairs)}
    if objective == "causal":
        watched["town"] = partial(floor.causal_loss_on, texts=texts)
    return watched


def judge() -> PreTrainedModel:
    """The course's large town model, which judges what the small ones write."""
    from workbook.core.hub import load_model

    return load_model("bundled:town-lm")


def run_objective(objective: str, length: str, seed: int) -> dict[str, Any]:
    """Train one model from nothing and put it to every task."""
    tokenizer, times = data.tokenizer(), LENGTHS[length]
    texts = floor.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows, steps = town_rows(tokenizer, times * DOCUMENTS, seed), times * STEPS[objective]
    watched = measures(objective, tokenizer, texts)
    run = train(objective, rows, tokenizer, steps, seed=seed, watched=watched, progress=False)
    tasks = all_tasks(objective, run.model, tokenizer, seed, judge())
    return {
        "objective": objective, "length": length, "steps": steps, "floor": texts.floor, **tasks,
        "evidence_middle": gained(objective, run.model, tokenizer, "middle"),
        "losses": [round(loss, 3) for loss in run.losses[:: max(1, steps // 150)]],
        "marks": run.steps, "evidence": run.seen["evidence"],
        "held_out": run.seen.get("town", []),
    }  # fmt: skip


def run_untrained(seed: int) -> dict[str, float]:
    """What the probe makes of an encoder's random weights: the mark that a training must beat."""
    tokenizer = data.tokenizer()
    return probes("masked", build("masked", tokenizer, seed).eval(), tokenizer)


def run_recipe(recipe: str, seed: int) -> dict[str, Any]:
    """Train an encoder-decoder without long spans: does it look at what its encoder read?"""
    tokenizer, steps = data.tokenizer(), STEPS["spans"]
    cut = recipe.startswith("cut")
    rows = (partial(cut_rows, length=64) if cut else town_rows)(tokenizer, DOCUMENTS, seed)
    batches = Corrupter("spans", rows, tokenizer, seed=seed, tails=False)
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
    texts = floor.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows = diet_rows(diet, tokenizer, seed)
    batches = Corrupter("causal", rows, tokenizer, CUT_BATCH, seed)
    run = train(
        "causal", rows, tokenizer, CLEANING_STEPS, seed=seed, batches=batches, progress=False
    )
    loss = floor.causal_loss_on(run.model, texts)
    return {"diet": diet, "rows": len(rows), "steps": CLEANING_STEPS, "loss": loss}


CLEANED = "the crawl, cleaned"
WITHOUT = f"{CLEANED} but for: "  # then the step that was left out
DIETS = (
    "the crawl", *(f"{WITHOUT}{step}" for step in STEPS_OF_CLEANING), CLEANED, "the town itself",
)  # fmt: skip


def diet_rows(diet: str, tokenizer: PreTrainedTokenizerFast, seed: int) -> torch.Tensor:
    """The rows `B T` of one diet, at most as many as the training reads."""
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


def jobs(part: str, seeds: Iterable[int]) -> Iterable[tuple[Any, ...]]:
    """(function, its arguments, seed) of each run of a part."""
    for seed in seeds:
        if part == "objectives":
            for length in LENGTHS:
                yield from ((run_objective, (name, length), seed) for name in ARCHITECTURES)
        elif part == "untrained":
            yield run_untrained, (), seed
        elif part == "recipes":
            yield from ((run_recipe, (recipe,), seed) for recipe in RECIPES)
        elif part == "transfer":
            yield from ((run_transfer, (share, "town"), seed) for share in SHARES)
            yield from ((run_transfer, (share, "nothing"), seed) for share in (0.51, 1.0))
        elif part == "cleaning":
            yield from ((run_cleaning, (diet,), seed) for diet in DIETS)
        else:
            raise ValueError(f"no part is called {part!r}; there are {', '.join(PARTS)}.")


def main(arguments: list[str] | None = None) -> None:
    """Run and record what is asked for and not there yet."""
    parser = argparse.ArgumentParser(description="Record the long runs of lesson 02.")
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked = parser.parse_args(arguments)
    for part in asked.parts:
        path = record_path(part)
        done = {each["run"] for each in records.read(path)} if path.exists() else set()
        for function, settings, seed in jobs(part, asked.seeds):
            name = "/".join(map(str, (*settings, seed)))
            if name not in done:
                print(f"{part}: {name}", flush=True)
                records.append(
                    path, {"run": name, **function(*settings, seed), **records.stamp(seed)}
                )


if __name__ == "__main__":
    main()
