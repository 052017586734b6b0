"""Optimisers: which parameters go to which, their learning rates, and Muon against torch's own."""

import pytest
import torch
from torch import nn

from workbook.training.config import FitConfig
from workbook.training.optimisers import (
    build_adamw,
    build_optimisers,
    make_optimisers,
    orthogonalize,
    rates,
    set_learning_rate,
)


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


def test_a_config_chooses_the_optimisers_and_their_peaks(tiny_llama):
    told = {"learning_rate": 0.5, "weight_decay": 0.25, "betas": (0.8, 0.7)}
    (adamw,) = make_optimisers(tiny_llama, FitConfig(**told))
    assert rates([adamw]) == {"learning_rate": 0.5}
    assert adamw.param_groups[0]["betas"] == (0.8, 0.7)
    assert [group["weight_decay"] for group in adamw.param_groups] == [0.25, 0.0]
    both = make_optimisers(tiny_llama, FitConfig(**told, optimiser="muon", muon_learning_rate=0.1))
    assert rates(both) == {"learning_rate": 0.5, "muon_learning_rate": 0.1}
    assert set_learning_rate(both, 0.5) == 0.25
    assert rates(both) == {"learning_rate": 0.25, "muon_learning_rate": 0.05}


def test_frozen_parameters_are_left_out_and_something_must_be_trained():
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    model[0].requires_grad_(False)
    (adamw,) = build_adamw(model, 1e-3)
    held = [p for group in adamw.param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in model[1].parameters()}
    model[1].requires_grad_(False)
    for build in (lambda: build_adamw(model, 1e-3), lambda: build_optimisers(model)):
        with pytest.raises(ValueError, match="every parameter is frozen: let some have"):
            build()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
def test_an_orthogonal_update_has_the_singular_vectors_of_the_gradient(shape):
    """Many steps of x -> 1.5 x - 0.5 x^3 end in U V^T, whatever the shape."""
    matrix = torch.randn(shape, dtype=torch.float64)
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    found = orthogonalize(matrix, (1.5, -0.5, 0.0), 60)
    assert torch.allclose(found, u @ vh, atol=1e-8)
    assert torch.equal(orthogonalize(torch.zeros(shape), (3.4, -4.8, 2.0), 5), torch.zeros(shape))
