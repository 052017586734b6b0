"""Our quantized layers against float32, bitsandbytes and torchao: speed, memory, time to quantize.

Layers of a middling model (1,024 inputs) with one row and with many, and the whole town model: many
tokens at once, and token by token at batch 1, with the memory of both. A row with torchao is there
where torchao is installed; it is not among the course's packages, because transformers would load
it with every model. Run it as `workbook bench quantization`.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from workbook.core.hub import load_model
from workbook.core.runs.bench import Row, compare
from workbook.core.runs.seeding import generator
from workbook.core.system.memory import in_words
from workbook.quantization.int8 import Int8Linear, LLMInt8Linear
from workbook.quantization.layers import NF4Linear, quantize_model, weight_bytes
from workbook.quantization.nf4 import nf4_quantize

WIDTH = 1024
ROWS = (1, 64, 512)
TOKENS = 32  # written at batch 1


def run(quick: bool = False) -> list[Row]:
    """Return all comparisons; on the CPU, with torch's present number of threads."""
    rounds = 3 if quick else 9
    with torch.inference_mode():
        return [*layer_rows(rounds), *quantize_rows(rounds), *model_rows(rounds)]


def layer_rows(rounds: int, width: int = WIDTH, counts: tuple[int, ...] = ROWS) -> list[Row]:
    """Return our int8, LLM.int8() and NF4 layers against float32, bitsandbytes and torchao."""
    layer = nn.Linear(width, width, bias=False)
    w8a8, split, nf4 = Int8Linear(layer), LLMInt8Linear(layer), NF4Linear.from_linear(layer)
    pairs: list[tuple[str, nn.Module, nn.Module]] = [("W8A8 against float32", w8a8, layer)]
    pairs.append(("LLM.int8() against bitsandbytes", split, _bitsandbytes(layer, 8)))
    pairs.append(("NF4 against bitsandbytes", nf4, _bitsandbytes(layer, 4)))
    if importlib.util.find_spec("torchao"):
        pairs.append(("W8A8 against torchao, eager", w8a8, _torchao(layer)))
    rows = []
    for count in counts:
        x = torch.randn(count, width, generator=generator(0))
        for name, ours, peer in pairs:
            repeat = max(1, 200 // count)
            half = x.half() if "LLM" in name else x
            rows.append(compare(
                f"{name}, {count} rows", partial(_times, repeat, ours, x),
                partial(_times, repeat, peer, half), rounds=rounds, work=repeat * count,
                unit="rows/s",
            ))  # fmt: skip
    return rows


def quantize_rows(rounds: int, size: int = WIDTH) -> list[Row]:
    """Return the time to put a weight into NF4, ours against bitsandbytes' compiled kernel."""
    import bitsandbytes.functional as peer

    weight = torch.randn(size, size, generator=generator(0))
    ours = partial(nf4_quantize, weight)
    theirs = partial(peer.quantize_4bit, weight, quant_type="nf4")
    return [compare("to NF4", ours, theirs, rounds=rounds, work=weight.numel() / 1e6,
                    unit="million weights/s")]  # fmt: skip


def model_rows(rounds: int) -> list[Row]:
    """Return the role "base" in 8 bits against float32: reading, and writing at batch 1."""
    from workbook.sampling import cached

    model = load_model("base").float()
    small = copy.deepcopy(model)
    quantize_model(small, Int8Linear)
    ids = torch.randint(3, model.config.vocab_size, (8, 128), generator=generator(0))
    memory = " against ".join(in_words(weight_bytes(each)) for each in (small, model))
    name = f"the town's model, W8A8 against float32 ({memory})"
    first = ids[:1, :1]
    one_by_one = [partial(cached, each, first, max_new_tokens=TOKENS) for each in (small, model)]
    return [
        compare(f"{name}, reading", partial(small, ids), partial(model, ids), rounds=rounds,
                work=ids.numel(), unit="tokens/s"),
        compare(f"{name}, batch 1", *one_by_one, rounds=rounds, work=TOKENS, unit="tokens/s"),
    ]  # fmt: skip


def _times(repeat: int, layer: Callable[[Tensor], Tensor], x: Tensor) -> None:
    for _ in range(repeat):
        layer(x)


def _bitsandbytes(layer: nn.Linear, bits: int) -> nn.Module:
    import bitsandbytes as bnb

    kind = bnb.nn.Linear8bitLt if bits == 8 else bnb.nn.Linear4bit
    more = {"has_fp16_weights": False, "threshold": 6.0} if bits == 8 else {"quant_type": "nf4"}
    peer = kind(layer.in_features, layer.out_features, bias=False, **more)
    peer.load_state_dict(layer.state_dict())
    return peer.to("cpu")


def _torchao(layer: nn.Linear) -> nn.Module:
    tools = importlib.import_module("torchao.quantization")
    holder = nn.Sequential(copy.deepcopy(layer))
    tools.quantize_(holder, tools.Int8DynamicActivationInt8WeightConfig())
    return holder
