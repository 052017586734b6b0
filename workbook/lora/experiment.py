"""The long runs of lesson 10: learning rates, ranks, places, and new kinds of input.

`workbook record lora` tunes what `data/runs/lora/` lacks; a run is one model tuned on the new task
(lesson 08's log book), fully or through an adapter, and put to that task in known and in new
phrasings and to the old tasks. Rates are compared on the validation split with a seed of their own;
everything else is scored on people and places that no training has. Left out: what the lesson tunes
live, with the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from workbook.core.hub import bundled
from workbook.core.runs import Experiment, Job, job
from workbook.finetuning.data import NEW, chats
from workbook.finetuning.families import OLD_SKILLS, ask, cases, measure, measure_baseline
from workbook.finetuning.tuning import Tuned, tune
from workbook.lora import adapter_parameters, merge_and_unload
from workbook.lora.spectrum import mean_kept, spectrum, updates
from workbook.lora.tuning import FULL_LEARNING_RATE, LEARNING_RATE, tune_lora

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CHOICE_SEED = 100  # of the runs that learning rates are chosen by
STEPS = 60
CHATS = 400  # different ones of the new task
CASES = 24  # of each family
RANKS = (1, 2, 4, 8, 16, 32, 64)
SMALLER = 1 / 5  # of the usual learning rate
RATES = {"full": (3e-4, 1e-3, 3e-3), "lora": (1e-3, 2e-3, 5e-3, 1e-2, 2e-2)}
PLACES = {  # where an adapter of rank 8 sits
    "q": ("q_proj",),
    "q, v": ("q_proj", "v_proj"),
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "feed-forward": ("gate_proj", "up_proj", "down_proj"),
    "all": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
}
SHOWN = "model.layers.3.self_attn.v_proj"  # the layer whose update is kept whole
MODEL = "town-instruct"  # that is tuned
FULL, BEFORE, BASELINE = "full", "before", "baseline"


def tuned(way: str, seed: int, steps: int = STEPS, **changes: Any) -> Tuned:
    """Tune on the new task, "full" or "lora"; changes: of `TuneConfig`, rank, targets."""
    model, tokenizer = bundled(MODEL)
    tune_it = tune if way == FULL else tune_lora
    rate = FULL_LEARNING_RATE if way == FULL else LEARNING_RATE
    changes = {"learning_rate": rate, "progress": False, **changes}
    return tune_it(model, tokenizer, chats(NEW, CHATS, seed=seed), steps, seed, **changes)


def _merged(rank: int | str, seed: int, steps: int, **changes: Any) -> tuple[Tuned, int]:
    """Tune at one rank, or all weights; return the run, merged, and how many weights it trained."""
    if rank == FULL:
        found = tuned(FULL, seed, steps, **changes)
        return found, found.model.num_parameters()
    found = tuned("lora", seed, steps, rank=rank, **changes)
    trained = adapter_parameters(found.model)
    merge_and_unload(found.model)
    return found, trained


def scored(model: PreTrainedModel, split: str = "test", count: int = CASES) -> dict[str, Any]:
    """Return the scores of each case: the new task in known and in new phrasings, the old tasks."""
    tokenizer = bundled(MODEL)[1]
    new = measure(model, tokenizer, (NEW,), count, split=split)[NEW]
    other = measure(model, tokenizer, (NEW,), count, split=split, phrasings="test")[NEW]
    old = measure(model, tokenizer, OLD_SKILLS, count // 2, split=split)
    return {
        "new": [round(s, 3) for s in new],
        "other_phrasings": [round(s, 3) for s in other],
        "old": {family: [round(s, 3) for s in each] for family, each in old.items()},
    }


def example(model: PreTrainedModel) -> str:
    """Return what a model answers to the first case of the new task."""
    return ask(model, bundled(MODEL)[1], NEW, cases(NEW, 1))[0]


def old_skills(run: Mapping[str, Any]) -> float:
    """Return a run's mean over the old tasks, each weighing the same."""
    return fmean(fmean(scores) for scores in run["old"].values())


