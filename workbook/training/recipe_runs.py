"""What `workbook train pretrain` and `workbook train finetune` do with a recipe.

1. Refuse a device that is not there and a folder that holds another run. 2. Model, tokenizer and
data; where these are wrong the folder stays free. 3. `fit`. 4. The tokenizer beside the final
model, so that anyone can load the folder. Under torchrun every process does the same, and the first
one writes. Left out: how the loop works, which is `fit.py`. Lesson 08 uses it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from workbook.core.hub import assets, loading
from workbook.core.runs.files import write_atomically
from workbook.inference import check_vocabulary, listen_for
from workbook.training.chat_examples import chat_example, end_of_turn
from workbook.training.checkpoint import disk_errors
from workbook.training.config import FitConfig
from workbook.training.data import (
    chat_rows,
    chats,
    exchanges,
    pad_of,
    raw_rows,
    require_rows,
    spans_of,
)
from workbook.training.devices import check
from workbook.training.fit import Run, SaveFinal, fit
from workbook.training.losses import causal_loss, keeps_documents_apart, mean_loss
from workbook.training.models import small_llama, special_ids
from workbook.training.packing import Rows
from workbook.training.recipes import Finetune, Pretrain, Recipe
from workbook.training.rows import PackedRows, RowArrays, make_rows
from workbook.training.seq2seq import Pairs, pair, seq2seq_loss

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase


class Adapter(Protocol):
    """What is trained beside a model that stays as it is; the command line knows which there are.

    The loop must not know a lesson, so a lesson's adapter is handed to `finetune` in this form.
    """

    def attach(self, model: PreTrainedModel) -> PreTrainedModel:
        """Return the model with the adapter; only what is to be trained requires a gradient."""

    def save(self, model: nn.Module, trained: Mapping[str, Tensor], folder: Path) -> None:
        """Write the adapter into a folder."""


FREE = ("out", "validation")  # keys of a recipe that may differ when a run goes on
HASH = "data_sha256"  # of the data's file, where it is one


def pretrain(recipe: Pretrain, config: FitConfig) -> Run:
    """Train a model on raw text, from nothing or from another model, into `recipe.out`."""
    check(config)
    with recipe_folder(recipe):
        new = recipe.model == "new"
        tokenizer = _new_tokenizer(recipe) if new else loading.load_tokenizer(recipe.model)
        model = new_model(recipe, tokenizer, config.seed) if new else _trainable(recipe, tokenizer)
        listen_for(model, tokenizer.eos_token_id)
        batches, judged = _packed(recipe, partial(raw_rows, recipe, tokenizer))
    return _run(model, tokenizer, batches, judged, recipe, config)


def finetune(recipe: Finetune, config: FitConfig, adapter: Adapter | None = None) -> Run:
    """Tune a model on chats, with the loss on the answers only, into `recipe.out`.

    A decoder reads a chat in its template; an encoder-decoder reads what was said and answers.
    adapter: trained and saved in the place of the model's own weights.
    """
    check(config)
    with recipe_folder(recipe):
        tokenizer = loading.load_tokenizer(recipe.model)
        half = adapter is not None and recipe.base_type != "float32"
        model = _trainable(recipe, tokenizer, torch.bfloat16 if half else torch.float32)
        two = model.config.is_encoder_decoder
        batches: Pairs | PackedRows | Rows
        judged: Pairs | PackedRows | Rows
        listen_for(model, tokenizer.eos_token_id if two else end_of_turn(tokenizer))
        if two:
            batches, judged = _pairs(recipe, tokenizer, model.config)
        elif recipe.joined:
            batches, judged = _packed(recipe, partial(chat_rows, recipe, tokenizer))
            _tell_skipped(batches.skipped, f"{recipe.examples} chats are longer than a row")
        else:
            batches, judged = _rows(recipe, tokenizer, model)
        save_final = None
        if adapter is not None:
            model, save_final = adapter.attach(model), adapter.save
    loss = seq2seq_loss if two else causal_loss
    return _run(model, tokenizer, batches, judged, recipe, config, loss, save_final)


def _packed(
    recipe: Recipe, read: Callable[[str, int, int], RowArrays]
) -> tuple[PackedRows, PackedRows]:
    """Packed rows to train on, kept in the run's folder, and held-out ones to judge by."""
    held_out = read("validation", 0, recipe.validation)
    require_rows(held_out.ids, recipe, "validation")
    rows = make_rows(Path(recipe.out) / "rows", partial(read, "train"), spans_of(recipe))
    return (
        PackedRows(rows, recipe.batch_size, recipe.data_seed),
        PackedRows(held_out, recipe.batch_size),
    )


def _rows(
    recipe: Finetune, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel
) -> tuple[Rows, Rows]:
    """Chats for a decoder: to train on, and held out; packed where the model keeps them apart."""
    chosen = _held_out(chats(recipe, "validation"), recipe)
    held_out = [chat_example(tokenizer, chat) for chat in chosen]
    read = (chat_example(tokenizer, chat) for chat in chats(recipe))
    train = require_rows(list(read), recipe, "training")
    packed = recipe.packed and keeps_documents_apart(model, train[0].ids)
    if recipe.packed and not packed and is_main():
        print(
            f"{type(model).__name__} lets the chats of a packed row see each other: each gets a "
            "row of its own."
        )
    shape = (recipe.batch_size, recipe.seq_len, pad_of(tokenizer), recipe.data_seed, packed)
    batches = Rows(train, *shape)
    _tell_skipped(batches.skipped, f"{len(train)} chats do not have 2 to {recipe.seq_len} tokens")
    return batches, _judged(Rows, held_out, *shape)


