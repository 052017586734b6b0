"""The lesson's long runs: remedies, examples, masking and mixes, recorded for good.

`workbook record finetuning` trains whatever is not in `data/runs/finetuning/` yet, in about 85
minutes on one core; name a part of `EXPERIMENT` behind it to make that one alone, and seeds with
--seeds. A remedy's strengths are compared on the validation split with one seed; the best of each
is then measured on the test split with three others. Left out: what is tuned live, which lesson 08
does with the same functions.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbook.core.hub import bundled
from workbook.core.runs import Experiment, Job, job
from workbook.finetuning import peers, prompted
from workbook.finetuning.data import NEW, chats, examples, statistics
from workbook.finetuning.families import (
    FAMILIES_ASKED,
    OLD_SKILLS,
    ask,
    baseline,
    cases,
    measure,
    measure_baseline,
    new_skill,
    old_skills,
    rouge,
    score,
)
from workbook.finetuning.remedies import REMEDIES, remedy_run
from workbook.finetuning.tuning import TuneConfig, tune
from workbook.training.data import Messages

CHOICE_SEED = 100  # of the runs that strengths are chosen by
ALL = (NEW, *FAMILIES_ASKED)
CASES = 32  # of each family
SUMMARIES = 48
STEPS = 80  # that read the new task
SUMMARY_STEPS = 120
SIZE_STEPS = 500  # with two rows a step, even the largest number of examples is read once
SUMMARY_ROW = 223  # tokens of a row that holds one summary, on average
MIXES = {  # name -> its families, and how many times as long it is tuned
    "summarise": (("summarise",), 1),
    "all eight": (FAMILIES_ASKED, 1),
    "summarise, longer": (("summarise",), 5),
    "all eight, longer": (FAMILIES_ASKED, 5),
}
SIZES = (50, 100, 200, 500, 1000)
UNSEEN = ("sentiment", "entailment")  # families held out: their requests name the labels
UNSEEN_CASES = 24  # of each held-out family
SEEN = "all, the two among them"
FAMILY_COUNTS = (1, 3, 6, SEEN)  # families tuned on, drawn by seed; the last is the control
DAMAGES = {  # name -> share of the chats kept, share of those with another talk's summary
    "all clean": (1.0, 0.0),
    "half damaged": (1.0, 0.5),
    "the clean half alone": (0.5, 0.0),
}
REMEDY_SETTINGS = TuneConfig(learning_rate=5e-4)  # the sweep's best for the new task alone
YARDSTICKS = ("baseline", *prompted.WAYS, "town-instruct")


# Remedies.


def run_remedy(
    name: str, strength: float, split: str, seed: int, steps: int = STEPS, count: int = CASES
) -> dict[str, Any]:
    """Tune town-instruct on the new task under one remedy, and put it to the new and the old.

    "before" is the model untouched, "baseline" the baselines.
    """
    model, tokenizer = bundled("town-instruct")
    cost: dict[str, Any] = {}
    if name == "baseline":
        scores = measure_baseline(ALL, count, split=split)
    else:
        if name != "before":
            tuned, spent = remedy_run(
                name, model, tokenizer, strength, steps, seed, REMEDY_SETTINGS, progress=False
            )
            model = tuned.model
            cost = {**vars(spent), "seconds": round(spent.seconds, 1)}
        scores = measure(model, tokenizer, ALL, count, split=split)
    return {
        "remedy": name, "strength": strength, "split": split, **cost,
        "scores": {family: [round(s, 3) for s in found] for family, found in scores.items()},
    }  # fmt: skip


def chosen(runs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Each remedy's strength with the best mean of new skill and old skills on validation.

    "none" is to be tuning without a thought for the old, so there the new skill alone decides.
    """
    best: dict[str, tuple[float, float]] = {}
    for run in runs:
        if run["split"] == "validation" and run["remedy"] in REMEDIES:
            old = new_skill(run) if run["remedy"] == "none" else old_skills(run)
            both = (new_skill(run) + old) / 2
            best[run["remedy"]] = max(best.get(run["remedy"], (0.0, 0.0)), (both, run["strength"]))
    return {name: strength for name, (_, strength) in best.items()}


