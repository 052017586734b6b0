"""LoRA: a low-rank update beside frozen weights (lesson 10).

The names below are this part's contract; importing them loads torch, but not transformers.
"""

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
