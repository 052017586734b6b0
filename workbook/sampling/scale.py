"""Generation on a larger machine, estimated before it runs: memory, and the most it can be worth.

Each step of decoding reads all weights and the whole cache once, so the memory's bandwidth bounds
the steps a second; a batch shares one reading of the weights. Left out: compute, which bounds long
prompts and very large batches, and the activations, which are small in decoding. Lesson 03.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.sampling.cache import cache_bytes

if TYPE_CHECKING:
    import pandas
    from transformers import PreTrainedModel


@dataclass(frozen=True)
class ModelSize:
    """What an estimate needs to know of a decoder."""

    name: str
    parameters: int
    layers: int
    kv_heads: int
    head_size: int
    bytes_each: int = 2  # of a weight and of a cached number; 2 for bf16

    @property
    def weights(self) -> int:
        """Bytes of all weights."""
        return self.parameters * self.bytes_each

    def cache(self, tokens: int) -> int:
        """Bytes of the key-value cache for `tokens` tokens, all rows together."""
        return cache_bytes(self.layers, self.kv_heads, self.head_size, tokens, self.bytes_each)

    def tokens_a_second(self, batch_size: int, seq_len: int, bandwidth: float) -> float:
        """Return the most there can be, for `batch_size` rows of `seq_len` tokens.

        bandwidth: of the memory, in bytes a second.
        """
        return batch_size * bandwidth / (self.weights + self.cache(batch_size * seq_len))


QWEN_HALF_BILLION = ModelSize("Qwen2.5-0.5B", 494_032_768, layers=24, kv_heads=2, head_size=64)


def size_of(model: PreTrainedModel, name: str) -> ModelSize:
    """The size of a loaded model, with the precision it is loaded in.

    Of an encoder-decoder all weights count, and the cache of its decoder.
    """
    config = model.config
    heads = config.num_attention_heads
    layers = getattr(config, "num_decoder_layers", None) or config.num_hidden_layers
    return ModelSize(
        name,
        sum(weight.numel() for weight in model.parameters()),
        layers,
        getattr(config, "num_key_value_heads", None) or heads,
        getattr(config, "head_dim", None) or config.hidden_size // heads,
        next(model.parameters()).element_size(),
    )


def plan(
    sizes: list[ModelSize], batch_size: int, seq_len: int, bandwidth: float, price: float
) -> pandas.DataFrame:
    """A table of estimates. bandwidth: bytes a second; price: of an hour of the machine."""
    import pandas as pd

    rows = {}
    for size in sizes:
        rate = size.tokens_a_second(batch_size, seq_len, bandwidth)
        rows[size.name] = {
            "weights, GB": size.weights / 1e9,
            "cache, GB": size.cache(batch_size * seq_len) / 1e9,
            "tokens a second, at most": round(rate),
            "price of a million tokens, at least": price * 1e6 / rate / 3600,
        }
    return pd.DataFrame(rows).T
