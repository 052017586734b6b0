"""The model card of the town's models: size, tokens, seed, hash, and quality as measured.

`measure(folder)` fills it, `data/models/card.json` keeps it, `workbook models card` prints it.
Every figure comes from `town_quality.py`; a slow test measures them again.
"""

import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path

from workbook.core import assets, records

# What the models are held to: score name -> (at least or at most, bound).
GOALS = {
    "open-book QA, exact match": (">=", 0.85),
    "summaries, all names right": (">=", 0.70),
    "summaries, ROUGE-L": (">=", 0.60),
    "closed-book QA, facts before the cutoff": (">=", 0.50),
    "closed-book QA, facts after the cutoff": ("<=", 0.10),
}
MODELS = ("town-lm", "town-instruct")
LOSSES = {  # of town-lm, on documents it has not read: whom they are about -> split
    "people and places it has read of": "train",
    "people and places it never met": "validation",
}


def reached(name: str, value: float) -> bool:
    """Whether a score meets its goal."""
    sign, bound = GOALS[name]
    return value >= bound if sign == ">=" else value <= bound


def measure(folder: Path, cases: int | None = None) -> dict[str, object]:
    """Measure both models in `folder`; `cases` makes a quicker, less certain card."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from workbook.training import town_quality as quality

    count, asked = cases or quality.CASES, cases or quality.QUESTIONS
    tokenizer = AutoTokenizer.from_pretrained(folder / "town-instruct")
    base, tuned = (
        AutoModelForCausalLM.from_pretrained(folder / name, dtype=torch.float32).eval()
        for name in MODELS
    )
    scores = [
        quality.measure_open_book(tuned, tokenizer, asked),
        *quality.measure_summaries(tuned, tokenizer, count),
        *quality.measure_closed_book(tuned, tokenizer, asked),
        quality.measure_open_book(tuned, tokenizer, asked, "test"),
        *quality.measure_summaries(tuned, tokenizer, count, "test"),
    ]
    return {
        "models": {name: _describe(folder / name) for name in MODELS},
        "scores": [asdict(score) for score in scores],
        "loss": {
            name: quality.measure_loss(base, tokenizer, count, split=split)
            for name, split in LOSSES.items()
        },
        "made": records.stamp(),
    }


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
    """The card of the bundled models."""
    return json.loads((assets.path("models/card.json")).read_text(encoding="utf-8"))


def _verdict(score: dict[str, object]) -> str:
    """Whether a score meets its goal, where it has one."""
    if score["name"] not in GOALS:
        return ""
    sign, bound = GOALS[score["name"]]
    return f", goal {sign} {bound:.2f}: " + (
        "reached" if reached(score["name"], score["value"]) else "not reached"
    )


def text(card: dict[str, object]) -> str:
    """The card in plain lines for the terminal."""
    lines = []
    for name, model in card["models"].items():
        recipe = model["recipe"]
        lines += [
            f"{name}: {model['parameters']:,} parameters, {model['bytes'] / 1e6:.1f} MB in bf16",
            f"  trained on {recipe['tokens'] / 1e6:.1f} M tokens in {recipe['steps']:,} steps,"
            f" seed {recipe['seed']}",
            f"  sha256 {model['sha256']}",
        ]
    lines += ["", "Measured on people and places that were held out of training (95 % interval):"]
    for score in card["scores"]:
        lines.append(
            f"  {score['name']:<46} {score['value']:.3f}"
            f" [{score['low']:.3f}, {score['high']:.3f}] n = {score['cases']}{_verdict(score)}"
        )
    lines += [
        "",
        "Loss of town-lm on new documents, and what the generator paid, in nats a token:",
    ]
    for name, loss in card["loss"].items():
        lines.append(f"  {name:<46} {loss['loss']:.3f}, floor {loss['floor']:.3f}")
    return "\n".join(lines)
