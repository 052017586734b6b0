"""Constrained decoding: only tokens that can still lead to a text of a given form may be drawn.

`Form` is a regular expression that is asked one question: can this text still become a match? A
token that cannot follow gets the logit -inf, as by a filter. `json_form` turns a small JSON schema
into such an expression, which is enough to make a model fill in a form without one syntax error.
Left out: recursive schemas, and compiling the expression into a table of states and tokens in
advance (Willard and Louf 2023), which makes each step as cheap as a look-up. Lesson 03.

Shapes: B batch, V vocabulary.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex
import torch
from jaxtyping import Bool, Int
from torch import Generator, Tensor

from workbook.sampling.filters import CUT
from workbook.sampling.prompt import Prompt
from workbook.sampling.readers import evaluating, open_reader
from workbook.sampling.settings import SamplingConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

STRING = r'[^"\\\x00-\x1f]'  # a character of a JSON string that needs no escape
LONGEST = 40  # characters of a string without a limit of its own


def fits(pattern: regex.Pattern, text: str) -> bool:
    """Return whether a text can still become a full match of a regular expression."""
    return pattern.fullmatch(text, partial=True) is not None


class Form:
    """What a text must look like, and which tokens keep that possible."""

    def __init__(self, pattern: str, tokenizer: PreTrainedTokenizerBase, vocabulary: int):
        """pattern: of the module `regex`, for the whole text. vocabulary: V, of the model."""
        self.pattern = regex.compile(pattern)
        special = set(tokenizer.all_special_ids)
        known = min(len(tokenizer), vocabulary)
        said = [tokenizer.decode([i]) if i not in special else "" for i in range(known)]
        # A token that is a part of a character alone has no text of its own.
        said = ["" if "\N{REPLACEMENT CHARACTER}" in each else each for each in said]
        self.tokens = [*map(str, said), *[""] * (vocabulary - known)]
        self.allowed = lru_cache(maxsize=1024)(self._allowed)

    def is_complete(self, text: str) -> bool:
        """Return whether a text is a full match."""
        return self.pattern.fullmatch(text) is not None

    def _allowed(self, text: str) -> Tensor:
        """Return which tokens may follow a text, `V`; no first letter is tried twice."""
        first: dict[str, bool] = {}
        found = []
        for token in self.tokens:
            if token and token[0] not in first:
                first[token[0]] = fits(self.pattern, text + token[0])
            open_yet = bool(token) and first[token[0]]
            found.append(open_yet and (len(token) == 1 or fits(self.pattern, text + token)))
        return torch.tensor(found)


def fill_in(
    model: PreTrainedModel,
    ids: Int[Tensor, "B T"],
    form: Form,
    *,
    max_new_tokens: int,
    keep_mask: Bool[Tensor, "B T"] | Int[Tensor, "B T"] | None = None,
    config: SamplingConfig | None = None,
    generator: Generator | None = None,
) -> list[str]:
    """Return a text of the form for each prompt `B T`, written token by token.

    A row ends when its text is complete and no token may follow, or when only the end is likelier:
    here forms end themselves, so that a complete text is an ended one. config: temperature and
    filters, applied to what the form allows; greedy if absent. Raises ValueError as `generate`
    does, and where a text has come to a place at which no token is allowed.
    """
    config = config or SamplingConfig(temperature=0)
    prompt = Prompt.checked(model, ids, keep_mask, max_new_tokens)
    reader = open_reader(model, "auto", rows=len(prompt.ids))
    texts = [""] * len(prompt.ids)
    with evaluating(model), torch.no_grad():
        logits = reader.start(prompt.ids, prompt.keep_mask, prompt.max_seq_len)
        for step in range(max_new_tokens):
            token = config.sample(_masked(logits, texts, form), generator=generator)
            texts = [
                text if form.is_complete(text) else text + form.tokens[choice]
                for text, choice in zip(texts, token.tolist(), strict=True)
            ]
            if all(map(form.is_complete, texts)) or step + 1 == max_new_tokens:
                return texts
            logits = reader.step(token)
    return texts


def _masked(logits: Tensor, texts: Sequence[str], form: Form) -> Tensor:
    """Return logits `B V` without what the form forbids; a complete row keeps its own."""
    logits = logits.float().clone()
    for row, text in enumerate(texts):
        if form.is_complete(text):
            continue
        allowed = form.allowed(text)
        if not allowed.any():
            raise ValueError(f"no token can follow {text!r}: the form cannot be completed.")
        logits[row] = logits[row].masked_fill(~allowed.to(logits.device), CUT)
    return logits


def json_form(schema: Mapping[str, Any]) -> str:
    """Return a regular expression for the JSON texts of a small schema.

    Objects (all properties required, in their order), arrays ("items", "maxItems"), strings
    ("maxLength"), integers, booleans and "enum". One space follows a colon and a comma, as
    `json.dumps` writes. Raises ValueError for what it does not know.
    """
    if "enum" in schema:
        return "(?:" + "|".join(regex.escape(json.dumps(value)) for value in schema["enum"]) + ")"
    kind = schema.get("type")
    if kind == "object":
        pairs = [
            f"{regex.escape(json.dumps(name))}: {json_form(inner)}"
            for name, inner in schema["properties"].items()
        ]
        return r"\{" + ", ".join(pairs) + r"\}"
    if kind == "array":
        item, more = json_form(schema["items"]), schema.get("maxItems", 8) - 1
        return rf"\[(?:{item}(?:, {item}){{0,{more}}})?\]"
    if kind == "string":
        return f'"{STRING}{{1,{schema.get("maxLength", LONGEST)}}}"'
    simple = {"integer": "(?:0|-?[1-9][0-9]{0,8})", "boolean": "(?:true|false)"}
    if kind not in simple:
        raise ValueError(f"a schema of type {kind!r} is not among those that can be written.")
    return simple[kind]
