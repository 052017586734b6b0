"""Where a model of transformers keeps the layers that methods are put into.

Three layouts are known by the names of their linear layers: Llama's (Qwen, Mistral, Gemma and the
town's models too), GPT-2's and T5's. A model with other names is refused in one sentence that
lists them, and every method takes names of yours instead. Left out: finding and replacing by name,
which is `workbook.training.modules`. Lesson 11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import nn

from workbook.training.modules import ends_with, is_linear

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Layout(NamedTuple):
    """Ends of the names of linear layers, by what they do."""

    keys_values: tuple[str, ...]  # make keys and values; in GPT-2 one layer makes queries too
    attention_out: tuple[str, ...]  # end the attention part of a layer
    feedforward_out: tuple[str, ...]  # end its feed-forward part


LAYOUTS = {
    "Llama": Layout(("k_proj", "v_proj"), ("o_proj",), ("down_proj",)),
    "GPT-2": Layout(("attn.c_attn",), ("attn.c_proj",), ("mlp.c_proj",)),
    "T5": Layout(("k", "v"), ("o",), ("wo",)),
}


def layout_of(model: nn.Module) -> Layout:
    """Return the layout whose names this model has.

    Raises ValueError, in one sentence with the names there are, for a model of another layout.
    """
    names = [name for name, module in model.named_modules() if is_linear(module)]
    for layout in LAYOUTS.values():
        ends = [end for part in layout for end in part]
        if all(any(ends_with(name, end) for name in names) for end in ends):
            return layout
    there = sorted({name.rpartition(".")[2] for name in names})
    raise ValueError(
        f"{type(model).__name__} is laid out neither as Llama nor as GPT-2 or T5: name the linear "
        f"layers yourself; it has {', '.join(there) or 'none'}."
    )


def blocks(model: PreTrainedModel) -> nn.ModuleList:
    """Return the list of a model's layers; of an encoder-decoder, the decoder's.

    Raises ValueError where there is no list of as many layers as the config says.
    """
    config = model.config
    count = getattr(config, "num_decoder_layers", None) or config.num_hidden_layers
    lists = [
        module
        for module in model.modules()
        if isinstance(module, nn.ModuleList)
        and len(module) == count
        and all(any(map(is_linear, layer.modules())) for layer in module)
    ]
    if not lists:
        raise ValueError(f"{type(model).__name__} has no list of its {count} layers to be found.")
    return lists[-1]
