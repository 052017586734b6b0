"""A classification head: one linear layer on what a frozen model thinks at the last token.

The older way to tune a language model for labels (BERT's), and still the cheapest: the model reads
each text once, and only `classes x C` numbers are trained. Left out: tuning the layers below, too.
Lesson 08 compares it with a model that writes the label.

Shapes: N texts, C channels, K classes.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from workbook.inference import chat_ids, pad, positions

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

BATCH = 32


@torch.no_grad()
def features(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str]
) -> Float[Tensor, "N C"]:
    """Return the last layer's output at the last token of each prompt, `N C`; no gradient."""
    found = []
    rows = [chat_ids(tokenizer, prompt) for prompt in prompts]
    for start in range(0, len(rows), BATCH):
        ids, keep_mask = pad(rows[start : start + BATCH], tokenizer.pad_token_id or 0, "left")
        ids, keep_mask = ids.to(model.device), keep_mask.to(model.device)
        out = model.base_model(
            input_ids=ids, attention_mask=keep_mask.long(), position_ids=positions(keep_mask),
            use_cache=False,
        )  # fmt: skip
        found.append(out.last_hidden_state[:, -1].float())
    return torch.cat(found)


def train_head(
    found: Float[Tensor, "N C"],
    labels: Sequence[str],
    steps: int = 200,
    learning_rate: float = 0.01,
) -> tuple[nn.Linear, list[str]]:
    """Return a head trained on features `N C` and the names of its K classes, sorted.

    All texts in every step, AdamW with weight decay 0.1, features scaled to unit variance: the
    scale is folded into the head. Raises ValueError for fewer than two classes.
    """
    names = sorted(set(labels))
    if len(names) < 2 or len(labels) != len(found):
        raise ValueError("A head needs one label for each text, and two different ones.")
    targets = torch.tensor([names.index(label) for label in labels], device=found.device)
    mean, scale = found.mean(0), found.std(0).clamp(min=1e-6)
    head = nn.Linear(found.shape[1], len(names), device=found.device)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    optimiser = torch.optim.AdamW(head.parameters(), lr=learning_rate, weight_decay=0.1)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(head((found - mean) / scale), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        head.weight.div_(scale)
        head.bias.sub_(head.weight @ mean)
    return head, names


@torch.no_grad()
def classify(head: nn.Linear, names: Sequence[str], found: Float[Tensor, "N C"]) -> list[str]:
    """Return the likeliest class of each text, from its features `N C`."""
    return [names[number] for number in head(found).argmax(-1).tolist()]
