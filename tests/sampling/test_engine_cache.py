"""When the fast engine is used: with the weights of now, for a plain Llama, or not at all."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch
from tiny_models import llama, prompts, theirs, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import engine, engine_cache, generate


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


CHANGES = (
    by_an_optimizer, by_writing_through_data, by_swapping_rows, by_swapping_columns,
    by_transposing, by_loading, by_a_new_tensor, of_a_norm,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
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


def test_no_second_copy_where_memory_is_short(monkeypatch):
    monkeypatch.setattr(engine_cache.memory, "free", lambda device: 100_000)
    assert "too little memory" in engine_cache.unsupported_reason(tiny("llama"))
