"""One way to call every family of models that writes text: the prompt in front, then what follows.

A decoder (GPT-2, Llama, Qwen2) is called so already. An encoder-decoder (T5) reads the prompt with
its encoder, once, and writes with its decoder, which begins with a start token; `EncoderDecoder`
wraps one so that loops, beams and measures need not know. Its prompt ends with the end token, as
such models were trained; that token is where the two parts meet. Left out: models that only read
(BERT, RoBERTa), which the hub refuses for a role that writes. Lesson 03 loads its model here.

Shapes: B batch, T time, P tokens of the prompt, C channels, V vocabulary. `keep_mask` is true on
real tokens, padding is on the left.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from workbook.core.hub import loading

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast
    from transformers.cache_utils import Cache
    from transformers.modeling_outputs import Seq2SeqLMOutput


def open_model(role: str = "base") -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """The model that fills a role, to be called as a decoder is, and its tokenizer.

    Raises ValueError as `hub.load_model` does, or when a tokenizer has no end token that could
    close an encoder's prompt.
    """
    model, tokenizer = loading.load_model(role), loading.load_tokenizer(role)
    if not model.config.is_encoder_decoder:
        return model, tokenizer
    if tokenizer.eos_token is None:
        raise ValueError("this encoder-decoder's tokenizer has no end token (eos_token): name one.")
    tokenizer.prompt_end_id = tokenizer.eos_token_id  # `encode` puts it behind every text
    return EncoderDecoder(model, tokenizer.prompt_end_id), tokenizer


@dataclass
class Past:
    """What an encoder-decoder has read: the prompt, encoded, and the decoder's own cache."""

    states: Tensor  # B P C
    keep: Tensor  # B P, true on the prompt's real tokens
    cache: Cache | None = None

    def reorder_cache(self, rows: Int[Tensor, " rows"]) -> None:
        """Row i becomes what row rows[i] was."""
        self.states, self.keep = self.states[rows], self.keep[rows]
        self.cache.reorder_cache(rows)


class EncoderDecoder(nn.Module):
    """An encoder-decoder that takes a text `B T`: prompt, end token, continuation.

    It has no logits for the prompt's own tokens; they are NaN. The end token's logits are for the
    first token of the continuation.
    """

    def __init__(self, model: PreTrainedModel, end_id: int):
        """end_id: the token that closes every prompt."""
        super().__init__()
        self.model, self.end_id = model, end_id
        self.config, self.get_input_embeddings = model.config, model.get_input_embeddings
        self.start_id = start_id(model)
        self.training = model.training

    @property
    def device(self) -> torch.device:
        return self.model.device

    def forward(
        self,
        input_ids: Int[Tensor, "B T"],
        attention_mask: Int[Tensor, "B T"] | None = None,
        past_key_values: Past | None = None,
        use_cache: bool = False,
        logits_to_keep: int = 0,
    ) -> Seq2SeqLMOutput:
        """Logits `B T V`, or of the last `logits_to_keep` positions, as a decoder gives them.

        attention_mask: `B T`, 1 on real tokens; with a past it is not looked at again.
        """
        from transformers.modeling_outputs import BaseModelOutput

        past, unread, ahead = past_key_values, input_ids, 0
        if past is None:
            mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
            keep = mask.bool()
            ahead = self.meeting(input_ids, keep)
            past = self.read(input_ids[:, : ahead + 1], keep[:, : ahead + 1])
            begin = input_ids.new_full((len(input_ids), 1), self.start_id)
            unread = torch.cat([begin, input_ids[:, ahead + 1 :]], 1)
        out = self.model(
            encoder_outputs=BaseModelOutput(past.states),
            attention_mask=past.keep.long(),
            decoder_input_ids=unread,
            past_key_values=past.cache,
            use_cache=use_cache,
        )
        logits = nn.functional.pad(out.logits, (0, 0, ahead, 0), value=torch.nan)
        out.logits = logits[:, -logits_to_keep:]  # all, if 0
        out.past_key_values = Past(past.states, past.keep, out.past_key_values)
        return out

    def meeting(self, ids: Int[Tensor, "B T"], keep: Bool[Tensor, "B T"]) -> int:
        """The column of the prompts' end token; ValueError unless all rows have one, in line."""
        ends = (ids == self.end_id) & keep  # some tokenizers pad with it, too
        first = ends.long().argmax(1)
        if not ends.any(1).all() or (first != first[0]).any():
            raise ValueError(
                "this model's encoder needs prompts that end in the end token, all at one place: "
                "make them with `encode`."
            )
        return int(first[0])

    def read(self, prompt: Int[Tensor, "B P"], keep: Bool[Tensor, "B P"]) -> Past:
        """Prompts `B P`, encoded; their padding goes to the right, where it was in training."""
        order = (~keep).long().argsort(dim=1, stable=True)
        prompt, keep = prompt.gather(1, order), keep.gather(1, order)
        encoder = self.model.get_encoder()
        return Past(encoder(input_ids=prompt, attention_mask=keep.long()).last_hidden_state, keep)

    def generate(self, ids: Int[Tensor, "B T"], **settings: Any) -> Int[Tensor, "B T2"]:
        """What transformers' own `generate` writes, with the prompt in front like a decoder's."""
        out = self.model.generate(ids, decoder_start_token_id=self.start_id, **settings)
        return torch.cat([ids, out[:, 1:]], 1)


def start_id(model: PreTrainedModel) -> int:
    """The token that a decoder begins with: the configured one, or else padding, as in T5."""
    for name in ("decoder_start_token_id", "pad_token_id"):
        for settings in (model.config, model.generation_config):
            if (found := getattr(settings, name, None)) is not None:
                return found
    raise ValueError("this encoder-decoder names no token that its decoder begins with.")
