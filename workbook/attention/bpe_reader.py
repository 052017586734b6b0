"""A `tokenizer.json` of the library `tokenizers`, read for `BytePairEncoder`.

Byte-level BPE comes in several makes: GPT-2's cuts, single digits before them, or cuts by patterns
of their own (Llama 3, Qwen), with or without a Unicode normal form. Those are read exactly; all
else a file may ask for is refused in one sentence, since a near copy would give other ids without
a word. Left out: post-processors, truncation and padding, which are not part of a text's own ids.
Lesson 01.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import regex

Cut = Callable[[str], list[str]]  # a text into pieces, in order
FORMS = ("NFC",)  # of the others the library's tables lack some of Unicode's newer characters
FLAGS = ("lstrip", "rstrip", "single_word")  # of an added token; each changes what it matches
UNUSUAL = ("dropout", "continuing_subword_prefix", "end_of_word_suffix")


class AddedText(NamedTuple):
    """A text that is one token wherever it occurs."""

    text: str
    id: int
    is_special: bool  # a mark such as the end of a text, which reading aloud leaves out
    is_late: bool  # searched for in what the others leave over (`normalized` in the file)


def read(source: Any) -> dict[str, Any]:
    """The file as a dict. source: a tokenizer of either library, or the text of the file.

    ValueError if it is neither, or no byte-level BPE.
    """
    inner = getattr(source, "backend_tokenizer", source)
    try:
        spec = json.loads(inner if isinstance(inner, (str, bytes)) else inner.to_str())
        kind, model = spec["model"]["type"], spec["model"]
        if kind == "BPE" and not {"vocab", "merges"} <= model.keys():
            raise KeyError
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ValueError(
            "a tokenizer is copied from a fast tokenizer or from the text of its tokenizer.json, "
            f"not from this {type(source).__name__}."
        ) from None
    if kind != "BPE":
        raise ValueError(f"only byte-level BPE can be copied, not a tokenizer of type {kind!r}.")
    for name in UNUSUAL:
        if model.get(name):
            raise ValueError(f"a BPE model with {name} cannot be copied.")
    return spec


def normal_forms(spec: dict[str, Any]) -> tuple[str, ...]:
    """The Unicode normal forms that a text is brought into, one after the other."""
    steps = _steps(spec.get("normalizer"), "normalizers")
    for step in steps:
        if step["type"] not in FORMS:
            raise ValueError(f"a tokenizer with the normalizer {step['type']!r} cannot be copied.")
    return tuple(step["type"] for step in steps)


def added_tokens(spec: dict[str, Any]) -> list[AddedText]:
    """Return the added tokens, which are found before anything is cut.

    ValueError for one with a flag that changes what it matches.
    """
    added = spec.get("added_tokens") or []
    for token in added:
        for flag in FLAGS:
            if token.get(flag):
                raise ValueError(f"the added token {token['content']!r} has {flag}: not copied.")
    if normal_forms(spec) and any(token.get("normalized") for token in added):
        raise ValueError("added tokens that are looked for in the normalized text are not copied.")
    return [
        AddedText(
            token["content"],
            token["id"],
            is_special=bool(token.get("special")),
            is_late=bool(token.get("normalized")),
        )
        for token in added
    ]


def cuts(spec: dict[str, Any], gpt2: Cut, digits: Cut) -> tuple[Cut, ...]:
    """How a text is cut into pieces, step by step. gpt2, digits: the two that have code of ours."""
    steps, byte_level = [], False
    for step in _steps(spec.get("pre_tokenizer"), "pretokenizers"):
        kind = step["type"]
        if kind == "ByteLevel":
            byte_level = True
            if step.get("add_prefix_space", True):
                raise ValueError("a tokenizer that adds a space in front cannot be copied.")
            if step.get("use_regex", True):
                steps.append(gpt2)
        elif byte_level:
            raise ValueError(f"the cut {kind!r} after the bytes cannot be copied.")
        elif kind == "Digits" and step.get("individual_digits"):
            steps.append(digits)
        elif kind == "Split":
            steps.append(_split(step))
        else:
            raise ValueError(f"a tokenizer that cuts by {kind!r} cannot be copied.")
    if not byte_level:
        raise ValueError("only byte-level BPE can be copied: this tokenizer has no ByteLevel step.")
    return tuple(steps)


def vocabulary(
    spec: dict[str, Any], special: dict[str, int], byte_of: dict[str, int]
) -> tuple[list[tuple[bytes, bytes]], dict[bytes, int]]:
    """(merges, token -> id). byte_of: the byte for which a character of a written token stands."""
    model = spec["model"]
    merges = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    try:
        joined = [tuple(bytes(byte_of[c] for c in part) for part in pair) for pair in merges]
        ids = {
            bytes(byte_of[c] for c in name): number
            for name, number in model["vocab"].items()
            if name not in special
        }
    except KeyError as character:
        raise ValueError(
            f"only byte-level BPE can be copied: {character} in its vocabulary is no byte."
        ) from None
    missing = sum(bytes([byte]) not in ids for byte in range(256))
    if missing:
        raise ValueError(
            f"the vocabulary lacks {missing} of the 256 bytes, so it cannot be copied."
        )
    return joined, ids


def _steps(spec: dict[str, Any] | None, name: str) -> list[dict[str, Any]]:
    """The steps of a normalizer or a pre-tokenizer, sequences in sequences laid flat."""
    if spec is None:
        return []
    if spec["type"] != "Sequence":
        return [spec]
    return [step for part in spec[name] for step in _steps(part, name)]


def _split(step: dict[str, Any]) -> Cut:
    """A cut by a pattern: its matches are pieces, and so is what lies between them."""
    kept = (step.get("behavior"), step.get("invert", False))
    if kept not in (("Isolated", False), ("Removed", True)):
        raise ValueError(f"a tokenizer that splits with {kept[0]!r} cannot be copied.")
    pattern = step["pattern"]
    text = pattern["Regex"] if "Regex" in pattern else regex.escape(pattern["String"])
    try:
        return PatternCut(regex.compile(text), keeps_gaps=not kept[1])
    except regex.error as error:
        raise ValueError(f"its pattern {text!r} cannot be read: {error}.") from None


class PatternCut(NamedTuple):
    """A cut by a pattern; a class, not a closure, so that an encoder can be pickled."""

    pattern: regex.Pattern
    keeps_gaps: bool  # whether what lies between two matches is a piece, too

    def __call__(self, text: str) -> list[str]:
        pieces, start = [], 0
        for match in self.pattern.finditer(text):
            pieces += [text[start : match.start()] if self.keeps_gaps else "", match.group()]
            start = match.end()
        pieces.append(text[start:] if self.keeps_gaps else "")
        return [piece for piece in pieces if piece]
