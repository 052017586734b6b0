"""Sums of memory, compared with real models: their tensors, caches, optimisers, saved values."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import transformers as hf

from workbook.core.hub import assets, fits
from workbook.core.system import memory
from workbook.core.system.memory import Shape

SIZES = {"vocab_size": 500, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
GATED = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 8}
BATCH, TOKENS = 3, 40


def models():
    """A small model of each family, by name."""
    gated = {**GATED, "intermediate_size": 192, "num_key_value_heads": 2}
    encoder = {**GATED, "intermediate_size": 256}
    t5 = {"d_model": 64, "d_ff": 128, "d_kv": 8, "num_layers": 3, "num_heads": 8}
    t5 |= {"feed_forward_proj": "gated-gelu", "decoder_start_token_id": 0}
    gpt2 = {"n_embd": 64, "n_layer": 3, "n_head": 8}
    return {
        "llama": hf.LlamaForCausalLM(hf.LlamaConfig(**gated, **SIZES)),
        "qwen2": hf.Qwen2ForCausalLM(hf.Qwen2Config(**gated, **SIZES)),
        "gpt2": hf.GPT2LMHeadModel(hf.GPT2Config(**gpt2, **SIZES)),
        "t5": hf.T5ForConditionalGeneration(hf.T5Config(**t5, **SIZES)),
        "bert": hf.BertForMaskedLM(hf.BertConfig(**encoder, **SIZES)),
    }


@pytest.fixture(params=["llama", "qwen2", "gpt2", "t5", "bert"])
def model(request):
    return models()[request.param].train()


def shape(model):
    return memory.shape_of(model.config, model.num_parameters())


def ids():
    return torch.randint(3, SIZES["vocab_size"], (BATCH, TOKENS))


def test_weights_gradients_and_optimiser_are_counted_to_the_byte(model):
    estimate = memory.training(shape(model), "float32", BATCH, TOKENS)
    optimiser = torch.optim.AdamW(model.parameters())
    inputs = ids()
    model(input_ids=inputs, labels=inputs).loss.backward()
    optimiser.step()
    weights = sum(w.nbytes for w in model.parameters())
    gradients = sum(w.grad.nbytes for w in model.parameters() if w.grad is not None)
    moments = sum(
        state[name].nbytes
        for state in optimiser.state.values()
        for name in ("exp_avg", "exp_avg_sq")
    )
    assert (estimate.weights, estimate.gradients) == (weights, weights)
    assert gradients <= estimate.gradients and moments <= estimate.optimiser
    assert estimate.optimiser == 2 * weights


def test_activations_are_near_what_autograd_keeps(model):
    """An independent count: every tensor that is packed for the backward pass, once."""
    weights = {w.untyped_storage().data_ptr() for w in model.parameters()}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = (storage.nbytes(), tensor)  # held, so no address comes twice
        return tensor

    inputs = ids()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        model(input_ids=inputs, labels=inputs)
    measured = sum(size for size, _ in kept.values())
    estimate = memory.saved(shape(model), BATCH, TOKENS, 4)
    assert 0.8 < estimate / measured < 1.35


@pytest.mark.parametrize("vocabulary", [500, 4000])
def test_the_loss_takes_its_gradients_on_top_of_what_is_kept(vocabulary):
    """Logits alone: what torch holds at its peak, by its own count of live tensors."""
    from torch.distributed._tools.mem_tracker import MemTracker

    logits = torch.randn(BATCH * TOKENS, vocabulary, requires_grad=True)
    targets = torch.randint(vocabulary, (BATCH * TOKENS,))
    tracker = MemTracker()
    tracker.track_external(logits)
    with tracker:
        torch.nn.functional.cross_entropy(logits * 1, targets).backward()
    peak = tracker.get_tracker_snapshot("peak")[torch.device("cpu")]["Total"]
    without_layers = Shape(0, 0, 1, 1, 1, 1, 1, vocabulary)
    needed = memory.saved(without_layers, BATCH, TOKENS, 4)
    needed += memory.logit_gradients(without_layers, BATCH, TOKENS)
    assert peak - logits.nbytes == pytest.approx(needed, rel=0.01)
    found = memory.training(without_layers, "float32", BATCH, TOKENS)
    assert found.activations == needed


def test_the_cache_is_counted_to_the_byte():
    for name in ("llama", "qwen2", "gpt2", "t5"):
        model, inputs = models()[name].eval(), ids()
        more = {"decoder_input_ids": inputs} if name == "t5" else {}
        with torch.no_grad():
            cache = model(input_ids=inputs, use_cache=True, **more).past_key_values
        parts = [cache.self_attention_cache, cache.cross_attention_cache] if more else [cache]
        measured = sum(x.keys.nbytes + x.values.nbytes for p in parts for x in p.layers)
        assert memory.inference(shape(model), "float32", BATCH, TOKENS).cache == measured, name


def test_a_config_without_attention_has_a_shape_too():
    """Guards: a model of another kind could not be loaded, for want of a number of heads."""
    found = memory.shape_of(hf.MambaConfig(hidden_size=64, num_hidden_layers=2), 1000)
    assert (found.width, found.layers, found.parameters) == (64, 2, 1000)
    assert memory.inference(found, "float32", 1, 8).total > 4000


def test_an_encoder_keeps_no_cache():
    assert memory.inference(shape(models()["bert"]), "float32", 4, 16).cache == 0


def test_the_towns_model_weighs_what_its_header_says():
    folder = assets.path("models/town-lm")
    loaded = hf.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert fits.parameters(folder) == loaded.num_parameters()
    found = memory.shape_of(loaded.config, loaded.num_parameters())
    assert memory.inference(found, "float32", 1, 1).weights == sum(
        weight.nbytes for weight in loaded.parameters()
    )


def test_sixteen_bytes_a_weight_in_any_precision():
    """Rajbhandari et al. (2020), section 3.1: 7.5 billion weights need 120 GB of model states."""
    known = Shape(7_500_000_000, 1, 1, 1, 1, 1, 1, 1)
    for dtype in ("float32", "bfloat16", "float16"):
        found = memory.training(known, dtype, 1, 1)
        assert found.weights + found.gradients + found.optimiser == 120 * 10**9


def test_fewer_weights_to_train_cost_less_but_no_activation_goes(model):
    whole = memory.training(shape(model), "bfloat16", 8, 64)
    few = memory.training(shape(model), "bfloat16", 8, 64, trainable=1000)
    assert few.weights == whole.weights and few.activations == whole.activations
    assert few.gradients + few.optimiser == 1000 * (2 + 12)


def test_a_gpu_costs_its_context_and_all_parts_are_in_the_total():
    known = Shape(1000, 2, 8, 2, 2, 4, 16, 50)
    on_cpu, on_gpu = (memory.training(known, "float32", 2, 8, d) for d in ("cpu", "cuda"))
    assert on_gpu.total - on_cpu.total == memory.OVERHEAD["cuda"] > 0
    names = ("weights", "cache", "gradients", "optimiser", "activations", "overhead")
    assert on_gpu.total == sum(getattr(on_gpu, name) for name in names)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"dtype": "int3"}, "'int3' are not known; use float64"), ({"trainable": 2000}, "2,000 of")],
)
def test_what_makes_no_sense_is_refused(arguments, words):
    known = Shape(1000, 2, 8, 2, 2, 4, 16, 50)
    with pytest.raises(ValueError, match=words):
        memory.training(known, **{"dtype": "float32", "batch_size": 1, "seq_len": 1, **arguments})


def test_a_token_keeps_what_the_backward_pass_reads():
    """Norms 2 C in float32; 2 H D + 2 K D + 3 F + R, and the input of an adapted layer, once."""
    shape = Shape(10_000, 2, width=8, heads=2, key_heads=1, head_size=4, ffn_dim=16, vocabulary=50)
    assert memory.adapter_saved(shape, 3, ("q_proj",), 4) == 4 * (16 + 8 + 48 + 3 + 8) + 64 == 396
    assert memory.adapter_saved(shape, 3, ("q_proj", "v_proj"), 4) == 396 + 4 * 3
    assert memory.adapter_saved(shape, 3, ("down_proj",), 2) == 2 * (16 + 8 + 48 + 3 + 16) + 64
    assert memory.adapter_saved(shape, 3, ("o_proj",), 4) == 396 - 4 * 8


def test_adapters_are_counted_on_the_layers_that_are_named():
    known = Shape(1000, 2, width=8, heads=2, key_heads=1, head_size=4, ffn_dim=16, vocabulary=50)
    assert memory.adapter_weights(known, 3, ("q_proj", "k_proj")) == 2 * 3 * (16 + 12)
    whole, plain = (memory.adapter_weights(known, 3, gated=gated) for gated in (True, False))
    assert whole - plain == 2 * 3 * (8 + 16)
    with pytest.raises(ValueError, match="there is no layer 'query'; there are q_proj"):
        memory.adapter_weights(known, 3, ("query",))


def test_few_bits_are_for_the_linear_layers_alone():
    assert memory.quantized_bytes(1000, 800, 4) == 800 / 2 + 200 * 2
    assert memory.quantized_bytes(1000, 800, 32) == 4000


def test_recomputing_keeps_inputs_and_one_block():
    known = Shape(1000, 5, 8, 2, 2, 4, 16, vocabulary=0)
    block = memory.saved(replace(known, layers=1), 3, 7, 2)
    assert memory.saved(known, 3, 7, 2) == 5 * block
    assert memory.saved(known, 3, 7, 2, recompute=True) == block + 5 * 3 * 7 * 8 * 2


def test_free_memory_is_below_all_memory():
    from workbook.core.system import machine

    assert 0 < memory.free("cpu") <= machine.memory()[0]


@pytest.mark.gpu
def test_on_a_gpu_the_estimate_covers_what_is_used():
    """Half a billion random weights, run and trained: peak memory stays below the estimate."""
    config = hf.Qwen2Config(
        vocab_size=151_936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24,
        num_attention_heads=14, num_key_value_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    with torch.device("cuda"):
        model = hf.Qwen2ForCausalLM(config).to(torch.bfloat16)
    inputs = torch.randint(3, 1000, (4, 256), device="cuda")
    found = shape(model)
    torch.cuda.reset_peak_memory_stats()
    model.generate(inputs[:, :128], max_new_tokens=128, do_sample=False)
    estimate = memory.inference(found, "bfloat16", 4, 256, "cuda").total
    assert 0.5 * estimate < torch.cuda.max_memory_allocated() < estimate
    optimiser = torch.optim.AdamW(model.parameters())  # in bfloat16: 8 bytes a weight less
    torch.cuda.reset_peak_memory_stats()
    model(input_ids=inputs, labels=inputs).loss.backward()
    optimiser.step()
    estimate = memory.training(found, "bfloat16", 4, 256, "cuda").total - 8 * found.parameters
    assert 0.6 * estimate < torch.cuda.max_memory_allocated() < estimate