# Summaries.


def run_size(size: int, seed: int, steps: int = SIZE_STEPS) -> dict[str, Any]:
    """Tune town-lm for a fixed number of steps on so many summaries, read again and again."""
    found = chats("summarise", size, seed=seed)
    return {"size": size, **summary_run(found, steps, seed)}


def run_masking(loss_on: str, seed: int, steps: int = SUMMARY_STEPS) -> dict[str, Any]:
    """Tune town-lm on summaries, with the loss on the answers or on every token."""
    found = chats("summarise", 2 * steps, seed=seed)
    return {"loss_on": loss_on, **summary_run(found, steps, seed, loss_on=loss_on)}


def run_tasks(mix: str, seed: int, steps: int = SUMMARY_STEPS) -> dict[str, Any]:
    """Tune town-lm on one of MIXES, and ask it for summaries and for the seven others.

    Rows with several families are fuller, so they get fewer steps: equal lengths are equal tokens.
    """
    names, longer = MIXES[mix]
    steps *= longer
    found = chats(names, 5 * steps, seed=seed)
    counts = statistics(examples(bundled("town-lm")[1], found))
    per_row = counts.tokens / counts.rows_packed
    steps = round(steps * SUMMARY_ROW / per_row)
    return {"mix": mix, **summary_run(found, steps, seed, families=OLD_SKILLS)}


def run_unseen(count: int | str, seed: int, steps: int = SUMMARY_STEPS) -> dict[str, Any]:
    """Tune town-lm on `count` families and ask it for two that it was never tuned on.

    The claim of FLAN (Wei et al. 2021, figure 6) in miniature. Which families are tuned on is drawn
    by seed; with SEEN the two held-out ones are among them. Equal steps for every count.
    """
    others = [family for family in FAMILIES_ASKED if family not in UNSEEN]
    names = (
        list(FAMILIES_ASKED) if count == SEEN else random.Random(seed).sample(others, int(count))
    )
    model, tokenizer = bundled("town-lm")
    found = chats(names, 8 * steps, seed=seed)  # the shortest fill a row with three or four
    tuned = tune(model, tokenizer, found, steps, seed, progress=False)
    asked = {family: cases(family, UNSEEN_CASES) for family in UNSEEN}
    answers = {f: ask(tuned.model, tokenizer, f, each) for f, each in asked.items()}
    labels = {f: {case.reference for case in each} for f, each in asked.items()}
    return {
        "families": count, "names": names, "steps": steps, "tokens": tuned.tokens,
        "scores": {f: score(f, answers[f], asked[f]) for f in UNSEEN},
        "label_given": {f: [answer in labels[f] for answer in answers[f]] for f in UNSEEN},
    }  # fmt: skip


def run_damage(name: str, seed: int, steps: int = SUMMARY_STEPS) -> dict[str, Any]:
    """Tune town-lm on summaries for equal steps, with some of them taken from another talk."""
    kept, damaged = DAMAGES[name]
    found = chats("summarise", round(2 * steps * kept), seed=seed)
    found = damage(found, round(damaged * len(found)))
    return {"damage": name, "chats": len(found), **summary_run(found, steps, seed)}


def damage(found: Sequence[Messages], count: int) -> list[Messages]:
    """Return the chats; the last `count` of them get each other's answers, moved on by one."""
    kept, bad = list(found[: len(found) - count]), list(found[len(found) - count :])
    answers = [chat[-1] for chat in bad]
    return kept + [[*chat[:-1], answers[i - 1]] for i, chat in enumerate(bad)]


def run_yardstick(name: str, _seed: int = 0) -> dict[str, Any]:
    """What summaries are compared with: the first turns, prompting alone, the long-tuned model."""
    asked = summary_cases()
    model, tokenizer = bundled("town-instruct" if name == "town-instruct" else "town-lm")
    if name == "baseline":
        answers = {key: [baseline(case) for case in found] for key, found in asked.items()}
    elif name == "town-instruct":
        answers = {k: ask(model, tokenizer, "summarise", found) for k, found in asked.items()}
    else:
        answers = {k: prompted.prompted(name, model, tokenizer, f) for k, f in asked.items()}
    return {"yardstick": name, **summary_scores(answers, asked)}


