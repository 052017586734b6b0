"""Figures of the real scale: what others published about tuning FLAN-T5-base on DialogSum.

Nothing here was trained by this course. Each row says where it comes from, and the tests compute
again what can be: the lab's scores and the agreement of people from the lab's own answers, the
lead on the development set, the sizes from the architecture. Those files may not lie in the
repository; the test dialogues, on which LEAD was counted, lie nowhere near it. `bill` and
`operations` estimate such a run. Lesson 08 shows both at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbook.core.system import memory
from workbook.core.system.memory import Shape
from workbook.training import mfu

if TYPE_CHECKING:
    import pandas

LAB = "Lab 2 of the course Generative AI with LLMs (2023), 500 test dialogues x 3 references"
DATA = "DialogSum (Chen et al., 2021)"


@dataclass(frozen=True)
class Published:
    """ROUGE F-measures of one way to summarise DialogSum, words stemmed; None: not given."""

    name: str
    rouge1: float
    rouge2: float | None
    rougeL: float | None
    source: str


LEAD = Published(
    "first 32 words", 0.278, None, None,
    "our own count on the test dialogues of DialogSum, first summary",
)  # fmt: skip
LEAD_DEV = Published("first 32 words (development set)", 0.289, 0.079, 0.220, f"{DATA}; recomputed")
PROMPTED = Published("FLAN-T5-base, prompt only", 0.2334, 0.0760, 0.2015, LAB)
TUNED = Published("FLAN-T5-base, all weights tuned", 0.4216, 0.1804, 0.3384, LAB)
LORA = Published("FLAN-T5-base, LoRA", 0.4081, 0.1633, 0.3251, LAB)
BART = Published(
    "BART-large, all weights tuned", 0.4595, 0.2136, 0.3872,
    "the README of DialogSum's baseline, test, first summary",
)  # fmt: skip
PEOPLE = Published(
    "one person against another", 0.534, 0.267, 0.450, "the lab's three references; recomputed"
)
SCORES = (LEAD, PROMPTED, LORA, TUNED, BART, PEOPLE)  # baseline first, ceiling last

DIALOGUES = {"train": 12_460, "validation": 500, "test": 500}  # DialogSum's README
REFERENCES = 3  # summaries of each test dialogue; elsewhere one
FLAN_T5_BASE = 247_577_856  # weights
LAB_LORA = 3_538_944  # weights of the lab's adapter: rank 32, queries and values

# Against the first of the three summaries alone, as the lead is scored: ROUGE-1.
PROMPTED_FIRST, TUNED_FIRST = 0.2407, 0.4294

# What a card computes at most: bfloat16, dense, FLOP/s.
CHIPS = {"L4": "NVIDIA L4", "A100": "NVIDIA A100-SXM4-80GB", "H100": "NVIDIA H100 80GB HBM3"}
PEAKS = {card: mfu.peak(chip) for card, chip in CHIPS.items()}

# FLAN is a recipe, not a model: instruction data of many tasks, each in several templates. With the
# collection of 2022 it was given to T5 and PaLM (Chung et al., 2022, figure 2).
FLAN_2022 = {"data sets": 473, "categories": 146, "tasks": 1_836}
FLAN_2022_TASKS = {"Muffin": 80, "T0-SF": 193, "Natural Instructions v2": 1_554, "CoT": 9}


def table() -> pandas.DataFrame:
    """The scores, baseline first and ceiling last, each with its source."""
    import pandas as pd

    rows = {
        row.name: {
            "ROUGE-1": row.rouge1, "ROUGE-2": row.rouge2, "ROUGE-L": row.rougeL,
            "source": row.source,
        }
        for row in SCORES
    }  # fmt: skip
    return pd.DataFrame(rows).T


def bill(
    shape: Shape, batch_size: int, tokens: int, answer: int, trainable: int | None = None
) -> memory.Estimate:
    """Memory to tune an encoder-decoder on a GPU as this course's loop does, in bytes.

    Weights, gradients and AdamW's moments are float32; matrix products and what they keep are
    bfloat16, but for the gradients of the logits. The encoder reads `tokens` tokens and the decoder
    `answer`, at most. trainable: weights that change (None: all of them).
    """
    held = memory.training(shape, "float32", batch_size, 1, "cuda", trainable)
    half = {"layers": shape.layers // 2}
    encoder = memory.saved(replace(shape, **half, vocabulary=0), batch_size, tokens, 2)
    decoder = memory.saved(replace(shape, **half), batch_size, answer, 2)
    loss = memory.logit_gradients(shape, batch_size, answer)
    return replace(held, activations=encoder + decoder + loss)


def operations(shape: Shape, texts: int, tokens: int, answer: int) -> float:
    """Operations to read and learn `texts` pairs once: 6 a weight and token that meets it.

    A layer has 4 C C weights of attention (the decoder twice that) and, gated, 3 C F; the
    decoder's tokens meet the output layer, C V, as well. Attention's own products are left out.
    """
    attention, feed_forward = 4 * shape.width**2, 3 * shape.width * shape.ffn_dim
    layers = shape.layers // 2
    encoder = layers * (attention + feed_forward)
    decoder = layers * (2 * attention + feed_forward) + shape.width * shape.vocabulary
    return 6.0 * texts * (encoder * tokens + decoder * answer)
