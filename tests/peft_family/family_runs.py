"""Runs as `workbook.peft_family.experiment` writes them, with means that are easy to check."""

from workbook.finetuning.data import NEW
from workbook.finetuning.families import OLD_SKILLS
from workbook.peft_family import experiment


def run(name, new, old, seed=0, trained=1000):
    """A record of `run_variant`: two cases a task with the given mean."""
    scores = {family: [old - 0.1, old + 0.1] for family in OLD_SKILLS}
    cost = {} if name in experiment.ENDS else {
        "steps": 5, "trained": trained, "kept_bytes": 4 * trained, "training_bytes": 12 * trained,
        "step_seconds": 0.1,
    }  # fmt: skip
    scores[NEW] = [new - 0.1, new + 0.1]
    return {"variant": name, "rate": 1e-3, "split": "test", "seed": seed, "loss": 1 - new, **cost,
            "scores": scores}  # fmt: skip


RUNS = [
    run("baseline", 0.2, 0.3),
    run("before", 0.1, 0.7),
    run("full", 0.9, 0.2, trained=10**6),
    run("full", 0.8, 0.4, 1, 10**6),
    run("full", 0.7, 0.3, 2, 10**6),
    run("prompt, vocabulary", 0.5, 0.6),
]
