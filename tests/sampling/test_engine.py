"""The fast engine: the model's own numbers, always with the weights of now, or not at all."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from tiny_models import llama, prompts, theirs, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import KVCache, cache_bytes, engine, engine_cache, generate
from workbook.sampling.cache import FixedCache
from workbook.sampling.graph import GraphReader
from workbook.sampling.readers import ClearReader, open_reader, positions

SHAPES = {
    "grouped heads": {},
    "one head each": {"num_key_value_heads": 4},
    "one shared head": {"num_key_value_heads": 1},
    "tied": {"tie_word_embeddings": True},
    "other head size": {"head_dim": 12},
    "odd widths": {"intermediate_size": 61, "rms_norm_eps": 1e-3},
    "llama3 rope": {
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 500.0,
            "factor": 4.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        }
    },
}
READERS = {
    "one row": lambda model: open_reader(model, "fast", rows=1),
    "many rows": lambda model: open_reader(model, "fast", rows=4),
    "fixed places": lambda model: GraphReader(engine.FusedLlama(model, packed=False)),
    "clear": ClearReader,
}


@torch.no_grad()
def expected_logits(model, ids, keep_mask):
    """Logits `B T V` of the whole text at once, by the model itself, without any cache."""
    keep_mask = torch.ones_like(ids) if keep_mask is None else keep_mask
    places = positions(keep_mask.bool())
    return model(ids, attention_mask=keep_mask.long(), position_ids=places).logits


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("padded", [False, True])
def test_logits_are_the_models_own(shape, kind, padded):
    model, (ids, keep_mask) = llama(**SHAPES[shape]), prompts(tokens=14)
    expected = expected_logits(model, ids, keep_mask if padded else None)
    reader = READERS[kind](model)
    for start in (9, 1) if not padded else (9,):  # a prompt of one token is a prompt
        keep = keep_mask[:, :start] if padded else None
        logits = [reader.start(ids[:, :start], keep, max_seq_len=14)]
        logits += [reader.step(ids[:, at]) for at in range(start, 14)]
        ours = torch.stack(logits, 1)
        assert (ours - expected[:, start - 1 :]).abs().max() < 1e-5
    assert expected.abs().max() > 1


@pytest.mark.parametrize("kind", ["many rows", "clear"])
@pytest.mark.parametrize("padded", [False, True])
def test_reordered_rows_continue_their_own_past(kind, padded):
    model, (ids, keep_mask) = tiny("llama"), prompts()
    keep = keep_mask[:, :8] if padded else None
    reader = READERS[kind](model)
    reader.start(ids[:, :8], keep, max_seq_len=10)
    rows = torch.tensor([2, 2, 0, 3, 1, 1])  # more rows than before, some twice
    reader.reorder(rows)
    logits = reader.step(ids[rows, 8])
    expected = expected_logits(model, ids[rows], keep_mask[rows] if padded else None)[:, -1]
    assert (logits - expected).abs().max() < 1e-5


def test_where_onednn_is_missing_the_numbers_are_the_same(monkeypatch):
    model, (ids, keep_mask) = llama(), prompts()
    packed = open_reader(model, "fast", rows=4)
    monkeypatch.setattr(engine_cache, "can_pack", lambda weight: False)
    plain = open_reader(model, "fast", rows=4)
    assert plain.llama.product is engine.Transposed
    logits = [each.start(ids, keep_mask, 9) for each in (packed, plain)]
    assert (logits[0] - logits[1]).abs().max() < 1e-5


def test_onednn_is_used_where_torch_has_it():
    """Guards against a renamed private function, which would only make us slower, silently."""
    has = torch.backends.mkldnn.is_available()
    expected = engine.Packed if has else engine.Transposed
    assert open_reader(llama(), "fast", rows=4).llama.product is expected
    assert open_reader(llama(), "fast", rows=1).llama.product is engine.Transposed
    assert open_reader(llama().bfloat16(), "fast", rows=4).llama.product is engine.Transposed


@pytest.mark.parametrize("batch", [1, 5])
def test_sampled_text_equals_the_clear_readers(batch):
    model, (ids, keep_mask) = tiny("llama"), prompts(rows=batch)
    settings = {"max_new_tokens": 30, "temperature": 1.2, "top_p": 0.95, "keep_mask": keep_mask}
    texts = [
        generate(model, ids, generator=generator(4), engine=kind, **settings)
        for kind in ("clear", "fast")
    ]
    assert torch.equal(*texts)


# The weights of now.


def greedy_text(model, **settings):
    return generate(model, prompts()[0], max_new_tokens=12, temperature=0, **settings)


def by_an_optimizer(model):
    model(prompts()[0], labels=prompts()[0]).loss.backward()
    torch.optim.SGD(model.parameters(), lr=1.0).step()


def by_writing_through_data(model):
    """As PEFT does when it merges an adapter; torch's version counter does not see it."""
    weight = model.model.layers[0].mlp.down_proj.weight
    weight.data += torch.randn(weight.shape, generator=generator(1))


