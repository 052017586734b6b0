"""Makes the town's language models from nothing, with the recipes and the commands of the course.

1. Train the tokenizer on a sample of what the models will read.
2. `town-lm`: pretrain on raw text (`recipes/town-lm.toml`), then its smaller and larger rungs.
3. `town-instruct`: tune a copy of it on chats (`recipes/town-instruct.toml`), then the rungs.
4. Write each in bf16 with a note of how it was made, as anyone can load it.
Seeded; a kill can be resumed; CPU or GPU. Left out: how a recipe is run, which is `recipe_runs.py`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core.hub import assets
from workbook.core.runs.files import write_atomically
from workbook.town import mixture
from workbook.town.texts.instructions import chats
from workbook.training import recipes
from workbook.training.checkpoint import atomic_folder
from workbook.training.tokenizer import VOCABULARY, train_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

FILES = Path(__file__).parent / "recipes"
TOKENIZER_DOCUMENTS = 20_000  # that the tokenizer is trained on, three in four of them raw text
TOKENIZER_SEED = 90_001
SAME_TEXT = ("data", "data_seed", "examples", "mix", "seq_len")  # keys of a recipe
WORK = ".build"  # below the output: the tokenizer, checkpoints and logs


@dataclass(frozen=True)
class Bundled:
    """One model of the town: its kind of run, its recipe, and what it starts from."""

    kind: str  # "pretrain" or "finetune"
    file: str  # in `recipes/`
    base: str = ""  # name of the model that is tuned
    settings: tuple[str, ...] = ()  # key=value, on top of the file


def _rung(hidden_size: int, layers: int, heads: int, ffn_dim: int) -> Bundled:
    shape = (
        f"hidden_size={hidden_size}", f"layers={layers}", f"heads={heads}", f"ffn_dim={ffn_dim}",
    )  # fmt: skip
    return Bundled("pretrain", "town-lm.toml", settings=shape)


# In the order they are made. A rung of the ladder is called by its millions of parameters.
MODELS = {
    "town-lm": Bundled("pretrain", "town-lm.toml"),
    "town-lm-0.3m": _rung(64, 4, 2, 176),
    "town-lm-1.3m": _rung(128, 5, 2, 352),
    "town-lm-5m": _rung(256, 6, 4, 704),
    "town-instruct": Bundled("finetune", "town-instruct.toml", "town-lm"),
    "town-instruct-0.3m": Bundled("finetune", "town-instruct.toml", "town-lm-0.3m"),
    "town-instruct-1.3m": Bundled("finetune", "town-instruct.toml", "town-lm-1.3m"),
    "town-instruct-5m": Bundled("finetune", "town-instruct.toml", "town-lm-5m"),
}


def build(output: Path, names: Sequence[str] = (), settings: Sequence[str] = ()) -> None:
    """Make the models under `output`, or go on where a killed call stopped.

    names: which of `MODELS`, all when empty; what they are tuned from must be there or named too.
    settings: key=value on top of every recipe, such as steps=20. A model that is there already is
    left alone. Raises ValueError where a run was begun with other settings.
    """
    for name in names or MODELS:
        if name not in MODELS:
            raise ValueError(f"no model is called {name!r}; choose from {', '.join(MODELS)}.")
    make_tokenizer(output / WORK / "tokenizer")
    for name in names or MODELS:
        train(name, output, settings)


def make_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Return the tokenizer kept in a folder; train it first where it is not there yet."""
    from transformers import AutoTokenizer

    if not folder.exists():
        tokenizer = train_tokenizer(tokenizer_texts(), VOCABULARY)
        with atomic_folder(folder) as draft:
            tokenizer.save_pretrained(draft)
    return AutoTokenizer.from_pretrained(folder)


def tokenizer_texts() -> Iterator[str]:
    """Yield what the tokenizer is trained on: raw text and chats, mixed as the models read them."""
    raw, _ = recipes.read("pretrain", FILES / "town-lm.toml", ["out=-"])
    tuned, _ = recipes.read("finetune", FILES / "town-instruct.toml", ["out=-"])
    count = TOKENIZER_DOCUMENTS // 4
    for document in islice(mixture(raw.mix, seed=TOKENIZER_SEED), 3 * count):
        yield document.text
    for document in islice(chats(tuned.mix, seed=TOKENIZER_SEED), count):
        yield document.text


def train(name: str, output: Path, settings: Sequence[str] = ()) -> None:
    """Run one model's recipe to its end, or go on with it, and write the model to `output/name`."""
    from workbook.training import recipe_runs

    model, out = MODELS[name], output / WORK / name
    work = [f"out={out}", *model.settings]
    if model.base:
        work.append(f"model={output / model.base}")
        _forget_another_base(out, output / model.base)
    else:
        work.append(f"tokenizer={output / WORK / 'tokenizer'}")
    recipe, config = recipes.read(model.kind, FILES / model.file, [*work, *settings])
    if (output / name / "recipe.json").exists() and (out / "final" / "tokenizer.json").exists():
        made = json.loads((output / name / "recipe.json").read_text(encoding="utf-8"))
        if made["steps"] == config.steps:
            return
    _share_rows(name, out, recipe)
    run = getattr(recipe_runs, model.kind)(recipe, config)
    if recipe_runs.is_main():
        export(run.out / "final", output / name, note_of(name, run))


def _forget_another_base(out: Path, base: Path) -> None:
    """Throw away the run in `out` where its base has been trained on since: it is tuned afresh."""
    note, weights = out / "base.sha256", assets.sha256(base / "model.safetensors")
    if note.exists() and note.read_text(encoding="utf-8") != weights:
        shutil.rmtree(out)
    write_atomically(note, weights)


def _share_rows(name: str, out: Path, recipe: recipes.Recipe) -> None:
    """Take the rows over from a model that has read the very same text, where there is one."""
    for other in (other for other in MODELS if other != name and not (out / "rows").exists()):
        theirs = out.with_name(other)
        try:
            made = json.loads((theirs / "recipe.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        same = all(made.get(key) == getattr(recipe, key) for key in SAME_TEXT)
        if same and MODELS[other].file == MODELS[name].file and (theirs / "rows").exists():
            with atomic_folder(out / "rows") as draft:
                for file in (theirs / "rows").iterdir():
                    os.link(file, draft / file.name)


def note_of(name: str, run) -> dict[str, object]:
    """Return how a model was made: its recipe, the tokens it read, the hours and the machine."""
    from workbook.core.runs import records

    recipe = json.loads((run.out / "recipe.json").read_text(encoding="utf-8"))
    last = run.records[-1] if run.records else {}
    note = {key: value for key, value in recipe.items() if key not in ("model", "tokenizer")}
    return note | {
        "name": name,
        "base": MODELS[name].base,
        "steps": run.step,
        "tokens": last.get("tokens", 0),
        "hours": round(last.get("seconds", 0.0) / 3600, 3),
        "learning_rate": run.config.learning_rate,
        "muon_learning_rate": run.config.muon_learning_rate,
        "seed": run.config.seed,
        "hardware": records.stamp()["hardware"],
    }


def export(trained: Path, folder: Path, note: dict[str, object]) -> None:
    """Write a trained model in bf16 with its tokenizer and the note, whole or not at all."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(trained, dtype=torch.bfloat16)
    with atomic_folder(folder) as draft:
        model.save_pretrained(draft)
        AutoTokenizer.from_pretrained(trained).save_pretrained(draft)
        text = json.dumps(note, indent=2, sort_keys=True) + "\n"
        (draft / "recipe.json").write_text(text, encoding="utf-8")
