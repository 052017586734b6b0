"""The parts of training: tokenizer, packing, schedule, optimisers."""

from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from workbook.town import mixture
from workbook.training import tokenizer
from workbook.training.config import FitConfig
from workbook.training.optimisers import (
    build_adamw,
    build_optimisers,
    orthogonalize,
    rates,
    set_learning_rate,
)
from workbook.training.schedules import cosine, factor, warmup_stable_decay


@pytest.fixture(scope="module")
def small():
    texts = [d.text for d in islice(mixture(seed=1), 300)]
    return tokenizer.train_tokenizer(texts, 700)


def test_the_vocabulary_has_the_asked_size_and_the_special_tokens(small):
    assert len(small) == 700
    ids = small.convert_tokens_to_ids(list(tokenizer.SPECIAL))
    assert ids == list(range(len(tokenizer.SPECIAL)))
    assert small.pad_token_id != small.eos_token_id
    with pytest.raises(ValueError, match="at least 272 entries"):
        tokenizer.train_tokenizer(["a"], 100)


@given(text=st.text(max_size=60))
@settings(deadline=None)
def test_any_text_comes_back(small, text):
    """Byte-level: nothing is unknown, not even emoji or control characters."""
    ids = small.encode(text, add_special_tokens=False)
    assert small.decode(ids, skip_special_tokens=False) == text.encode(
        "utf-8", "surrogatepass"
    ).decode("utf-8", "replace")


def test_digits_stand_alone(small):
    tokens = small.tokenize("It is 1984 and 12.50 crowns")
    assert not any(sum(c.isdigit() for c in token) > 1 for token in tokens)


def test_the_chat_template_prints_what_the_town_writes(small):
    from workbook.town.texts.chat import render_chat

    messages = [
        {"role": "user", "content": "Who is it?"},
        {"role": "assistant", "content": "It is I."},
        {"role": "user", "content": "Who?"},
    ]
    text = small.apply_chat_template(messages, tokenize=False)
    assert text == tokenizer.BOS + render_chat(messages)
    asked = small.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert asked == text + "<|assistant|>\n"


def test_the_schedule_rises_holds_and_falls():
    factors = [warmup_stable_decay(s, 1000, warmup=100, decay_fraction=0.2) for s in range(1000)]
    assert factors[:100] == pytest.approx([(s + 1) / 100 for s in range(100)])
    assert set(factors[100:800]) == {1.0}
    assert all(a > b for a, b in zip(factors[801:980], factors[802:981], strict=True))
    assert factors[-1] == 0.02
    short = [warmup_stable_decay(s, 10, warmup=0, decay_fraction=0.5) for s in range(10)]
    assert short[5:] == [1.0, 0.8, 0.6, 0.4, 0.2]  # 1/n at the end, where that is above the floor
    assert warmup_stable_decay(9, 10, warmup=0, decay_fraction=0.5, min_lr_ratio=0.5) == 0.5
    with pytest.raises(ValueError, match="steps >= 1"):
        warmup_stable_decay(0, 0)


def test_the_cosine_rises_and_falls_to_its_floor():
    factors = [cosine(s, 100, warmup=10, min_lr_ratio=0.1) for s in range(100)]
    assert factors[:10] == pytest.approx([(s + 1) / 10 for s in range(10)])
    assert factors[10] == 1.0 and factors[99] == pytest.approx(0.1)
    assert all(a > b for a, b in zip(factors[10:], factors[11:], strict=False))
    halfway = (factors[54] + factors[55]) / 2  # between step 10 and step 99
    assert halfway == pytest.approx(0.55, abs=1e-3)
    with pytest.raises(ValueError, match="steps >= 1"):
        cosine(0, 0)


@pytest.mark.parametrize("schedule, last", [("wsd", 0.02), ("cosine", 0.02), ("constant", 1.0)])
def test_a_config_chooses_the_schedule(schedule, last):
    config = FitConfig(steps=1000, schedule=schedule, warmup=50)
    factors = [factor(step, config) for step in range(1000)]
    assert factors[0] == pytest.approx(1 / 50) and max(factors) == 1.0
    assert factors[-1] == pytest.approx(last)
    ended = factor(0, config.replace(steps=1, warmup=0))  # a run of one step is at its end
    assert ended in (1.0, 0.02)


