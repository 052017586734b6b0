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
    exchanges,
    raw_texts,
    token_file,
    tokens_of,
)
from workbook.training.fit import Run, fit
from workbook.training.losses import causal_loss, mean_loss
from workbook.training.packing import Rows
from workbook.training.recipes import Finetune, Pretrain, Recipe
from workbook.training.seq2seq import Pairs, pair, seq2seq_loss

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

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
    """Tune a model on chats, with the loss on the answers only, into `recipe.out`.

    A decoder reads a chat in its template; an encoder-decoder reads what was said and answers.
    """
    claim(recipe)
    tokenizer = hub.load_tokenizer(recipe.model)
    model = _trainable(recipe.model)
    if model.config.is_encoder_decoder:
        batches, judged = _pairs(recipe, tokenizer, model.config)
        return _run(model, tokenizer, batches, judged, recipe, config, seq2seq_loss)
    batches, judged = _rows(recipe, tokenizer)
    return _run(model, tokenizer, batches, judged, recipe, config)


def _rows(recipe: Finetune, tokenizer: PreTrainedTokenizerBase) -> tuple[Rows, Rows]:
    """Chats for a decoder: to train on, and held out."""
    pad = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    train = [chat_example(tokenizer, chat) for chat in chats(recipe)]
    held_out = [chat_example(tokenizer, c) for c in _first(chats(recipe, "validation"), recipe)]
    shape = (recipe.rows, recipe.length, pad)
    batches = Rows(train, *shape, recipe.data_seed, recipe.packed)
    _tell_skipped(batches.skipped, len(train), "chats", recipe)
    return batches, Rows(held_out, *shape)


def _pairs(
    recipe: Finetune, tokenizer: PreTrainedTokenizerBase, shape: PreTrainedConfig
) -> tuple[Pairs, Pairs]:
    """The exchanges of chats for an encoder-decoder: to train on, and held out."""
    train = [pair(tokenizer, *texts) for chat in chats(recipe) for texts in exchanges(chat)]
    chosen = _first(chats(recipe, "validation"), recipe)
    held_out = [pair(tokenizer, *texts) for chat in chosen for texts in exchanges(chat)]
    batches = Pairs(train, recipe.rows, recipe.length, shape, recipe.data_seed)
    _tell_skipped(batches.skipped, len(train), "exchanges", recipe)
    return batches, Pairs(held_out, recipe.rows, recipe.length, shape)


def _tell_skipped(skipped: int, count: int, what: str, recipe: Finetune) -> None:
    if skipped:
        print(f"{skipped} of {count} {what} are longer than {recipe.length} tokens "
              "and are left out.")  # fmt: skip


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


def _run(
    model, tokenizer, batches, judged, recipe: Recipe, config: FitConfig, loss=causal_loss
) -> Run:
    held_out = [judged.batch(number) for number in range(judged.per_epoch)]
    evaluate = mean_loss(loss, held_out)
    run = fit(model, batches, loss, config, out=recipe.out, evaluate=evaluate)
    if os.environ.get("RANK", "0") == "0":
        tokenizer.save_pretrained(run.out / "final")
    return run