def run_rate(way: str, rate: float, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune at one learning rate; the score in the new task on the validation split."""
    model, tokenizer = bundled(MODEL)
    found = tuned(way, seed, steps, learning_rate=rate)
    new = measure(found.model, tokenizer, (NEW,), CASES, split="validation")[NEW]
    return {"way": way, "rate": rate, "new": [round(s, 3) for s in new],
            "loss": round(fmean(found.losses[-10:]), 4)}  # fmt: skip


def run_yardstick(name: str, _seed: int = 0) -> dict[str, Any]:
    """Score the model before it is tuned, or the baselines."""
    if name == BASELINE:
        old = measure_baseline(OLD_SKILLS, CASES // 2)
        new = measure_baseline((NEW,), CASES)[NEW]
        return {"rank": name, "new": new, "other_phrasings": new, "old": old}
    return {"rank": name, **scored(bundled(MODEL)[0]), "example": example(bundled(MODEL)[0])}


def run_rank(rank: int | str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune at one rank, or all weights ("full"), and score it; of "full" the update's spectrum."""
    found, trained = _merged(rank, seed, steps)
    extra: dict[str, Any] = {}
    if rank == FULL:
        changed = updates(bundled(MODEL)[0], found.model)
        extra["kept"] = {str(r): round(part, 4) for r, part in mean_kept(changed, RANKS).items()}
    extra["example"] = example(found.model)
    return {"rank": rank, "trained": trained, "loss": round(fmean(found.losses[-10:]), 4),
            **scored(found.model), **extra}  # fmt: skip


def run_update(seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune all weights with AdamW; what changed in one matrix, and the spectra of all.

    The matrix is rounded to thousandths of its largest number.
    """
    changed = updates(bundled(MODEL)[0], tuned(FULL, seed, steps).model)
    largest = float(changed[SHOWN].abs().max())
    return {
        "layer": SHOWN,
        "largest": largest,
        "thousandths": (changed[SHOWN] / largest * 1000).round().int().tolist(),
        "rank_90": {name: spectrum(name, update).rank_90 for name, update in changed.items()},
        "kept": {str(r): round(part, 4) for r, part in mean_kept(changed, RANKS).items()},
    }


def run_place(place: str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune an adapter of rank 8 in one of PLACES, and score it."""
    found, trained = _merged(8, seed, steps, targets=PLACES[place])
    return {"place": place, "trained": trained, **scored(found.model)}


def run_smaller(rank: int | str, seed: int, steps: int = STEPS) -> dict[str, Any]:
    """Tune at one rank, or all weights, at SMALLER times the usual learning rate, and score it."""
    rate = SMALLER * (FULL_LEARNING_RATE if rank == FULL else LEARNING_RATE)
    found, trained = _merged(rank, seed, steps, learning_rate=rate)
    return {"rank": rank, "rate": rate, "trained": trained, **scored(found.model)}


def rate_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each way at each of its learning rates, with the seed for choices."""
    for way, rates in RATES.items():
        yield from (job(run_rate, way, rate, seed=CHOICE_SEED) for rate in rates)


def rank_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the yardsticks once, then every rank and full tuning with each seed."""
    yield from (job(run_yardstick, name, seed=0) for name in (BEFORE, BASELINE))
    for seed in seeds:
        yield from (job(run_rank, rank, seed=seed) for rank in (*RANKS, FULL))


def update_jobs(_seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the one update that the explorer shows."""
    yield job(run_update, seed=0, kind="update")


def place_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every place with each seed."""
    return (job(run_place, place, seed=seed) for seed in seeds for place in PLACES)


def smaller_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield a small rank, a large one and full tuning with each seed."""
    return (job(run_smaller, rank, seed=seed) for seed in seeds for rank in (8, 64, FULL))


EXPERIMENT = Experiment(
    "lora",
    {
        "rates": rate_jobs, "ranks": rank_jobs, "smaller": smaller_jobs, "places": place_jobs,
        "update": update_jobs,
    },
)  # fmt: skip


def best_rates(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return each way's learning rate with the best mean score on the validation split."""
    best: dict[str, tuple[float, float]] = {}
    for run in runs:
        best[run["way"]] = max(best.get(run["way"], (-1.0, 0.0)), (fmean(run["new"]), run["rate"]))
    return {way: rate for way, (_, rate) in best.items()}
