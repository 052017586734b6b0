"""How many weights each method trains, from shapes alone, beside what papers say.

The formulas are the papers'; the tests hold them against real attachments, models of GPT-3's and
T5's shape among them, which exist only as shapes. `published` puts them beside printed figures, and
says where those do not close. Left out: weights that a paper trains beside its method. Lesson 11.

Letters: L layers, d hidden size, n places of a prompt or prefix, m width of a bottleneck, r rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workbook.lora import counts as lora

if TYPE_CHECKING:
    import pandas

CLOSES = 0.015  # relative difference up to which a printed figure, rounded, agrees with its count


def prompt_weights(length: int, hidden_size: int) -> int:
    """n d (Lester et al., 2021)."""
    return length * hidden_size


def prefix_weights(length: int, layers: int, hidden_size: int) -> int:
    """2 n L d: a key and a value for each place of each layer (Li and Liang, 2021)."""
    return 2 * length * layers * hidden_size


def bottleneck_weights(layers: int, hidden_size: int, width: int) -> int:
    """2 L (2 d m + d + m): two adapters a layer, each with its biases (Houlsby et al., 2019)."""
    return 2 * layers * (2 * hidden_size * width + hidden_size + width)


def ia3_weights(layers: int, hidden_size: int, ffn_dim: int) -> int:
    """L (2 d + d_ff): factors on keys, values and the inside of the feed-forward part."""
    return layers * (2 * hidden_size + ffn_dim)


def bias_weights(layers: int, hidden_size: int) -> int:
    """L 11 d + d: all biases of a model laid out as GPT-2 and GPT-3.

    A layer's: 3 d for queries, keys and values, d behind attention, 4 d and d in the feed-forward
    part, d for each of two norms; one more norm at the end.
    """
    return 11 * layers * hidden_size + hidden_size


def gpt2_weights(layers: int, hidden_size: int, positions: int, vocabulary: int = 50_257) -> int:
    """L (12 d^2 + 13 d) + (V + T + 2) d: all weights of a model laid out as GPT-2 and GPT-3.

    A layer has 12 d^2 weights in matrices, 9 d biases and 4 d in its norms; around the layers are
    the embeddings of V tokens and T positions, and a last norm.
    """
    layer = 12 * hidden_size**2 + 13 * hidden_size
    return layers * layer + (vocabulary + positions + 2) * hidden_size


def lora_weights(rank: int, layers: int, hidden_size: int, matrices: int = 2) -> int:
    """2 r d L for each square matrix of a layer that gets one (Hu et al., 2021)."""
    return layers * matrices * lora.lora_weights(hidden_size, hidden_size, rank)


class Figure(NamedTuple):
    """A printed figure and the count that should give it."""

    method: str
    of: str
    printed: float
    counted: int
    base: int  # weights of the model, as printed
    source: str
    within: float = CLOSES  # largest relative difference that rounding explains


GPT3 = lora.GPT3["weights"]
GPT2_MEDIUM, T5_XXL, BERT_LARGE = 354_920_000, 11_000_000_000, 340_000_000
TABLE_4 = "Hu et al. (2021), Table 4"
FIGURES = (
    Figure("all weights", "GPT-3", GPT3, gpt2_weights(96, 12288, 2048), GPT3, TABLE_4, 1e-6),
    Figure("LoRA, r = 1, q and v", "GPT-3", 4.7e6, lora_weights(1, 96, 12288), GPT3, TABLE_4),
    Figure("LoRA, r = 8, q and v", "GPT-3", 37.7e6, lora_weights(8, 96, 12288), GPT3, TABLE_4),
    Figure("bottleneck, m = 1", "GPT-3", 7.1e6, bottleneck_weights(96, 12288, 1), GPT3, TABLE_4),
    Figure("bottleneck, m = 8", "GPT-3", 40.1e6, bottleneck_weights(96, 12288, 8), GPT3, TABLE_4),
    Figure("biases", "GPT-3", 14.2e6, bias_weights(96, 12288), GPT3, TABLE_4),
    Figure("prompt, n = 256", "GPT-3", 3.2e6, prompt_weights(256, 12288), GPT3, TABLE_4),
    Figure("hidden states of all layers, n = 8 + 8", "GPT-3", 20.2e6,
           prefix_weights(8, 96, 12288), GPT3, TABLE_4),
    Figure("prompt, n = 5", "T5-XXL", 20_480, prompt_weights(5, 4096), T5_XXL,
           "Lester et al. (2021)"),
    Figure("LoRA, r = 4, q and v", "GPT-2 medium", 0.35e6, lora_weights(4, 24, 1024),
           GPT2_MEDIUM, "Hu et al. (2021), Table 3"),
    Figure("prefix, n = 10", "GPT-2 medium", 0.001 * GPT2_MEDIUM,
           prefix_weights(10, 24, 1024), GPT2_MEDIUM, "Li and Liang (2021): 0.1 %"),
    Figure("bottleneck, m = 64", "BERT-large", 0.036 * BERT_LARGE,
           bottleneck_weights(24, 1024, 64), BERT_LARGE,
           "Houlsby et al. (2019): 3.6 %, the mean over m = 8 to 256"),
)  # fmt: skip


def published() -> pandas.DataFrame:
    """Return the printed figures beside our counts, with the share of the model that is trained."""
    import pandas as pd

    rows = [
        {
            "method": one.method,
            "of": one.of,
            "printed": f"{one.printed:,.0f}",
            "counted": f"{one.counted:,}",
            "of all weights": f"{one.counted / one.base:.2g}",
            "closes": "yes" if closes(one) else "no",
            "source": one.source,
        }
        for one in FIGURES
    ]
    return pd.DataFrame(rows).set_index("method")


def closes(figure: Figure) -> bool:
    """True where count and printed figure agree to the digits that a paper prints."""
    return abs(figure.counted / figure.printed - 1) <= figure.within
