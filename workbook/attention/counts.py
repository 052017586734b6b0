"""How many parameters a transformer has, from its configuration alone.

The model is built on torch's meta device, where tensors have a shape and no memory, so that even
175 billion parameters are counted in a second. Each known model stands with what was published and
what is counted here, to the last parameter. Left out: buffers, optimiser states, heads of
fine-tuned models. Lesson 01; lesson 06 counts operations as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn

from workbook.attention.config import TransformerConfig
from workbook.attention.transformer import Transformer

if TYPE_CHECKING:
    import pandas

GPT = partial(
    TransformerConfig,
    positions="learned",
    norm="layer",
    feed_forward="gelu_tanh",
    attention_bias=True,
    out_bias=True,
    ffn_bias=True,
)
BERT = partial(
    GPT,
    30_522,
    architecture="encoder",
    norm_first=False,
    feed_forward="gelu",
    embedding_norm=True,
    head=False,
)
VASWANI = partial(  # base: 6 layers, 8 heads; its projections have no biases
    TransformerConfig,
    37_000,
    hidden_size=512,
    layers=6,
    heads=8,
    architecture="encoder-decoder",
    positions="sinusoidal",
    norm="layer",
    norm_first=False,
    feed_forward="relu",
    ffn_bias=True,
    max_length=1024,
)
FLAN_T5_BASE = TransformerConfig(
    32_128,
    hidden_size=768,
    layers=12,
    heads=12,
    architecture="encoder-decoder",
    positions="relative",
    feed_forward="geglu_tanh",
    ffn_dim=2048,
    tied=False,
    score_scale=1.0,
)
LLAMA_2_7B = TransformerConfig(
    32_000, hidden_size=4096, layers=32, heads=32, ffn_dim=11_008, tied=False, max_length=4096
)
# Its positions are ALiBi's: a bias by distance that is not learned (Press et al. 2022).
BLOOMBERG = GPT(
    131_072, hidden_size=7680, layers=70, heads=40, positions="none", embedding_norm=True
)

UNITS = {"M": 1e6, "B": 1e9}


@dataclass(frozen=True)
class Known:
    """A model of the literature: its configuration, what was published, what is counted."""

    name: str
    config: TransformerConfig
    published: str  # as its authors round it
    exact: int  # parameters
    source: str
    pooler: bool = False  # BERT has one more layer, C -> C, for whole sentences


KNOWN = (
    Known("GPT-1", GPT(40_478, hidden_size=768, layers=12, heads=12, max_length=512,
                       norm_first=False), "117M", 116_534_784, "Radford 2018"),
    Known("GPT-2 small", GPT(50_257, hidden_size=768, layers=12, heads=12, max_length=1024),
          "124M", 124_439_808, "Radford 2019"),
    Known("GPT-2 medium", GPT(50_257, hidden_size=1024, layers=24, heads=16, max_length=1024),
          "355M", 354_823_168, "Radford 2019"),
    Known("GPT-2 large", GPT(50_257, hidden_size=1280, layers=36, heads=20, max_length=1024),
          "774M", 774_030_080, "Radford 2019"),
    Known("GPT-2 XL", GPT(50_257, hidden_size=1600, layers=48, heads=25, max_length=1024),
          "1558M", 1_557_611_200, "Radford 2019"),
    Known("BERT base", BERT(hidden_size=768, layers=12, heads=12, segments=2), "110M",
          109_482_240, "Devlin 2018", pooler=True),
    Known("BERT large", BERT(hidden_size=1024, layers=24, heads=16, segments=2), "340M",
          335_141_888, "Devlin 2018", pooler=True),
    Known("GPT-3 175B", GPT(50_257, hidden_size=12_288, layers=96, heads=96, max_length=2048),
          "174,600M", 174_604_259_328, "Brown 2020, Table D.1"),
    Known("Flan-T5-base", FLAN_T5_BASE, "248M", 247_577_856, "Chung 2022"),
    Known("Llama-2-7B", LLAMA_2_7B, "6.7B", 6_738_415_616, "Touvron 2023"),
    Known("BloombergGPT", BLOOMBERG, "50.6B", 50_558_868_480, "Wu 2023, Table 4"),
)  # fmt: skip

# Vaswani et al. 2017, Table 3, the rows that change one size: (row, changes, published millions).
# key_size narrows queries and keys alone; the values keep their 64, so it is not our head_size.
TABLE_3 = (
    ("base", {}, 65),
    ("d_k = 16", {"key_size": 16}, 58),
    ("d_k = 32", {"key_size": 32}, 60),
    ("N = 2", {"layers": 2}, 36),
    ("N = 4", {"layers": 4}, 50),
    ("N = 8", {"layers": 8}, 80),
    ("d = 256", {"hidden_size": 256, "head_size": 32}, 28),
    ("d = 1024", {"hidden_size": 1024, "head_size": 128, "ffn_dim": 2048}, 168),
    ("d_ff = 1024", {"ffn_dim": 1024}, 53),
    ("d_ff = 4096", {"ffn_dim": 4096}, 90),
    ("big", {"hidden_size": 1024, "heads": 16, "ffn_dim": 4096}, 213),
)


def count(config: TransformerConfig) -> int:
    """Parameters of the model, shared ones once; nothing is computed and nothing stored."""
    with torch.device("meta"):
        return parameters(Transformer(config))


def parameters(model: nn.Module) -> int:
    """Parameters of a model that is there; a weight used twice counts once."""
    return sum(weight.numel() for weight in model.parameters())


def known_table(progress: Callable = lambda models: models) -> pandas.DataFrame:
    """Every known model: published and counted here, how far apart, and the exact count known."""
    import pandas as pd

    rows = []
    for known in progress(KNOWN):
        counted = count(known.config)
        if known.pooler:
            counted += known.config.hidden_size**2 + known.config.hidden_size
        published = float(known.published[:-1].replace(",", "")) * UNITS[known.published[-1]]
        rows.append(
            {
                "model": known.name,
                "published": known.published,
                "counted here": f"{counted:,}",
                "apart, %": round(100 * (counted / published - 1), 1) + 0.0,  # no -0.0
                "known exactly": f"{known.exact:,}",
                "equal": counted == known.exact,
                "source": known.source,
            }
        )
    return pd.DataFrame(rows).set_index("model")


def table_3(vocabulary: int = 37_000) -> pandas.DataFrame:
    """Vaswani's Table 3 counted with one vocabulary: millions, beside the published ones.

    body: parameters without the table of embeddings; hidden_size: how wide that table is.
    """
    import pandas as pd

    rows = []
    for name, changes, published in TABLE_3:
        changes = {"ffn_dim": 2048} | changes
        key_size = changes.pop("key_size", None)
        config = VASWANI(**changes)
        body = count(config) - config.vocabulary * config.hidden_size
        if key_size is not None:  # three attentions in each pair of layers, queries and keys
            narrower = config.hidden_size - config.heads * key_size
            body -= 3 * config.layers * 2 * config.hidden_size * narrower
        rows.append(
            {
                "row": name,
                "published": published,
                "counted": round((body + vocabulary * config.hidden_size) / 1e6, 1),
                "body": body,
                "hidden_size": config.hidden_size,
            }
        )
    return pd.DataFrame(rows).set_index("row")