def by_swapping_rows(model):
    """The sum of the weights stays what it was."""
    weight = model.model.layers[1].self_attn.v_proj.weight
    weight.data = weight.data.flip(0)


def by_swapping_columns(model):
    weight = model.model.layers[1].self_attn.v_proj.weight
    weight.data = weight.data.flip(1)


def by_transposing(model):
    weight = model.model.layers[1].self_attn.o_proj.weight
    weight.data = weight.data.t().contiguous()


def by_loading(model):
    model.load_state_dict(llama(num_attention_heads=4).state_dict())
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(model.model.embed_tokens.weight.flip(0))


def by_a_new_tensor(model):
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().flip(0))


def of_a_norm(model):
    model.model.norm.weight.data *= torch.rand(32, generator=generator(2)) * 5


@pytest.mark.parametrize(
    "change",
    [
        by_an_optimizer,
        by_writing_through_data,
        by_swapping_rows,
        by_swapping_columns,
        by_transposing,
        by_loading,
        by_a_new_tensor,
        of_a_norm,
    ],
)
@pytest.mark.parametrize("rows", [1, 4])
def test_changed_weights_are_noticed(change, rows):
    """Guards against text by a model that is no more."""
    model, ids = llama(), prompts(rows=rows)[0]
    settings = {"max_new_tokens": 12, "temperature": 0}
    before = generate(model, ids, engine="fast", **settings)
    change(model)
    after = generate(model, ids, engine="fast", **settings)
    assert torch.equal(after, theirs(model, ids, max_new_tokens=12))
    assert not torch.equal(after, before)


def test_the_copies_are_made_once_and_go_with_the_model(monkeypatch):
    built = []

    def build(*arguments):
        made = engine.FusedLlama(*arguments)
        built.append(weakref.ref(made))
        return made

    monkeypatch.setattr(engine_cache, "FusedLlama", build)
    model = llama()
    for _ in range(3):
        greedy_text(model)
    assert len(built) == 1
    del model
    gc.collect()
    assert built[0]() is None


# Which models.


def with_a_hook(model):
    model.model.layers[0].mlp.register_forward_hook(lambda *_: None)


def with_a_wrapped_layer(model):
    """As PEFT puts its layers in place of the model's."""

    class Linear(torch.nn.Module):
        def __init__(self, base):
            super().__init__()
            self.base = base

        def forward(self, x):
            return self.base(x) * 0.5

    model.model.layers[1].self_attn.q_proj = Linear(model.model.layers[1].self_attn.q_proj)


def with_a_replaced_forward(model):
    """As accelerate does when it spreads a model over devices."""
    layer = model.model.layers[0].mlp
    plain = layer.forward
    layer.forward = lambda x: plain(x) * 0.5


def with_a_bias(model):
    model.model.layers[0].mlp.up_proj.bias = torch.nn.Parameter(torch.ones(64))


