"""LoRA: a low-rank update beside frozen weights (lesson 10).

The names below are this part's contract, loaded when they are first used. They need torch, but not
transformers.
"""

from typing import TYPE_CHECKING

from workbook.core.lazy import load_when_used

if TYPE_CHECKING:
    from workbook.lora.adapters import (
        active_adapter,
        adapter_names,
        adapter_parameters,
        adapters_off,
        attach,
        lora_layers,
        merge,
        merge_and_unload,
        switch_adapter,
        unload,
        unmerge,
    )
    from workbook.lora.files import load_adapter, save_adapter
    from workbook.lora.layer import LoraLinear, LowRank
    from workbook.lora.rows import adapter_per_row

__all__ = [
    "LoraLinear",
    "LowRank",
    "active_adapter",
    "adapter_names",
    "adapter_parameters",
    "adapter_per_row",
    "adapters_off",
    "attach",
    "load_adapter",
    "lora_layers",
    "merge",
    "merge_and_unload",
    "save_adapter",
    "switch_adapter",
    "unload",
    "unmerge",
]

load_when_used(__name__)