def summary_run(
    found: Sequence[Messages], steps: int, seed: int, families: Sequence[str] = (), **settings: Any
) -> dict[str, Any]:
    """Tune town-lm on chats; ROUGE of its summaries, with known and with new phrasings."""
    model, tokenizer = bundled("town-lm")
    started = time.process_time()
    tuned = tune(model, tokenizer, found, steps, seed, progress=False, **settings)
    seconds = time.process_time() - started
    asked = summary_cases()
    answers = {k: ask(tuned.model, tokenizer, "summarise", each) for k, each in asked.items()}
    scores = measure(tuned.model, tokenizer, families, CASES) if families else {}
    return {
        "steps": steps, "tokens": tuned.tokens, "cpu_seconds": round(seconds, 1),
        "share_learned": tuned.statistics.share_learned, **summary_scores(answers, asked),
        "losses": [round(loss, 3) for loss in tuned.losses[::4]],
        "scores": {family: [round(s, 3) for s in each] for family, each in scores.items()},
    }  # fmt: skip


def summary_cases(count: int = SUMMARIES) -> dict[str, list]:
    """Talks of people and places held out: asked in known words, and in new phrasings too."""
    return {
        "known words": cases("summarise", count),
        "new phrasings": cases("summarise", count // 2, phrasings="test"),
    }


def summary_scores(answers: Mapping[str, list[str]], asked: Mapping[str, list]) -> dict[str, Any]:
    """ROUGE-1, -2 and -L of every summary, rounded, by which cases were asked."""
    found = {}
    for name, said in answers.items():
        scores = rouge(said, [case.reference for case in asked[name]])
        found[name] = {key: [round(s, 3) for s in each] for key, each in scores.items()}
    return {"rouge": found, "example": answers["known words"][0]}


# The jobs.


def remedy_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield every strength on the validation split, then the chosen ones on the test split.

    The chosen strengths follow from the first runs, so they are read when those are recorded.
    """
    for split in ("validation", "test"):
        for name in ("before", "baseline"):
            yield job(run_remedy, name, 0.0, split, seed=0, kind="remedy")
    for name, remedy in REMEDIES.items():
        for strength in remedy.grid:
            yield job(run_remedy, name, strength, "validation", seed=CHOICE_SEED, kind="remedy")
    tried = recorded("remedies") if EXPERIMENT.path("remedies").exists() else []
    best = chosen(tried)
    for seed in seeds:
        for name, strength in best.items():
            yield job(run_remedy, name, strength, "test", seed=seed, kind="remedy")


def size_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each number of examples."""
    return (job(run_size, size, seed=seed, kind="size") for seed in seeds for size in SIZES)


def masking_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield both ways to take the loss."""
    for seed in seeds:
        yield from (job(run_masking, on, seed=seed, kind="masking") for on in ("answer", "all"))


def unseen_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each number of families."""
    for seed in seeds:
        yield from (job(run_unseen, count, seed=seed, kind="unseen") for count in FAMILY_COUNTS)


def damage_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield each state of the data."""
    for seed in seeds:
        yield from (job(run_damage, name, seed=seed, kind="damage") for name in DAMAGES)


def task_jobs(seeds: Iterable[int]) -> Iterator[Job]:
    """Yield the yardsticks once, then each mix."""
    yield from (job(run_yardstick, name, seed=0, kind="yardstick") for name in YARDSTICKS)
    for seed in seeds:
        yield from (job(run_tasks, mix, seed=seed, kind="tasks") for mix in MIXES)


EXPERIMENT = Experiment(
    "finetuning",
    {
        "remedies": remedy_jobs,
        "sizes": size_jobs,
        "masking": masking_jobs,
        "tasks": task_jobs,
        "unseen": unseen_jobs,
        "damage": damage_jobs,
        **peers.LIBRARY.parts,
    },
)
PARTS = tuple(EXPERIMENT.parts)
recorded = EXPERIMENT.read
