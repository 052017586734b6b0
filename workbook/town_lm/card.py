"""The model card of the town's models: size, text, hours, hash, and quality against the goals.

`measure(folder)` fills it, `data/models/card.json` keeps it, `workbook models card` prints it.
Every figure comes from `bars.py` and `quality.py`; a slow test measures them again.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from workbook.core.hub import assets
from workbook.core.runs import records
from workbook.town_lm.quality import NEW_WORDS, Score


class Goal(NamedTuple):
    """What a score is held to.

    sign: ">=", "<=", ">" or "in", then `bound` is the lowest and the highest value. than: the name
    of another score; the bound is then one of the difference, this score minus that one.
    """

    sign: str
    bound: float | tuple[float, float]
    than: str = ""


KNOWN_WORDS = {  # score: goal in known phrasings; in new ones it may be at most .08 lower
    "summaries, all names right": Goal(">=", 0.80),
    "sentiment": Goal(">=", 0.90),
    "translate": Goal(">=", 0.75),
    "entailment": Goal(">=", 0.75),
}
GOALS = {
    "closed-book, before the cutoff": Goal(">=", 0.95),
    "closed-book, after the cutoff": Goal("<=", 0.05),
    "refuses, nobody": Goal(">=", 0.80),
    "refuses, known people": Goal("<=", 0.05),
    "open-book, 1 passage": Goal(">=", 0.95),
    "open-book, 4 passages": Goal(">=", 0.85),
    "open-book, 6 passages": Goal(">=", 0.75),
    "cited right, 4 passages": Goal(">=", 0.80),
    "does not say, right": Goal(">=", 0.70),
    "does not say, wrong": Goal("<=", 0.10),
    "loss, positions 512-768": Goal("<=", 0.05, "loss, positions 256-320"),
    **KNOWN_WORDS,
    **{name + NEW_WORDS: Goal(">=", -0.08, name) for name in KNOWN_WORDS},
    "in context, marks, 0 examples": Goal("<=", 0.55),
    "in context, marks, 8 examples": Goal(">=", 0.85),
    "look-up, 8 pairs": Goal(">=", 0.90),
    "sentiment, new words, 8 examples": Goal(">=", 0.75),
    "sentiment, swapped, 8 examples": Goal(">=", 0.65),
    "arithmetic, steps": Goal(">=", 0.70),
    "arithmetic, at once": Goal("<=", -0.30, "arithmetic, steps"),
    "majority of 8": Goal(">", 0.0, "single answer at the same temperature"),
    "programs": Goal(">=", 0.90),
    "rude, T = 1": Goal("in", (0.20, 0.50)),
    "rude, T = 1, polite requests": Goal("<=", 0.0),
    "multi-hop, proof given": Goal(">=", 0.70),
    "traces, held-out town": Goal(">=", 0.75),
}
BASE, TUNED = MODELS = ("town-lm", "town-instruct")
LADDER = f"{TUNED}-*"  # folders of the smaller and larger models
LOSSES = {  # of town-lm, on documents it has not read: whom they are about -> split
    "people and places it has read of": "train",
    "people and places it never met": "validation",
}
WIDTH = 20  # cells of a bar; the whole bar is 1


def reached(score: Mapping[str, object]) -> bool | None:
    """Return whether a score meets its goal, None where it has none.

    Raises ValueError when the goal is about a difference that the score does not have.
    """
    goal = GOALS.get(score["name"])
    if goal is None:
        return None
    if goal.than and not score.get("difference"):
        raise ValueError(f"{score['name']} must be measured together with {goal.than}")
    value = score["difference"][0] if goal.than else score["value"]
    if goal.sign == "in":
        return goal.bound[0] <= value <= goal.bound[1]
    if goal.sign == ">":
        return value > goal.bound
    return value >= goal.bound if goal.sign == ">=" else value <= goal.bound


def measure(folder: Path, cases: int | None = None, device: str = "cpu") -> dict[str, object]:
    """Measure the models in `folder`; `cases` makes a quicker, less certain card."""
    from workbook.town_lm import bars, quality

    count = cases or quality.CASES
    base, tokenizer = bars.load(folder / BASE, device)
    mix = quality.mix_of(folder / BASE)
    return {
        "models": {name: _describe(folder / name) for name in MODELS},
        "scores": [asdict(score) for score in scores(folder, cases, device=device)],
        "loss": {
            name: quality.measure_loss(base, tokenizer, count, split=split, mix=mix)
            for name, split in LOSSES.items()
        },
        "ladder": {
            rung.name: _describe(rung)
            | {"scores": [asdict(s) for s in bars.measure_rung(rung, count, device)]}
            for rung in sorted(folder.glob(LADDER))
        },
        "made": records.stamp(),
    }


def scores(
    folder: Path, cases: int | None = None, only: Sequence[str] = (), device: str = "cpu"
) -> Iterator[Score]:
    """Yield the scores of a folder's models as soon as they are there; only: names, all if empty.

    cases: of each score, 600 questions and 300 longer answers when None.
    """
    from workbook.town_lm import bars, quality

    only = only or bars.NAMES
    count, asked = cases or quality.CASES, 2 * cases if cases else quality.QUESTIONS
    if set(only) - set(bars.LOSSES):
        answer = quality.answerer(*bars.load(folder / TUNED, device))
        yield from bars.measure(answer, count, asked, only)
    if set(only) & set(bars.LOSSES):
        read = bars.load(folder / BASE, device)
        yield from bars.measure_positions(*read, count, quality.mix_of(folder / BASE))


def _describe(folder: Path) -> dict[str, object]:
    """Size, recipe and hash of one model."""
    from safetensors import safe_open

    weights = folder / "model.safetensors"
    with safe_open(weights, framework="pt") as file:
        shapes = [file.get_slice(name).get_shape() for name in file.keys()]
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    return {
        "parameters": sum(math.prod(shape) for shape in shapes),
        "bytes": weights.stat().st_size,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "recipe": recipe,
    }


def save(card: dict[str, object], folder: Path) -> Path:
    """Write the card beside the models."""
    path = folder / "card.json"
    path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return path


def load() -> dict[str, object]:
    """Return the card of the bundled models."""
    return json.loads((assets.path("models/card.json")).read_text(encoding="utf-8"))


def text(card: Mapping[str, object]) -> str:
    """Return the card in plain lines for the terminal: models, bars with their goals, losses."""
    scores = {score["name"]: score for score in card["scores"]}
    goals = [score for score in scores.values() if reached(score) is not None]
    met = sum(map(reached, goals))
    lines = [line for name, model in card["models"].items() for line in _about(name, model)]
    lines += [
        "",
        f"{met} of {len(goals)} goals reached, on people, places and towns that were held out of",
        "training (95 % interval, n cases; a bar ends at the value, | marks the goal):",
        *(_bar_line(score, scores) for score in scores.values()),
        "",
        "Loss of town-lm on new documents, and the bound of their entropy, in nats a token:",
    ]
    for name, loss in card["loss"].items():
        lines.append(f"  {loss['loss']:.3f}, entropy bound {loss['entropy_bound']:.3f}  {name}")
    if card.get("ladder"):
        lines += ["", *_ladder_lines(card)]
    return "\n".join(lines)


def _about(name: str, model: Mapping[str, object]) -> list[str]:
    """Lines on one model: size, text read, what it was mixed of, hash."""
    recipe = model["recipe"]
    hours = f" in {recipe['hours']:.1f} hours" if "hours" in recipe else ""
    lines = [
        f"{name}: {model['parameters']:,} parameters, {model['bytes'] / 1e6:.1f} MB in bf16",
        f"  trained on {recipe['tokens'] / 1e6:.1f} M tokens in {recipe['steps']:,} steps{hours},"
        f" seed {recipe['seed']}",
    ]
    mix = sorted(recipe.get("mix", {}).items(), key=lambda part: -part[1])
    if mix:
        lines.append("  mix: " + ", ".join(f"{kind} {share:.0%}" for kind, share in mix))
    return [*lines, f"  sha256 {model['sha256']}"]


def _bar_line(score: Mapping[str, object], scores: Mapping[str, Mapping]) -> str:
    """One score: a bar with its goal, value, interval, cases, name and verdict."""
    goal, met = GOALS.get(score["name"]), reached(score)
    line = (
        f"  {bar(score['value'], bounds(goal, scores))} {score['value']:.3f}"
        f" [{score['low']:.3f}, {score['high']:.3f}] {score['cases']:>5}  {score['name']}"
    )
    if score.get("difference"):
        line += " ({:+.3f} [{:+.3f}, {:+.3f}])".format(*score["difference"])
    if score.get("parts"):
        line += " (" + ", ".join(f"{n}: {value:.2f}" for n, value in score["parts"].items()) + ")"
    return line if met is None else f"{line}: {_words(goal)}, {'' if met else 'not '}reached"


def _words(goal: Goal) -> str:
    if goal.sign == "in":
        return "goal {:.2f} to {:.2f}".format(*goal.bound)
    against = f" against {goal.than}" if goal.than else ""
    return f"goal {goal.sign} {goal.bound:{'+' if goal.than else ''}.2f}{against}"


def bounds(goal: Goal | None, scores: Mapping[str, Mapping]) -> list[float]:
    """Return the values that a goal sets on the scale of its score; none where it cannot."""
    if goal is None or (goal.than and goal.than not in scores):
        return []
    if goal.sign == "in":
        return list(goal.bound)
    return [goal.bound + (scores[goal.than]["value"] if goal.than else 0.0)]


def bar(value: float, marks: Sequence[float] = ()) -> str:
    """Return a bar from 0 to 1 in blocks, with | at each mark; what lies outside ends it."""
    cells = ["█" if (cell + 0.5) / WIDTH <= value else "░" for cell in range(WIDTH)]
    for mark in marks:
        cells[min(WIDTH - 1, max(0, int(mark * WIDTH)))] = "|"
    return "".join(cells)


def _ladder_lines(card: Mapping[str, object]) -> list[str]:
    """A table: a row for each score of the rungs, a column for each model from small to large."""
    models = card["ladder"] | {TUNED: card["models"][TUNED] | {"scores": card["scores"]}}
    columns = sorted(models, key=lambda name: models[name]["parameters"])
    scores = {name: {s["name"]: s for s in models[name]["scores"]} for name in columns}
    rows = dict.fromkeys(s["name"] for rung in card["ladder"].values() for s in rung["scores"])
    width = max(map(len, columns)) + 2
    lines = [
        "The ladder: which of the bars each size reaches (+), and which not (-):",
        "  " + "".join(name.ljust(width) for name in columns).rstrip(),
    ]
    for row in rows:
        cells = [_cell(scores[name].get(row)).ljust(width) for name in columns]
        lines.append(f"  {''.join(cells)}{row}")
    return lines


def _cell(score: Mapping[str, object] | None) -> str:
    if score is None:
        return ""
    return f"{score['value']:.3f} {'+' if reached(score) else '-'}"
