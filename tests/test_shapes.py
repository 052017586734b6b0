"""The shapes in the signatures are true: a right call passes the check, a wrong one does not."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jaxtyping
import pytest
import torch
from beartype import beartype
from byte_tokenizers import byte_tokenizer
from jaxtyping import TypeCheckError, jaxtyped
from tiny_lora import ours
from tiny_models import llama
from torch import Generator, Tensor, nn, rand

from workbook.peft_family.tokens import attach_tokens
from workbook.pretraining.copying_probe import Looks
from workbook.pretraining.data import tokenizer
from workbook.pretraining.entropy_bound import HeldOut
from workbook.pretraining.models import build
from workbook.quantization.quantizers import Scheme
from workbook.sampling.beam import Search
from workbook.sampling.constrained import Form
from workbook.sampling.experiment import Continuations
from workbook.welcome.classifier_vs_density import Generative

PACKAGE = Path(__file__).resolve().parents[1] / "workbook"
KINDS = {k: getattr(jaxtyping, k) for k in "Bool Float Int Int8 Int32 Integer UInt8".split()}
SHAPED = re.compile(rf"\b(?:{'|'.join(KINDS)})\[Tensor, ")
RETURN = "what it returns"  # in the place of an argument: the wrong value comes out
i, b = partial(torch.ones, dtype=torch.int64), partial(torch.ones, dtype=torch.bool)
of = partial(partial, object)  # makes a method's instance; any partial in a row is called
LLAMA, FRESH = partial(cache(llama), vocab_size=300), partial(llama, vocab_size=300)
OURS, FORM = partial(cache(ours)), partial(lambda: Form("ab", BYTES(), 300))
BYTES = partial(cache(byte_tokenizer), bos_token="<s>", eos_token="</s>", pad_token="<pad>")
TEXTS, PAGE = Continuations(i(2, 5), i(2, 7), (i(9),), 1.0), [SimpleNamespace(text="ab")] * 2
TOWN = partial(cache(tokenizer))
DECODER = partial(cache(lambda: build("causal", tokenizer())))
FOUR, LINEAR, CACHE = Scheme(4), nn.Linear(4, 3), (1, (2, 2, 6, 4), rand(1))
Q, K, V = rand(2, 5, 8), rand(2, 6, 8), rand(2, 6, 4)
MAPS, SQUARE, TURN = rand(2, 3, 4, 5, 5), torch.eye(4).double(), (rand(5, 8), rand(5, 8))
BYTE, SMALL = torch.zeros(4, dtype=torch.uint8), torch.zeros(32, 16, dtype=torch.int8)
X, OUT, LESS, KEY, ONE = map(rand, ((2, 5, 4), (2, 4, 3), (5, 4), (2, 2, 3, 4), (2, 2, 1, 4)))
WRITE = {"model": LLAMA, "ids": i(2, 5), "max_new_tokens": 2}
POINTS, CLASSES = rand(6, 2), torch.tensor([0, 1] * 3)
HELD = HeldOut(i(2, 5), b(2, 5), 1.0, ("a", "b"))
EVEN = torch.full((300,), 1 / 300)  # what a draft that knows nothing says
DRAFT = {"draft": lambda _: EVEN, "ids": i(1, 5)}

# Functions, their arguments in order or by name, which of them is wrong, and a value that is.
ROWS = [
    ("attention.dot_product: scaled_dot_product_attention chunked_attention fused_attention",
     (Q, K, V), 2, V[:, 1:]),
    ("attention.dot_product: causal_mask sliding_mask", (3, 4), RETURN, b(3)),
    ("attention.dot_product: attention_weights visible", (Q, K, b(2, 6)), RETURN, rand(2, 6)),
    ("attention.heads: attention_maps mean_query_and_key "
     "attention.explorers_positions: position_explorer attention.recurrence: copy_loss",
     (OURS, i(2, 5)), 1, i(5)),
    ("attention.charts_diagrams: matrices_chart",
     ({"w": (rand(2, 3), "ab", "abc")},), 0, {"w": (rand(2), "ab", "abc")}),
    ("attention.explorers: mask_table", ("causal", 3, 0), RETURN, (b(8, 7), "")),
    ("attention.explorers: draw_mask", ((b(3, 3), ""),), 0, (b(3, 4), "")),
    ("attention.heads: previous_token_score", (MAPS,), 0, MAPS[..., 1:]),
    ("attention.heads: induction_score", (MAPS, i(3, 5)), 1, i(3, 6)),
    ("attention.heads: after_earlier pretraining.objectives: causal_targets", (i(2, 5),), 0, i(5)),
    ("attention.heads: copied_names", (BYTES, ["Ann", "Bo"]), RETURN, (i(2, 3), b(2, 4))),
    ("attention.heads: copying", (OURS, i(2, 5), b(2, 5)), 2, b(2, 4)),
    ("attention.heads: copying_without", (OURS, i(2, 5), b(2, 5), [[(0, 0)]]), 2, b(2, 4)),
    ("attention.layers: gelu_tanh", (rand(2, 4),), RETURN, rand(2, 5)),
    ("attention.positions: sinusoidal_positions frequencies", (6, 4), RETURN, b(5)),
    ("attention.positions: relative_buckets", (i(5, 5), True), RETURN, i(5)),
    ("attention.positions: rotary_scores", (rand(8), rand(8), 5), 1, rand(6)),
    ("attention.recurrence: copy_batch", (2, 3, Generator()), RETURN, i(8)),
    ("attention.validation: check_call",
     (partial(lambda: OURS().config), i(2, 5), None, b(2, 5), None, None), 3, b(5)),
    ("attention.validation: embed", (nn.Embedding(9, 4), i(2, 5)), 1, rand(2, 5)),
    ("attention.walk: walk", (OURS, i(1, 5)), 1, i(2, 5)),
    ("attention.walk: lens", (OURS, rand(2, 5, 16)), RETURN, rand(2, 6, 40)),
    ("finetuning.heads: features", (LLAMA, BYTES, ["a", "bc"]), RETURN, rand(2)),
    ("finetuning.heads: train_head", (rand(4, 3), "abab", 2), 0, rand(4)),
    ("finetuning.heads: classify", (LINEAR, "abc", rand(2, 4)), 2, rand(4)),
    ("inference.padding: pad", ([[1, 2], [3]], 0, "left"), RETURN, (i(2, 3), b(2, 2))),
    ("inference.padding: positions", (b(2, 3),), 0, b(6)),
    ("inference.scoring: padded_logits token_log_probs sampling.measure: mean_nll",
     (LLAMA, i(2, 5), b(2, 5)), 2, b(2, 4)),
    ("inference.text: encode", (BYTES, ["a", "bc"]), RETURN, (i(2, 3), b(2, 2))),
    ("inference.text: decode", (BYTES, i(2, 5)), 1, i(5)),
    ("lora.bench: random_ids", (LLAMA, 2, 5), RETURN, i(2, 4)),
    ("lora.bench: step_of generate peft_family.cost: answer_cost", (LLAMA, i(2, 5)), 1, i(5)),
    ("lora.spectrum: updates", (OURS, OURS), RETURN, {"query": rand(3)}),
    ("attention.heads: neighbours lora.spectrum: low_rank relative_error "
     "peft_family.nearest: nearest_drawn", (rand(7, 4), 1), 0, rand(7)),
    ("lora.spectrum: kept attention.positions: mean_similarity rotary_embedding sampling.engine: "
     "can_pack quantization.explorers: quantizer_explorer", (rand(3, 16),), 0, rand(16)),
    ("lora.spectrum: spectrum", ("query", rand(3, 4)), 1, rand(4)),
    ("lora.spectrum: mean_kept", ({"query": rand(3, 4)}, [1]), 0, {"query": rand(4)}),
    ("lora.weights: read_weight quantization.layers: weight_of", (LINEAR,), RETURN, rand(3)),
    ("lora.weights: stored_weight", (LINEAR, rand(3, 4)), 1, rand(4)),
    ("peft_family.nearest: nearest_tokens", (rand(2, 4), rand(7, 4)), 1, rand(7, 5)),
    ("peft_family.peers: trained_gradients", (LLAMA,), RETURN, [rand(2, 3)]),
    ("peft_family.prefix: attach_prefix", (FRESH, 2, 0, i(1, 3)), 3, i(2, 3)),
    ("peft_family.tokens: fixed_input",
     (partial(lambda: attach_tokens(FRESH(), 2)), i(2, 5)), 1, i(5)),
    ("pretraining.data: text_rows", (["ab"] * 2, BYTES, 2, 4), RETURN, i(8)),
    ("pretraining.data: document_rows", (PAGE, BYTES, 2, 4), RETURN, i(8)),
    ("pretraining.copying_probe: copying_heads",
     ([Looks(["a"], ["a"], rand(2, 1, 1))],), RETURN, (rand(2, 1), 0.5)),
    ("pretraining.entropy_bound: as_logits_fn", (LLAMA,), RETURN, rand(2, 5, 300)),
    ("pretraining.entropy_bound: unigram_loss marks", (i(2, 5), HELD, 9), 0, i(5)),
    ("pretraining.experiment: town_rows cut_rows", (TOWN, 2, 0), RETURN, i(8)),
    ("pretraining.experiment: diet_rows", ("the town itself", TOWN, 0), RETURN, i(8)),
    ("pretraining.models: train", ("causal", i(2, 5), TOWN, 1), 1, i(5)),
    ("pretraining.objectives: corrupt_documents",
     {"rows": [i(30)], "pad_id": 0, "sentinels": [7, 8], "end_id": 2, "start_id": 0,
      "generator": Generator()}, "rows", [i(1, 30)]),
    ("pretraining.objectives: pad_rows", ([i(3)], 0), 0, [i(1, 3)]),
    ("pretraining.objectives: mask_tokens", (i(2, 5), 1, 9, Generator(), b(2, 5)), 4, b(2, 4)),
    ("pretraining.objectives: corrupt_spans", (i(2, 30), [7, 8], 2, 0, Generator()), 0, i(30)),
    ("pretraining.peers: with_fit with_trainer", (FRESH, i(16, 5), TOWN, 1), 1, i(5)),
    ("pretraining.probing: sentence_states", ("causal", DECODER, TOWN, ["a"]), RETURN, rand(8)),
    ("pretraining.probing: hidden_states", ("causal", DECODER, i(2, 5)), 2, i(5)),
    ("pretraining.probing: probe", (rand(6, 4), rand(6), rand(3, 4)), 2, rand(3, 5)),
    ("pretraining.probing: reviews orders", (2,), RETURN, ([], rand(2, 1))),
    ("pretraining.probing: token_counts", (["a"], BYTES), RETURN, rand(3)),
    ("pretraining.tasks: beginnings", (TOWN, 2), RETURN, (i(2, 3), i(3, 2))),
    ("pretraining.tasks: continued", ("causal", DECODER, TOWN, i(2, 5), 0), 3, i(5)),
    ("pretraining.tasks: mean_nll token_nll", (LLAMA, i(2, 5), i(2, 3)), 2, i(3, 3)),
    ("pretraining.tasks: frequent_words", (i(2, 5), (3, 4)), 0, i(5)),
    ("pretraining.transfer: mixed_rows", (0.5, TOWN, 2, 0), RETURN, i(8)),
    ("quantization.awq: input_scales", (rand(4), 0.5), 0, rand(1, 4)),
    ("quantization.awq: search_scales", (rand(3, 4), rand(4), SQUARE, FOUR), 2, SQUARE[:, 1:]),
    ("quantization.awq: awq_model quantization.gptq: gptq_model",
     (FRESH, [i(2, 5), i(1, 3)], FOUR), 1, [i(5)]),
    ("quantization.blocks: mx_quantize nvfp4_quantize "
     "quantization.nf4: nf4_quantize blockwise_quantize quantization.rotation: peak_to_rms "
     "quantization.mixed_precision: gradient_shares", (rand(2, 32),), 0, i(2, 32)),
    ("quantization.calibration: gather_inputs", (LLAMA, ["lm_head"], [i(2, 5)]), 2, [i(5)]),
    ("quantization.calibration: output_error", (rand(3, 4), rand(3, 4), SQUARE), 1, rand(3, 5)),
    ("quantization.gptq: gptq_quantize", (rand(3, 4), SQUARE, FOUR), 1, SQUARE[1:]),
    ("quantization.int8: int8_matmul", (SMALL, SMALL[:8]), 1, SMALL[:, 1:]),
    ("quantization.int8: quantize_static", (FRESH, [i(2, 5)]), 1, [i(5)]),
    ("quantization.measure: quantized_copy", (LLAMA, "NF4", 4, [i(2, 5)]), 3, [i(5)]),
    ("quantization.measure: calibration", (BYTES, 16), RETURN, [i(5)]),
    ("quantization.nf4: dynamic_codebook", (), RETURN, rand(255)),
    ("quantization.mixed_precision: data", (), RETURN, (rand(2, 4), rand(2, 2))),
    ("quantization.packing: pack", (i(2, 4), 4), 0, rand(8)),
    ("quantization.packing: unpack", (BYTE, 4, 7), 0, BYTE[:, None]),
    ("quantization.qat: straight_through", (rand(3, 4), rand(3, 4)), 1, rand(3, 5)),
    ("quantization.qat: fake_quantize", (rand(3, 4), rand(3, 1), 4), 1, rand(4, 1)),
    ("quantization.quantizers: quantize round_trip", (rand(3, 4), FOUR), 0, i(3, 4)),
    ("quantization.quantizers: choose_scales", (rand(3, 4), FOUR), 0, rand(3)),
    ("quantization.quantizers: encode", (rand(3, 4), rand(3, 1), rand(3, 1), FOUR), 1, rand(4, 1)),
    ("quantization.rounding: round_to", (rand(3, 4), "bf16"), RETURN, rand(4, 3)),
    ("quantization.rounding: nearest_in", (rand(3, 4), rand(5)), 1, rand(5, 1)),
    ("sampling.beam: beam_search", WRITE | {"num_beams": 2}, "ids", i(5)),
    ("sampling.beam: best_candidates", (rand(2, 9), [Search(1, 1.0)] * 2, 2), 0, rand(9)),
    ("sampling.bench: own_text", (LLAMA, 2), RETURN, i(2, 31)),
    ("sampling.bench: theirs", (LLAMA, i(2, 5), 2, {"temperature": 0}), 1, i(5)),
    ("sampling.constrained: fill_in", WRITE | {"form": FORM}, "ids", i(5)),
    ("sampling.drafts: pair_table", (LLAMA, lambda _: EVEN, i(1, 5), 2, Generator()), 2, i(2, 5)),
    ("sampling.engine: rotate", (rand(2, 3, 5, 8), TURN), 0, rand(2, 3, 4, 8)),
    ("sampling.engine: hidden", (b(2, 3), 5, rand(1)), 0, b(3)),
    ("sampling.engine: future", (3, rand(1)), RETURN, rand(3, 4)),
    ("sampling.engine_cache: direction", (3, rand(1), 0), RETURN, rand(4)),
    ("sampling.experiment: continue_texts", (LLAMA, TEXTS, 0, {}), RETURN, i(7)),
    ("sampling.experiment: measures", (LLAMA, TEXTS, i(2, 7)), 2, i(7)),
    ("sampling.explorers_order: order_explorer", (rand(1, 9), "ab"), 0, rand(2, 9)),
    ("sampling.filters: apply_temperature top_p_filter min_p_filter "
     "sampling.nucleus: quick_top_p_filter", (rand(2, 9), 0.5), RETURN, rand(2, 8)),
    ("sampling.filters: top_k_filter peft_family.prompt: prompt_start",
     (rand(7, 4), 2), RETURN, rand(3, 4)),
    ("sampling.filters: repetition_penalty", (rand(2, 9), i(2, 3), 1.5), 1, i(3, 3)),
    ("sampling.filters: count_penalties", (rand(2, 9), i(2, 3), 1.0, 1.0), 1, i(3, 3)),
    ("sampling.filters: sample sampling.settings: greedy", (rand(2, 9),), RETURN, i(3)),
    ("sampling.generate: naive cached", WRITE, RETURN, i(2, 6)),
    ("sampling.generate: generate", WRITE | {"keep_mask": b(2, 5)}, "keep_mask", b(2, 4)),
    ("sampling.measure: entropy effective_vocabulary", (rand(2, 9),), RETURN, rand(3)),
    ("sampling.prompt: left_padding", (i(2, 5), b(2, 5), "cpu"), 1, b(2, 4)),
    ("sampling.prompt: stop_ids", ([1, 2], "cpu"), RETURN, i(2, 1)),
    ("sampling.speculative: accept_or_leftover", (rand(9), rand(9), 1, 0.5), 1, rand(8)),
    ("sampling.speculative: speculate", WRITE | DRAFT, "ids", i(2, 5)),
    ("training.losses: output_only_at", (LLAMA, i(3)), 1, i(3, 1)),
    ("training.optimisers: orthogonalize", (rand(3, 4), (3.4, -4.7, 2.0), 1), 0, rand(4)),
    ("welcome.charts: sure_and_seen",
     (nn.Linear(2, 2), partial(Generative, POINTS, CLASSES), POINTS, CLASSES, {"A": (0, 0)}),
     3, i(7)),
    ("welcome.classifier_vs_density: crescents", (6,), RETURN, (rand(6, 3), i(6))),
    ("welcome.classifier_vs_density: train_classifier", (rand(6, 2), i(6) * 0, 0, 1), 1, i(7)),
    ("welcome.classifier_vs_density: confidence", (nn.Linear(2, 2), rand(6, 2)), 1, rand(6, 3)),
    ("welcome.classifier_vs_density: far_points quantization.rotation: hadamard",
     (4,), RETURN, rand(4, 3)),
    ("lora.layer: LoraLinear.forward", (of(LINEAR), X), RETURN, OUT),
    ("quantization.int8: Int8Linear.forward", (of(LINEAR), X), RETURN, OUT),
    ("lora.layer: LowRank.merged", (of(LINEAR, 2, 4.0), rand(3, 4)), 1, rand(4)),
    ("peft_family.bottleneck: Bottleneck.forward", (of(LINEAR, 2), X), 1, LESS),
    ("peft_family.ia3: Scaled.forward", (of(LINEAR, True), X), RETURN, OUT),
    ("peft_family.tokens: NewTokens.forward", (of(nn.Embedding(9, 4), LESS), i(2, 5)), 1, i(5)),
    ("quantization.qat: QATLinear.forward", (of(LINEAR, FOUR), X), RETURN, OUT),
    ("quantization.rotation: RotatedLinear.forward", (of(LINEAR, nn.Sequential), X), RETURN, OUT),
    ("quantization.kv_cache: QuantizedLayer.update", (of(), KEY, KEY), 2, KEY[:, :, 1:]),
    ("sampling.cache: KVCache.update", (of(*CACHE), 0, KEY, KEY), 3, KEY[:, :, 1:]),
    ("sampling.cache: FixedCache.update", (of(*CACHE), 0, ONE, ONE), 2, KEY),
    ("sampling.readers: ClearReader.start", (of(LLAMA), i(2, 5), None, 8), 1, i(5)),
    ("sampling.settings: SamplingConfig.adjust", (of(), rand(2, 9)), 1, rand(9)),
    ("sampling.stops: Stops.ended", (of(None, (), None, 0), i(2, 3), b(2)), 2, b(3)),
]  # fmt: skip


def split(text):
    """`a: f g b: h` -> (a, f), (a, g), (b, h)."""
    found = re.findall(r"(\S+):((?: [\w.]+(?!\S*:))+)", text)
    return [(where, name) for where, names in found for name in names.split()]


CASES = [(*name, *row[1:]) for row in ROWS for name in split(row[0])]
# No row calls these: they train, write or take times for seconds, the shape is of what they hand
# on (`recorded`, `watch_inputs`), or they need a search under way (`read_on`).
UNCALLED = split("lora.bench: latencies pretraining.probing: question sampling.loops: read_model "
    "train_and_read attention.heads: recorded quantization.calibration: watch_inputs "
    "sampling.beam: read_on")  # fmt: skip
# They take tensors without a shape in the signature: weights, of every shape.
UNSHAPED = split("finetuning.penalties: fisher old_fisher training.checkpoint: save_tensors "
    "save_model training.devices: full_tensor lora.files: save_adapter "
    "lora.base_sample: sample_weights peft_family.inputs: in_float32 "
    "quantization.layers: stored_tensors")  # fmt: skip


def checked(function, body):
    """`body` with the shapes of the function's signature checked; its other types are not."""
    plain, signature = inspect.unwrap(function), inspect.signature(function)
    names = plain.__globals__ | KINDS | {"Tensor": Tensor}
    hints = {k: eval(h, names) for k, h in plain.__annotations__.items() if SHAPED.search(h)}

    def call(**given):
        return body(**given)

    given = [p.replace(annotation=hints.get(p.name, Any)) for p in signature.parameters.values()]
    call.__signature__ = inspect.Signature(given, return_annotation=hints.get("return", Any))
    return jaxtyped(typechecker=beartype)(call)


