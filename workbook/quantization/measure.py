"""What a quantized model still can: loss on known text, skills, bytes on disk, tokens a second.

`METHODS` are the ways of this lesson to put a model into few bits, each a function of a model, a
number of bits and calibration text. Left out: training with few bits (`qat.py`) and the recorded
runs (`experiment.py`). Lesson 05 reads the table.

Shapes: B batch, T time.
"""
# ruff: noqa: F722 - the strings in the annotations are shapes

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from workbook.quantization.awq import awq_model
from workbook.quantization.gptq import gptq_model
from workbook.quantization.int8 import Int8Linear, LLMInt8Linear
from workbook.quantization.layers import KEPT, quantize_model, save
from workbook.quantization.quantizers import Scheme
from workbook.town import RAW_MIXTURE, mixture
from workbook.training import causal_loss
from workbook.training.examples import raw_example
from workbook.training.losses import mean_loss
from workbook.training.packing import IGNORE, Rows

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast

    from workbook.town import Document

GROUP = 32
KNOWN_SEED, CALIBRATION_SEED = 5005, 5105  # documents about people that the models read about
SEQ_LEN = 256
NEW_TOKENS = 48  # of a speed measurement
Apply = Callable[[nn.Module, int, list[Tensor]], Any]  # (model, bits, calibration): in place


def _to_nearest(per: int | str, method: str, model: nn.Module, bits: int, _: Any) -> None:
    quantize_model(model, Scheme(bits, per, method, scale_dtype=KEPT))  # type: ignore[arg-type]


def _calibrated(with_data: Callable, model: nn.Module, bits: int, batches: list[Tensor]) -> None:
    with_data(model, batches, Scheme(bits, GROUP, "mse", scale_dtype=KEPT))


METHODS: Mapping[str, Apply] = {
    "round to nearest, per channel": partial(_to_nearest, "channel", "absmax"),
    "round to nearest, groups of 32": partial(_to_nearest, GROUP, "absmax"),
    "zero point, groups of 32": partial(_to_nearest, GROUP, "zero_point"),
    "least error, groups of 32": partial(_to_nearest, GROUP, "mse"),
    "AWQ, groups of 32": partial(_calibrated, awq_model),
    "GPTQ, groups of 32": partial(_calibrated, gptq_model),
    "NF4": lambda model, bits, batches: quantize_model(model, "nf4"),
    "W8A8": lambda model, bits, batches: quantize_model(model, Int8Linear),
    "LLM.int8()": lambda model, bits, batches: quantize_model(model, LLMInt8Linear),
}


def quantized_copy(
    model: PreTrainedModel, method: str, bits: int, batches: Sequence[Int[Tensor, "_B _T"]] = ()
) -> PreTrainedModel:
    """Return a copy of a model, quantized by one of `METHODS`; 16 bits: a copy.

    batches: calibration token ids `B T`; AWQ and GPTQ want them. Raises ValueError for another
    method.
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; there are {', '.join(METHODS)}.")
    learner = copy.deepcopy(model).float().eval()
    if bits < 16:
        METHODS[method](learner, bits, list(batches))
    return learner


def town_rows(
    tokenizer: PreTrainedTokenizerBase, count: int, seed: int = KNOWN_SEED, batch_size: int = 8
) -> Rows:
    """Return rows of raw town text about people that the models read about, in new documents."""
    examples = [raw_example(tokenizer, text.text) for text in _documents(count, seed)]
    pad_id = tokenizer.pad_token_id or 0
    return Rows(examples, batch_size, SEQ_LEN, pad_id, seed)


def entropy_bound(tokenizer: PreTrainedTokenizerBase, count: int, seed: int = KNOWN_SEED) -> float:
    """Return the nats a token that no model can go below, on average, on `town_rows`' documents.

    The generator's -ln p of all its choices, over all tokens but the begin tokens (lesson 02).
    """
    nats, tokens = 0.0, 0
    for text in _documents(count, seed):
        labels = raw_example(tokenizer, text.text).labels
        if len(labels) <= SEQ_LEN:  # as in `town_rows`
            nats += text.nats
            tokens += sum(label != IGNORE for label in labels)
    return nats / tokens


def _documents(count: int, seed: int) -> Iterator[Document]:
    return islice(mixture(RAW_MIXTURE, "train", seed), count)


def calibration(tokenizer: PreTrainedTokenizerBase, count: int = 64) -> list[Int[Tensor, "_B _T"]]:
    """Return batches of token ids `B T` of town text, apart from what losses are measured on."""
    rows = town_rows(tokenizer, count, CALIBRATION_SEED)
    return [batch["ids"] for batch in rows.all_batches()]


def known_loss(model: PreTrainedModel, rows: Rows) -> float:
    """Return the mean loss over rows, nats a token."""
    with torch.inference_mode():
        return mean_loss(causal_loss, rows.all_batches())(model)


def skills(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, count: int
) -> dict[str, float]:
    """Return scores from 0 to 1 of a model that answers chats, each over `count` cases.

    closed book: a fact from memory; open book: from a passage; few-shot: a rule told by eight
    examples; look-up: one of eight pairs; arithmetic: word problems with steps; faithful: summaries
    in which every name is right.
    """
    from workbook.town_lm import bars_reading, bars_skills
    from workbook.town_lm.quality import answerer

    answer = answerer(model, tokenizer)
    asked: dict[str, Callable[[], float]] = {
        "closed book": lambda: bars_reading.closed_book(answer, count)[0].value,
        "open book": lambda: bars_reading.open_book_one(answer, count)[0].value,
        "few-shot": lambda: bars_skills.in_context(answer, count)[2].value,
        "look-up": lambda: bars_skills.look_up(answer, count)[0].value,
        "arithmetic": lambda: bars_skills.arithmetic(answer, count)[0].value,
        "faithful": lambda: bars_skills.summaries(answer, count)[0].value,
    }
    return {name: measure() for name, measure in asked.items()}


def file_bytes(model: nn.Module) -> int:
    """Return the size of the file that holds a model, in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        return save(model, Path(folder) / "model.safetensors")


def tokens_per_second(model: PreTrainedModel, tokens: int = NEW_TOKENS, rounds: int = 3) -> float:
    """Return the tokens of greedy decoding at batch 1 in a second of CPU time, the best of rounds.

    CPU time and not elapsed time, so that other work on the machine matters little; and
    one thread, because threads that wait for each other take CPU time as well.
    """
    from workbook.sampling import cached

    ids = torch.tensor([[model.config.bos_token_id or 0]])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        cached(model, ids, max_new_tokens=4)
        seconds = []
        for _ in range(rounds):
            start = time.process_time()
            cached(model, ids, max_new_tokens=tokens)
            seconds.append(time.process_time() - start)
    finally:
        torch.set_num_threads(threads)
    return tokens / min(seconds)