def test_adamw_decays_matrices_only_and_ties_are_counted_once(tiny_llama):
    (adamw,) = build_adamw(tiny_llama, 1e-3, weight_decay=0.1)
    decays = {group["weight_decay"]: group["params"] for group in adamw.param_groups}
    assert all(p.ndim >= 2 for p in decays[0.1]) and all(p.ndim == 1 for p in decays[0.0])
    together = sum(map(len, decays.values()))
    assert together == len(list(tiny_llama.parameters()))


def test_tied_and_learned_tables_stay_out_of_muon():
    """Names differ from model to model: a table is known by its kind, not by its name."""
    model = nn.ModuleDict({
        "tokens": nn.Embedding(11, 8), "inside": nn.Linear(8, 8), "outward": nn.Linear(8, 11),
    })  # fmt: skip
    for rest in (4, 3):  # the table, the output layer and two biases; then the first two are one
        muon, adamw = build_optimisers(model)
        assert [p is model["inside"].weight for p in muon.param_groups[0]["params"]] == [True]
        assert len(adamw.param_groups[0]["params"]) == rest
        model["outward"].weight = model["tokens"].weight


def test_muon_gets_the_hidden_matrices_and_adamw_the_rest(tiny_llama):
    muon, adamw = build_optimisers(tiny_llama)
    names = {id(p): n for n, p in tiny_llama.named_parameters()}
    in_muon = {names[id(p)] for g in muon.param_groups for p in g["params"]}
    in_adamw = {names[id(p)] for g in adamw.param_groups for p in g["params"]}
    assert in_muon | in_adamw == set(names.values()) and not in_muon & in_adamw
    assert all("proj" in n for n in in_muon)
    assert any("embed" in n for n in in_adamw) and any("norm" in n for n in in_adamw)
    set_learning_rate([muon, adamw], 0.5)
    assert muon.param_groups[0]["lr"] == pytest.approx(0.01)
    set_learning_rate([muon, adamw], 0.5)  # factors are of the peak, they do not pile up
    assert muon.param_groups[0]["lr"] == pytest.approx(0.01)


@pytest.mark.parametrize("shape", [(24, 24), (64, 24), (24, 64)])
def test_muon_on_a_cpu_steps_as_torchs_does(shape):
    """Torch's Muon rounds to bfloat16 inside, which is 20 times slower on most CPUs."""
    torch.manual_seed(0)
    ours, theirs = (nn.Linear(*shape, bias=False) for _ in range(2))
    start = ours.weight.detach().clone()
    theirs.load_state_dict(ours.state_dict())
    (mine,) = build_optimisers(ours, 0.05, weight_decay=0.1)
    peer = torch.optim.Muon(theirs.parameters(), lr=0.05, momentum=0.95, weight_decay=0.1)
    for _ in range(3):
        gradient = torch.randn_like(start)
        ours.weight.grad, theirs.weight.grad = gradient, gradient.clone()
        mine.step(), peer.step()
    moved = (theirs.weight - start).norm()
    assert (ours.weight - theirs.weight).norm() < 0.03 * moved  # bfloat16 holds 3 digits
    (state,), (known,) = mine.state.values(), peer.state.values()
    assert state.keys() == known.keys()
    assert torch.allclose(state["momentum_buffer"], known["momentum_buffer"])


def test_singular_values_come_near_one():
    matrix = torch.linspace(0.1, 1, 20).diag() @ torch.linalg.qr(torch.randn(20, 20))[0]
    values = torch.linalg.svdvals(orthogonalize(matrix, (3.4445, -4.7750, 2.0315), 5))
    assert 0.6 < values.min() and values.max() < 1.3


def test_an_old_torch_without_muon_is_told(tiny_llama, monkeypatch):
    monkeypatch.delattr(torch.optim, "Muon")
    with pytest.raises(ValueError, match="Muon needs torch 2.9 or newer"):
        build_optimisers(tiny_llama)
    assert rates(build_adamw(tiny_llama, 0.5)) == {"learning_rate": 0.5}