def with_two_dtypes(model):
    model.model.norm.weight = torch.nn.Parameter(model.model.norm.weight.detach().double())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (with_a_hook, "has a hook"),
        (with_a_wrapped_layer, "was replaced by a Linear of its own"),
        (with_a_replaced_forward, "was replaced by a LlamaMLP of its own"),
        (with_a_bias, "has a bias"),
        (with_two_dtypes, "of several kinds"),
    ],
)
def test_a_changed_model_is_refused(change, words):
    model = llama()
    assert engine_cache.unsupported_reason(model) is None
    change(model)
    assert words in engine_cache.unsupported_reason(model)
    with pytest.raises(ValueError, match=f"the fast engine cannot run this model: .*{words}"):
        greedy_text(model, engine="fast")


@pytest.mark.parametrize("change", [with_a_wrapped_layer, with_a_replaced_forward, with_a_bias])
def test_auto_takes_the_clear_road_for_it(change):
    model = llama()
    change(model)
    assert torch.equal(greedy_text(model), theirs(model, prompts()[0], max_new_tokens=12))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"hidden_act": "gelu"}, "activation"),
        ({"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}}, "rotary"),
        ({"attention_bias": True}, "has a bias"),
    ],
)
def test_another_kind_of_llama_is_refused(config, words):
    assert words in engine_cache.unsupported_reason(llama(**config))


def test_other_families_are_read_the_clear_way():
    for family in ("gpt2", "qwen2"):
        assert "not a LlamaForCausalLM" in engine_cache.unsupported_reason(tiny(family))
        assert isinstance(open_reader(tiny(family), "auto", rows=1), ClearReader)
    assert isinstance(open_reader(tiny("llama"), "auto", rows=1), engine.LlamaReader)


def test_no_second_copy_where_memory_is_short(monkeypatch):
    monkeypatch.setattr(engine_cache.memory, "free", lambda device: 100_000)
    assert "too little memory" in engine_cache.unsupported_reason(tiny("llama"))


# The cache.


def test_cache_bytes_are_those_of_the_cache():
    cache = KVCache(3, (2, 4, 10, 8), torch.zeros(0))
    total = sum(each.nbytes for each in (*cache.keys, *cache.values))
    assert cache_bytes(layers=3, heads=4, head_size=8, tokens=2 * 10) == total


def test_the_cache_returns_what_was_put():
    keys, values = torch.randn(2, 1, 2, 3, 6, 4).unbind(0)
    for kind in (KVCache, FixedCache):
        cache = kind(1, (2, 3, 6, 4), keys)
        for at in range(6):
            k, v = cache.update(0, keys[0, :, :, at : at + 1], values[0, :, :, at : at + 1])
            cache.advance(1)
            assert torch.equal(k[:, :, : at + 1], keys[0, :, :, : at + 1])
            assert torch.equal(v[:, :, : at + 1], values[0, :, :, : at + 1])


# Other number formats, and a GPU.


def test_bfloat16_is_close_to_the_models_own():
    """Rounding differs, so only the logits are compared, against what bfloat16 can promise."""
    model, (ids, keep_mask) = llama().to(torch.bfloat16), prompts()
    clear, quick = (open_reader(model, kind, rows=4) for kind in ("clear", "fast"))
    a, b = (reader.start(ids, keep_mask, 10).float() for reader in (clear, quick))
    assert b.dtype == torch.float32 and (a - b).abs().max() < 0.05 * a.abs().max()


@pytest.mark.gpu
@pytest.mark.parametrize("padded", [False, True])
def test_a_replayed_graph_gives_the_clear_readers_text(padded):
    model, (ids, keep_mask) = llama().cuda(), prompts()
    settings = {"max_new_tokens": 60, "keep_mask": keep_mask if padded else None}
    for more in ({"temperature": 0}, {"top_p": 0.9, "generator": None}):
        texts = []
        for kind in ("clear", "fast", "fast"):  # the second time with the recording of the first
            if "generator" in more:
                more["generator"] = generator(6)
            texts.append(generate(model, ids, engine=kind, **settings, **more))
        assert torch.equal(texts[0], texts[1]) and torch.equal(texts[1], texts[2])
    assert isinstance(open_reader(model, "fast", rows=4), GraphReader)
