"""LoRA as a recipe asks for it: `adapter = "lora"` with rank, alpha, targets and the base's type.

`workbook train finetune` hands this to the training loop, which knows no lesson. The run leaves the
adapter alone in `final/`, in peft's format, with the tokenizer beside it. Left out: merging, which
`workbook.lora.merge_and_unload` does after loading. Lesson 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from workbook.lora.adapters import Model, attach
from workbook.lora.files import save_adapter
from workbook.lora.four_bit import quantize_base
from workbook.training.modules import ALL

if TYPE_CHECKING:
    from workbook.training.recipes import Finetune


@dataclass(frozen=True)
class RecipeAdapter:
    """An adapter with a recipe's settings."""

    recipe: Finetune

    def attach(self, model: Model) -> Model:
        """Return the model, its base in the type asked for, with a new adapter beside it."""
        recipe = self.recipe
        targets = recipe.targets or ALL
        if recipe.base_type == "nf4":
            quantize_base(model, compute_dtype=torch.bfloat16)
        return attach(
            model, recipe.rank, recipe.alpha, targets, recipe.adapter_dropout,
            variant=recipe.variant,
        )  # fmt: skip

    def save(self, model: nn.Module, trained: Mapping[str, Tensor], folder: Path) -> None:
        """Write the adapter for `load_adapter` and for peft."""
        save_adapter(model, folder, trained=trained)


def from_recipe(recipe: Finetune) -> RecipeAdapter:
    """Return the adapter that a recipe describes."""
    return RecipeAdapter(recipe)
