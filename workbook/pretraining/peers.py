"""The same decoder in the library: a Llama of transformers, trained by its `Trainer` and by `fit`.

Both begin with the same weights and read the same rows in the same order with the library's
defaults (AdamW, a rate that falls straight to 0), so that nothing but the loop differs: the losses
must be the same. Left out: speed, which `workbook bench training` measures. Lesson 02.

Shapes: B batch, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import tempfile
import warnings
from typing import TYPE_CHECKING

from jaxtyping import Int
from torch import Tensor

from workbook.attention.library_weights import from_transformers
from workbook.core.runs.seeding import seed_everything
from workbook.core.system.install_hints import hide_install_hints
from workbook.pretraining.models import BATCH, ObjectiveBatches, Size
from workbook.pretraining.objectives import objective_loss
from workbook.training import FitConfig, fit
from workbook.training.bench import quiet_settings
from workbook.training.models import small_llama, special_ids

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

RATE = 1e-3
LIBRARYS_DEFAULTS = FitConfig(
    learning_rate=RATE, betas=(0.9, 0.999), weight_decay=0.0,
    schedule="wsd", warmup=0, decay_fraction=1.0, min_lr_ratio=0.0,
)  # fmt: skip


def llama(
    tokenizer: PreTrainedTokenizerFast, seed: int = 0, size: Size | None = None
) -> LlamaForCausalLM:
    """Our decoder's shape as a Llama of the library, with random weights; size: None, ours."""
    size = size or Size()
    seed_everything(seed)
    return small_llama(
        len(tokenizer),
        hidden_size=size.hidden_size,
        layers=size.blocks,
        heads=size.heads,
        ffn_dim=size.ffn_dim,
        seq_len=2048,
        tie_word_embeddings=True,
        **special_ids(tokenizer),
    )


def with_fit(
    model: LlamaForCausalLM,
    rows: Int[Tensor, "B T"],
    tokenizer: PreTrainedTokenizerFast,
    steps: int,
) -> list[float]:
    """Train our model with the same weights by our loop; return the loss of each step."""
    batches = ObjectiveBatches("causal", rows, tokenizer)
    config = LIBRARYS_DEFAULTS.replace(steps=steps)
    ours = from_transformers(model)
    return fit(ours, batches, objective_loss, config, progress=False).losses


def with_trainer(
    model: LlamaForCausalLM,
    rows: Int[Tensor, "B T"],
    tokenizer: PreTrainedTokenizerFast,
    steps: int,
) -> list[float]:
    """Train the library's model, in place, by its loop; its loss shifts the labels by itself."""
    hide_install_hints()
    import transformers

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = transformers.Trainer(
            model,
            args=transformers.TrainingArguments(
                **quiet_settings(folder, steps),
                per_device_train_batch_size=BATCH,
                learning_rate=RATE,
                logging_steps=1,
                train_sampling_strategy="sequential",
            ),
            data_collator=transformers.DataCollatorForLanguageModeling(tokenizer, mlm=False),
            train_dataset=[{"input_ids": row} for row in rows.tolist()],
        )
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