@pytest.mark.parametrize(("where", "name", "arguments", "place", "wrong"), CASES)
def test_a_right_call_passes_and_a_wrong_one_does_not(where, name, arguments, place, wrong):
    module = importlib.import_module(f"workbook.{where}")
    function = attrgetter(name)(module)

    def made(value):
        if not isinstance(value, partial):
            return value
        instance = attrgetter(name.split(".")[0])(module) if value.func is object else value.func
        return instance(*map(made, value.args), **value.keywords)

    bind = inspect.signature(function).bind
    bound = bind(**arguments) if isinstance(arguments, dict) else bind(*arguments)
    given = {key: made(value) for key, value in bound.arguments.items()}
    given |= given.pop(inspect.getfullargspec(inspect.unwrap(function)).varkw, {})
    checked(function, function)(**given)
    if place != RETURN:
        given[place if isinstance(place, str) else list(given)[place]] = wrong
    with pytest.raises(TypeCheckError, match="return value" if place == RETURN else "parameters"):
        checked(function, lambda **_: wrong)(**given)


@cache
def signatures():
    """(module, function) -> its signature, for public functions of modules with tensors."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        where = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(text).body if "Tensor" in text and path.stem != "exercises" else ():
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                found[where, node.name] = ast.unparse(node).partition(":\n")[0]
    return found


def test_every_annotated_function_has_a_row():
    shaped = {name for name, text in signatures().items() if SHAPED.search(text)}
    assert shaped == {*UNCALLED, *(case[:2] for case in CASES if "." not in case[1])}


def test_a_tensor_in_a_signature_has_a_shape():
    """Annotate a new function, or name it in UNSHAPED where every shape will do."""
    bare = {name for name, text in signatures().items() if "Tensor" in SHAPED.sub("", text)}
    assert bare == set(UNSHAPED)