def _pairs(
    recipe: Finetune, tokenizer: PreTrainedTokenizerBase, shape: PreTrainedConfig
) -> tuple[Pairs, Pairs]:
    """The exchanges of chats for an encoder-decoder: to train on, and held out."""
    chosen = _held_out(chats(recipe, "validation"), recipe)
    held_out = [pair(tokenizer, *texts) for chat in chosen for texts in exchanges(chat)]
    read = (pair(tokenizer, *texts) for chat in chats(recipe) for texts in exchanges(chat))
    train = require_rows(list(read), recipe, "training")
    batches = Pairs(train, recipe.batch_size, recipe.seq_len, shape, recipe.data_seed)
    too_long = (
        f"{len(train)} exchanges are longer than {recipe.seq_len} tokens, on one side or the other,"
    )
    _tell_skipped(batches.skipped, too_long)
    return batches, _judged(Pairs, held_out, recipe.batch_size, recipe.seq_len, shape)


def _held_out(found: Iterable[Any], recipe: Recipe) -> list[Any]:
    return require_rows(list(islice(found, recipe.validation)), recipe, "validation")


def _judged(kind: Callable[..., Any], *given: Any) -> Any:
    """Batches to judge by; what is wrong with them is not said of those to train on."""
    try:
        return kind(*given)
    except ValueError as error:
        raise ValueError(f"of what is held out for validation, {error}") from error


def _tell_skipped(skipped: int, of_what: str) -> None:
    if skipped and is_main():
        print(f"{skipped} of {of_what} and are left out.")


def is_main() -> bool:
    """True in the one process that prints and writes, also before `fit` has gathered them."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def recipe_folder(recipe: Recipe) -> Iterator[None]:
    """Have the recipe's folder; one that was free before is free again after an error."""
    was_free = claim(recipe)
    try:
        yield
    except BaseException:
        if was_free:
            (Path(recipe.out) / "recipe.json").unlink(missing_ok=True)
            shutil.rmtree(Path(recipe.out) / "rows", ignore_errors=True)
        raise


def claim(recipe: Recipe) -> bool:
    """Write the recipe into its folder, or see that it is the one that lies there.

    True when the folder was free. Raises ValueError when it cannot be written, or when it holds a
    run with other data or another model.
    """
    file, data = Path(recipe.out) / "recipe.json", Path(recipe.data)
    mine = {key: value for key, value in asdict(recipe).items() if key not in FREE}
    mine[HASH] = assets.sha256(data) if data.is_file() else None
    mine = json.loads(json.dumps({"kind": type(recipe).__name__.lower(), **mine}))
    with disk_errors(file.parent):
        if not file.exists():  # all processes of a run may get here at once
            write_atomically(file, json.dumps(mine, indent=1) + "\n")
            return True
    _refuse_another_recipe(recipe, mine, file)
    return False


def _refuse_another_recipe(recipe: Recipe, mine: dict[str, Any], file: Path) -> None:
    try:
        before = dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ValueError(
            f"{file} is torn: delete it if the run in {recipe.out} was made with these very "
            "settings, or give another out=FOLDER."
        ) from error
    defaults = json.loads(json.dumps(asdict(type(recipe)(out=recipe.out))))
    for key in (key for key in mine if key != HASH):
        if before.get(key, defaults.get(key)) != mine[key]:  # an older run knew fewer settings
            raise ValueError(
                f"{recipe.out} holds a run with {key}={before.get(key)!r}, not {mine[key]!r}: "
                "give the old value, or another out=FOLDER."
            )
    if before.get(HASH, mine[HASH]) != mine[HASH]:  # an older run has noted none
        raise ValueError(
            f"{recipe.data} was changed since the run in {recipe.out} began: put the old file "
            "back, or give another out=FOLDER."
        )


def new_model(recipe: Pretrain, tokenizer: PreTrainedTokenizerBase, seed: int) -> PreTrainedModel:
    """A random-weight model in the layout of Llama, of the recipe's shape."""
    return small_llama(
        len(tokenizer),
        hidden_size=recipe.hidden_size,
        layers=recipe.layers,
        heads=recipe.heads,
        ffn_dim=recipe.ffn_dim,
        seq_len=max(512, recipe.seq_len),
        seed=seed,
        rope_parameters={"rope_type": "default", "rope_theta": recipe.rope_theta},
        tie_word_embeddings=True,
        **special_ids(tokenizer),
    )


def _new_tokenizer(recipe: Pretrain) -> PreTrainedTokenizerBase:
    """Return the tokenizer of a new model: one that lies in a folder, without a model too."""
    if (Path(recipe.tokenizer) / "tokenizer.json").is_file():
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(recipe.tokenizer, local_files_only=True)
    return loading.load_tokenizer(recipe.tokenizer)


def _trainable(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, dtype: torch.dtype = torch.float32
) -> PreTrainedModel:
    """Return a model in float32: in 16 bits an update below 1/256 of a weight would be lost.

    dtype: another one where the weights stay as they are. Raises ValueError where the tokenizer
    has ids that the model has no row for.
    """
    model = loading.load_model(recipe.model, dtype=dtype)
    check_vocabulary(model, tokenizer)
    return model


def _run(
    model, tokenizer, batches, judged, recipe: Recipe, config: FitConfig, loss=causal_loss,
    save_final: SaveFinal | None = None,
) -> Run:  # fmt: skip
    evaluate = mean_loss(loss, judged.all_batches())
    run = fit(
        model, batches, loss, config, out=recipe.out, evaluate=evaluate, save_final=save_final
    )
    if is_main():
        final = Path(recipe.out) / "final"
        with disk_errors(final):
            tokenizer.save_pretrained(final)
    return run
