"""The lesson's long runs: every objective, several seeds, short and long, recorded for good.

`python -m workbook.pretraining.experiment` trains whatever is not in `data/runs/pretraining/` yet
and adds it there, one JSON line a run; killed, it goes on where it was. Part by part: name
"objectives", "transfer" or "cleaning" behind it, and seeds with --seeds. Left out: what is trained
live, which lesson 02 does with the same functions.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from workbook.core import assets, records
from workbook.pretraining import data, floor
from workbook.pretraining.cleaning import clean
from workbook.pretraining.crawl import crawl
from workbook.pretraining.models import ARCHITECTURES, BATCH, train
from workbook.pretraining.tasks import all_tasks
from workbook.pretraining.transfer import SHARES, adapt, judges

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from workbook.attention import Transformer

SEEDS = (0, 1, 2)
SHORT, LONG = 300, 1200  # steps
CLEANING_STEPS = 150
CRAWLED = 1500  # pages
HELD_OUT_SEED = 777
PARTS = ("objectives", "transfer", "cleaning")


def record_path(part: str) -> Path:
    """Where the runs of a part are written, and read from."""
    return assets.root() / "runs" / "pretraining" / f"{part}.jsonl"


def recorded(part: str) -> list[dict[str, Any]]:
    """The recorded runs of a part; ValueError if there are none."""
    return records.read(record_path(part))


def town_rows(tokenizer: PreTrainedTokenizerFast, steps: int, seed: int) -> torch.Tensor:
    """Rows `B T` of the town's text, each to be read once in so many steps."""
    texts = (document.text for document in data.town_documents(seed))
    return data.text_rows(texts, tokenizer, steps * BATCH)


def judge() -> PreTrainedModel:
    """The course's large town model, which judges what the small ones write."""
    from workbook.core.hub import load_model

    return load_model("bundled:town-lm")


def run_objective(objective: str, steps: int, seed: int) -> dict[str, Any]:
    """Train one model from nothing and put it to every task."""
    tokenizer = data.tokenizer()
    texts = floor.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows = town_rows(tokenizer, steps, seed)
    watched = {"town": texts} if objective == "causal" else None
    run = train(objective, rows, tokenizer, steps, seed=seed, texts=watched, progress=False)
    tasks = all_tasks(objective, run.model, tokenizer, seed, judge())
    return {
        "objective": objective, "steps": steps, "floor": texts.floor, **tasks,
        "losses": [round(loss, 3) for loss in run.losses[:: max(1, steps // 150)]],
        "marks": run.steps, "held_out": run.held_out.get("town", []),
    }  # fmt: skip


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
    rows = town_rows(tokenizer, SHORT, seed)
    return train("causal", rows, tokenizer, SHORT, seed=seed, progress=False).model


def run_cleaning(diet: str, seed: int) -> dict[str, Any]:
    """Train a decoder on the crawl as it is, on what cleaning leaves, or on the town's own text."""
    tokenizer = data.tokenizer()
    texts = floor.held_out(data.town_documents(HELD_OUT_SEED), tokenizer)
    rows = diet_rows(diet, tokenizer, seed)
    run = train(
        "causal", rows, tokenizer, CLEANING_STEPS, seed=seed, texts={"town": texts}, progress=False
    )
    loss = run.held_out["town"][-1]
    return {"diet": diet, "rows": len(rows), "steps": CLEANING_STEPS, "loss": loss}


DIETS = ("the crawl", "the crawl, cleaned", "the town itself")


def diet_rows(diet: str, tokenizer: PreTrainedTokenizerFast, seed: int) -> torch.Tensor:
    """The rows `B T` of one diet, at most as many as the training reads."""
    most = CLEANING_STEPS * BATCH
    if diet == "the town itself":
        return town_rows(tokenizer, CLEANING_STEPS, seed)
    left = clean(crawl(CRAWLED, seed))
    pages = left["crawled"] if diet == "the crawl" else list(left.values())[-1]
    tokens = sum(len(data.document_ids(page.text, tokenizer)) for page in pages)
    count = min(most, tokens // data.LENGTH)
    return data.text_rows((page.text for page in pages), tokenizer, count)


def jobs(part: str, seeds: Iterable[int]) -> Iterable[tuple[Any, ...]]:
    """(function, its arguments, seed) of each run of a part."""
    for seed in seeds:
        if part == "objectives":
            for steps in (SHORT, LONG):
                yield from ((run_objective, (name, steps), seed) for name in ARCHITECTURES)
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
