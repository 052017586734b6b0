"""What `workbook train pretrain` and `workbook train finetune` do with a recipe.

1. Refuse a folder that holds another run. 2. Model, tokenizer and data. 3. `fit`. 4. The tokenizer
beside the final model, so that anyone can load the folder. Under torchrun every process does the
same, and the first one writes. Left out: how the loop works, which is `fit.py`. Lesson 08 uses it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from workbook.core import hub
from workbook.training.config import FitConfig
from workbook.training.data import (
    TokenRows,
    chat_example,
    chats,
    raw_texts,
    token_file,
    tokens_of,
)
from workbook.training.fit import Run, fit
from workbook.training.losses import causal_loss, mean_loss
from workbook.training.packing import Rows
from workbook.training.recipes import Finetune, Pretrain, Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FREE = ("out", "validation")  # keys of a recipe that may differ when a run goes on


def pretrain(recipe: Pretrain, config: FitConfig) -> Run:
    """Train a model on raw text, from nothing or from another model, into `recipe.out`."""
    claim(recipe)
    new = recipe.model == "new"
    tokenizer = hub.load_tokenizer("base" if new else recipe.model)
    model = new_model(recipe, tokenizer, config.seed) if new else _trainable(recipe.model)
    tokens = token_file(recipe, tokenizer, Path(recipe.out) / "tokens.npy")
    batches = TokenRows(tokens, recipe.rows, recipe.length, recipe.data_seed)
    held_out = tokens_of(_first(raw_texts(recipe, "validation"), recipe), tokenizer)
    judged = TokenRows(held_out, recipe.rows, recipe.length)
    return _run(model, tokenizer, batches, judged, recipe, config)


def finetune(recipe: Finetune, config: FitConfig) -> Run:
    """Tune a model on chats, with the loss on the answers only, into `recipe.out`."""
    claim(recipe)
    tokenizer = hub.load_tokenizer(recipe.model)
    model = _trainable(recipe.model)
    pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    train = [chat_example(tokenizer, chat) for chat in chats(recipe)]
    held_out = [chat_example(tokenizer, c) for c in _first(chats(recipe, "validation"), recipe)]
    shape = (recipe.rows, recipe.length, pad)
    batches = Rows(train, *shape, recipe.data_seed, recipe.packed)
    if batches.skipped:
        print(f"{batches.skipped} of {len(train)} chats are longer than {recipe.length} tokens "
              "and are left out.")  # fmt: skip
    return _run(model, tokenizer, batches, Rows(held_out, *shape), recipe, config)


def claim(recipe: Recipe) -> None:
    """Write the recipe into its folder, or see that it is the one that lies there.

    Raises ValueError when the folder holds a run with other data or another model.
    """
    file = Path(recipe.out) / "recipe.json"
    mine = {key: value for key, value in asdict(recipe).items() if key not in FREE}
    mine = json.loads(json.dumps({"kind": type(recipe).__name__.lower(), **mine}))
    if file.exists():
        before = json.loads(file.read_text(encoding="utf-8"))
        for key in mine:
            if before.get(key) != mine[key]:
                raise ValueError(
                    f"{recipe.out} holds a run with {key}={before.get(key)!r}, not {mine[key]!r}: "
                    "give the old value, or another out=FOLDER."
                )
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.writing")  # all processes may get here
    draft.write_text(json.dumps(mine, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, file)


def new_model(recipe: Pretrain, tokenizer: PreTrainedTokenizerBase, seed: int) -> PreTrainedModel:
    """A random-weight model in the layout of Llama, of the recipe's shape."""
    from transformers import LlamaConfig, LlamaForCausalLM

    if recipe.width % recipe.heads or recipe.width // recipe.heads % 2:
        raise ValueError(f"width={recipe.width} is no even multiple of heads={recipe.heads}.")
    torch.manual_seed(seed)
    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.width,
        intermediate_size=recipe.inner,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        max_position_embeddings=max(512, recipe.length),
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(shape)


def _trainable(name: str) -> PreTrainedModel:
    """A model in float32: in 16 bits an update smaller than 1/256 of a weight would be lost."""
    return hub.load_model(name, dtype=torch.float32)


def _first(found, recipe: Recipe) -> list:
    from itertools import islice

    return list(islice(found, recipe.validation))


def _run(model, tokenizer, batches, judged, recipe: Recipe, config: FitConfig) -> Run:
    held_out = [judged.batch(number) for number in range(judged.per_epoch)]
    evaluate = mean_loss(causal_loss, held_out)
    run = fit(model, batches, causal_loss, config, out=recipe.out, evaluate=evaluate)
    if os.environ.get("RANK", "0") == "0":
        tokenizer.save_pretrained(run.out / "final")
    return run
