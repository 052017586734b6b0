"""Encoder-decoders in the one loop: a prompt goes in, an answer comes out (T5, BART and their kin).

`pair` makes token ids of two texts, `Pairs` gives batches by number, `seq2seq_loss` is what `fit`
minimises; checkpoints, many devices and accumulation come with `fit`. Prompts of about one length
share a batch, so that little is padding. Left out: packing, as an encoder looks at its whole row.
Lesson 08 tunes such a model beside a decoder.

Shapes: B batch, T tokens of a prompt, S tokens of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn

from workbook.inference import complete_ids, pad
from workbook.training.losses import Loss, output_only_at
from workbook.training.packing import IGNORE

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

POOL = 32  # batches whose prompts are sorted by length together


class Pair(NamedTuple):
    """Token ids of a prompt and of its answer, each with its end token."""

    prompt: list[int]
    answer: list[int]


def pair(tokenizer: PreTrainedTokenizerBase, prompt: str, answer: str) -> Pair:
    """Token ids as this tokenizer writes a model's input and output; an end token closes both."""
    end = tokenizer.eos_token_id
    read = tokenizer(prompt, verbose=False)["input_ids"]
    said = tokenizer(text_target=answer, verbose=False)["input_ids"]
    return Pair(*(ids if ids[-1:] == [end] else [*ids, end] for ids in (read, said)))


class Pairs:
    """Batches by number, of `batch_size` pairs each; every epoch has all pairs in a new order.

    seq_len: tokens of a prompt, and of an answer, at most; longer pairs are left out and counted.
    config: of the model, which knows the token that padding is and the one a decoder starts with.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        batch_size: int,
        seq_len: int,
        config: PreTrainedConfig,
        seed: int = 0,
    ) -> None:
        self.pairs = [each for each in pairs if max(map(len, each)) <= seq_len]
        self.skipped = len(pairs) - len(self.pairs)
        if not self.pairs:
            raise ValueError(
                f"no prompt and answer has at most {seq_len} tokens: nothing to train."
            )
        self.per_batch, self.config, self.seed = min(batch_size, len(self.pairs)), config, seed
        self.per_epoch = len(self.pairs) // self.per_batch  # batches; pairs left over have a rest
        self._ordered: tuple[int, list[list[int]]] = (-1, [])

    def batch(self, number: int) -> dict[str, Any]:
        """Some pairs, laid out as long as the longest of them."""
        epoch, place = divmod(number, self.per_epoch)
        if self._ordered[0] != epoch:
            self._ordered = epoch, self._order(epoch)
        return collate_pairs([self.pairs[i] for i in self._ordered[1][place]], self.config)

    def all_batches(self) -> list[dict[str, Any]]:
        """All pairs once, by the length of their prompts; the last batch may be a short one."""
        ordered = sorted(self.pairs, key=lambda each: len(each.prompt))
        starts = range(0, len(ordered), self.per_batch)
        return [collate_pairs(ordered[i : i + self.per_batch], self.config) for i in starts]

    def _order(self, epoch: int) -> list[list[int]]:
        """The pairs of each batch: shuffled, sorted by length in pools, and shuffled batch-wise."""
        source = torch.Generator().manual_seed(self.seed + epoch)
        order = torch.randperm(len(self.pairs), generator=source).tolist()
        order = order[: self.per_epoch * self.per_batch]
        pool = POOL * self.per_batch
        order = [
            each
            for start in range(0, len(order), pool)
            for each in sorted(order[start : start + pool], key=lambda i: len(self.pairs[i].prompt))
        ]
        cut = [order[i : i + self.per_batch] for i in range(0, len(order), self.per_batch)]
        return [cut[i] for i in torch.randperm(len(cut), generator=source).tolist()]


def collate_pairs(pairs: Sequence[Pair], config: PreTrainedConfig) -> dict[str, Any]:
    """Pairs as tensors: `ids` and `keep_mask` B T, `decoder_ids` and `labels` B S, int64 or bool.

    The decoder reads the answer one place later than it has to say it, behind its start token.
    Beside them: `loss_at`, the places in the flattened labels that carry loss, and `read`, how many
    tokens are real.
    """
    start = config.decoder_start_token_id
    if start is None:
        raise ValueError("the model's config names no decoder_start_token_id: set it first.")
    filler = 0 if config.pad_token_id is None else config.pad_token_id
    ids, keep_mask = pad([each.prompt for each in pairs], filler, "right")
    decoder_ids, _ = pad([[start, *each.answer[:-1]] for each in pairs], filler, "right")
    labels, _ = pad([each.answer for each in pairs], IGNORE, "right")
    loss_at = (labels.flatten() != IGNORE).nonzero().flatten()
    read = sum(len(each.prompt) for each in pairs)
    return {
        "ids": ids,
        "keep_mask": keep_mask,
        "decoder_ids": decoder_ids,
        "labels": labels,
        "loss_at": loss_at,
        "read": read + len(loss_at),
    }


def seq2seq_loss(model: nn.Module, batch: Mapping[str, Any]) -> Loss:
    """Cross-entropy in nats of each token of the answer, for an encoder-decoder of transformers.

    batch: as `collate_pairs` makes it; `loss_at` may be missing.
    """
    targets, places = batch["labels"].flatten(), batch.get("loss_at")
    with output_only_at(model, places) as narrowed:
        logits = model(
            input_ids=batch["ids"],
            attention_mask=batch["keep_mask"],
            decoder_input_ids=batch["decoder_ids"],
            use_cache=False,
        ).logits
    if narrowed:
        targets = targets[places]
    total = nn.functional.cross_entropy(
        logits.flatten(0, -2).float(), targets, ignore_index=IGNORE, reduction="sum"
    )
    return Loss(total, (targets != IGNORE).sum(), read=batch.get("read"))


def answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    max_new_tokens: int = 96,
) -> list[str]:
    """Greedy answers of an encoder-decoder to prompts, without special tokens."""
    rows = [pair(tokenizer, prompt, "").prompt for prompt in prompts]
    return [answer.text for answer in complete_ids(model, tokenizer, rows, max_new_tokens)]
