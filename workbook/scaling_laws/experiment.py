"""The lesson's recorded runs: the sweep over budgets and sizes, text read again, seeds, the refit.

`workbook record scaling_laws` trains whatever is not in `data/runs/scaling_laws/` yet, the smallest
budgets first; a killed call goes on where it was. The sweep takes one seed, the first of --seeds,
and about an hour on one quiet core. The refit of Chinchilla's points is made where the environment
variable WORKBOOK_CHINCHILLA_POINTS names their file, and only there. Left out: the miniature sweep
of the lesson is `live`, with the same functions.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from workbook.core.runs import Experiment, Job, job
from workbook.core.system.text_files import read_text
from workbook.pretraining import data
from workbook.scaling_laws import published, sweep
from workbook.scaling_laws.chinchilla import CONSTANTS, fit_chinchilla

if TYPE_CHECKING:
    import pandas

POINTS = "WORKBOOK_CHINCHILLA_POINTS"  # environment variable: the file of 245 points
# Budget in FLOPs -> the sizes of the ladder that share it, around its optimum.
BUDGETS = {
    5e10: sweep.LADDER[0:6],
    1e11: sweep.LADDER[0:6],
    2e11: sweep.LADDER[1:7],
    4e11: sweep.LADDER[2:8],
    8e11: sweep.LADDER[2:8],
    1.6e12: sweep.LADDER[3:9],
}
LIVE = {1.5e10: sweep.LADDER[0:4], 3e10: sweep.LADDER[0:4]}  # of the lesson's own cell
LIVE_BATCH = 2  # rows of its steps: small budgets need many steps more than large ones
NOISE = ("32x2", 2e11)  # the run that is made with every seed
REPEATED = {"16x1": 800, "32x2": 800}  # size -> steps
EPOCHS = (1, 2, 4, 8, 16, 32)


def run_budget(
    budget: float, name: str, seed: int, batch_size: int = sweep.BATCH, **settings: Any
) -> dict[str, Any]:
    """Train a size with a budget. settings: further arguments of `sweep.run`."""
    size = sweep.SIZES[name]
    steps = sweep.steps_for(budget, sweep.llama_config(size, data.tokenizer()), batch_size)
    return {"budget": budget, **sweep.run(size, steps, seed, batch_size=batch_size, **settings)}


def run_repeated(name: str, epochs: int, seed: int) -> dict[str, Any]:
    """Train a size for the same steps on a text that is read `epochs` times."""
    steps = REPEATED[name]
    unique = steps * sweep.BATCH * sweep.LENGTH // epochs
    found = sweep.run(sweep.SIZES[name], steps, seed, unique=unique, marks=1)
    return {"epochs": epochs, **found}


def run_refit(path: str) -> dict[str, Any]:
    """Fit the law to published points; only what follows from them is kept."""
    fitted = fit_chinchilla(*published.read_points(path), bootstrap=500)
    return {
        "points": fitted.points,
        "huber_sum": fitted.huber_sum,
        "constants": {name: getattr(fitted, name) for name in CONSTANTS},
        "intervals": {name: list(interval) for name, interval in fitted.intervals.items()},
    }


def sweep_jobs(seeds: Sequence[int]) -> Iterator[Job]:
    """Yield every budget with its sizes, once, with the first of the seeds."""
    for budget, sizes in BUDGETS.items():
        for size in sizes:
            yield job(run_budget, budget, size.name, seed=seeds[0])


def noise_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield one size and budget with every seed."""
    return (job(run_budget, NOISE[1], NOISE[0], seed=seed) for seed in seeds)


def repeated_jobs(seeds: Sequence[int]) -> Iterator[Job]:
    """Yield each size and number of epochs, once, with the first of the seeds."""
    for name in REPEATED:
        for epochs in EPOCHS:
            yield job(run_repeated, name, epochs, seed=seeds[0])


def refit_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the refit of the points at hand, named by what is in their file.

    Says so where the variable is not set, or where just these points are recorded already.
    """
    path = os.environ.get(POINTS, "").strip()
    if not path:
        print(f"refit: set {POINTS} to the file of the points to fit them again.")
        return
    name = f"refit/{hashlib.sha256(read_text(path).encode()).hexdigest()[:8]}"
    if name in {row["run"] for row in recorded("refit")}:
        print(f"refit: the points of {path} are recorded already, as {name}.")
    yield Job(name, partial(run_refit, path), None)


EXPERIMENT = Experiment(
    "scaling_laws",
    {"refit": refit_jobs, "sweep": sweep_jobs, "noise": noise_jobs, "repeated": repeated_jobs},
)


def recorded(part: str) -> list[dict[str, Any]]:
    """Return the recorded runs of a part; an empty list where there are none."""
    return EXPERIMENT.read(part) if EXPERIMENT.path(part).exists() else []


def live(
    plan: Mapping[float, Sequence[sweep.Size]] | None = None, seed: int = 0
) -> list[dict[str, Any]]:
    """Run a miniature sweep and return its rows, as those of a record. Shows a progress bar."""
    from tqdm import tqdm

    pairs = [(budget, size.name) for budget, sizes in (plan or LIVE).items() for size in sizes]
    bar = tqdm(pairs, desc="runs", file=sys.stdout, leave=False)
    return [run_budget(budget, name, seed, LIVE_BATCH, marks=4) for budget, name in bar]


def for_fits(runs: Iterable[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Return runs as `approaches.isoflop_optima` takes them, by their nominal budgets."""
    return [
        {"flops": run["budget"], **{k: run[k] for k in ("parameters", "tokens", "loss")}}
        for run in runs
    ]


def table(runs: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """Return the losses, a row for each size and a column for each budget."""
    import pandas as pd

    frame = pd.DataFrame([
        {"parameters": run["parameters"], "budget": f"{run['budget']:.1e}", "loss": run["loss"]}
        for run in runs
    ])  # fmt: skip
    return frame.pivot_table(index="parameters", columns="budget", values="loss")
