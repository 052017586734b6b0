"""Spectra against numpy, tuning through an adapter, recorded runs, figures, explorer, benchmark."""

import numpy as np
import pytest
import torch
from tiny_lora import attached, ids, llama, logits, moved

from workbook.core.hub import load_model, load_tokenizer
from workbook.core.system.memory import shape_of
from workbook.finetuning.data import NEW, chats
from workbook.lora import adapter_parameters, bench, charts, experiment, lora_layers, merge
from workbook.lora.explorers import rank_explorer
from workbook.lora.memory import adapter_weights
from workbook.lora.spectrum import kept, low_rank, mean_kept, relative_error, spectrum, updates
from workbook.lora.tuning import step_cost, tune_lora

# Spectra.


def test_the_best_picture_of_a_rank_is_that_of_numpy():
    matrix = torch.randn(9, 6)
    u, s, vt = np.linalg.svd(matrix.numpy(), full_matrices=False)
    for rank in (1, 3, 6, 9):
        wanted = (u[:, :rank] * s[:rank]) @ vt[:rank]
        np.testing.assert_allclose(low_rank(matrix, rank).numpy(), wanted, atol=1e-5)
        error = np.linalg.norm(matrix.numpy() - wanted) / np.linalg.norm(matrix.numpy())
        assert relative_error(matrix, rank) == pytest.approx(error, abs=1e-3)
    assert kept(matrix).tolist() == pytest.approx((s**2).cumsum() / (s**2).sum(), abs=1e-5)


def test_no_other_product_of_that_rank_is_nearer():
    matrix = torch.randn(8, 8)
    best = (matrix - low_rank(matrix, 2)).norm()
    assert all((matrix - torch.randn(8, 2) @ torch.randn(2, 8)).norm() > best for _ in range(50))
    with pytest.raises(ValueError, match="at least 1"):
        low_rank(matrix, 0)


def test_the_update_of_an_adapter_has_its_rank():
    model = moved(attached())
    merge(model)
    plain = llama()
    for name, layer in lora_layers(model).items():
        plain.get_submodule(name).weight.data.copy_(layer.weight)
    changed = updates(llama(), plain)
    q = changed["model.layers.0.self_attn.q_proj"]
    assert int(torch.linalg.matrix_rank(q, atol=1e-5)) == 3
    found = spectrum("q", q)
    assert found.rank_90 <= 3 and found.singular_values[3] < 1e-5
    moved_only = {name: u for name, u in changed.items() if u.abs().max() > 0}
    assert len(moved_only) == 4 and mean_kept(moved_only, (1, 3))[3] == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="has another shape"):
        updates(llama(), llama(intermediate_size=30))


# Tuning.


@pytest.fixture(scope="module")
def town():
    return load_model("bundled:town-lm"), load_tokenizer("bundled:town-lm")


def test_tuning_learns_through_the_adapter_alone(town):
    model, tokenizer = town
    before = {n: p.clone() for n, p in model.named_parameters()}
    tuned = tune_lora(model, tokenizer, chats(NEW, 20), 8, rank=2, progress=False)
    assert tuned.losses[-1] < tuned.losses[0] - 0.3
    assert all(torch.equal(before[n], p) for n, p in model.named_parameters())
    learned = dict(tuned.model.named_parameters())
    for name, weight in before.items():
        other = name.replace("_proj.weight", "_proj.base.weight")
        assert torch.equal(learned[other], weight.float())
    assert all(layer.adapter("default").B.any() for layer in lora_layers(tuned.model).values())
    again = tune_lora(model, tokenizer, chats(NEW, 20), 8, rank=2, progress=False)
    assert again.losses == tuned.losses


def test_a_step_through_an_adapter_needs_less_memory():
    batch = {"ids": ids(rows=4, time=20), "labels": ids(rows=4, time=20)}
    full, lora = (step_cost(model, batch, 1) for model in (llama(), attached()))
    assert lora.trained == adapter_parameters(attached()) < full.trained
    assert lora.peak_bytes < full.peak_bytes
    assert lora.state_bytes == pytest.approx(lora.trained * 12, rel=0.1)


# Records.


def test_every_part_yields_its_jobs_with_names_of_their_own():
    for part, jobs in experiment.EXPERIMENT.parts.items():
        names = [job.name for job in jobs([0, 1])]
        assert len(set(names)) == len(names) > 0, part


@pytest.fixture(scope="module")
def small(town):
    """The runs of two ranks and of all weights, each a few steps long; two cases of each task."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "CASES", 2)
        patch.setattr(experiment, "OLD_SKILLS", ("sentiment",))
        patch.setattr(experiment.scored, "__defaults__", ("test", 2))
        runs = [{"seed": s, **experiment.run_rank(r, s, 2)}
                for r, seeds in ((1, 2), (4, 1), ("full", 1)) for s in range(seeds)]  # fmt: skip
        runs += [experiment.run_yardstick(name) for name in ("before", "baseline")]
        return runs, experiment.run_update(0, 2), experiment.run_rate("lora", 1e-3, 0, 2)


def test_runs_hold_what_the_figures_need(small):
    runs, update, rate = small
    lora, full = runs[0], runs[3]
    assert lora["trained"] * 4 == runs[2]["trained"] and full["trained"] == 3_049_920
    assert 0.9 < full["kept"]["64"] <= 1 and lora["example"]
    assert update["layer"] == experiment.SHOWN and set(update["rank_90"]) > {experiment.SHOWN}
    figure = charts.rank_chart(runs)
    assert [list(trace.x) for trace in figure.data] == [[1, 4]] * 3
    table = charts.quality_table(runs)
    assert list(table.index) == ["rank 1", "rank 4", "all weights", "before tuning",
                                 "baseline, no thought"]  # fmt: skip
    assert len(charts.rates_chart([rate]).data) == 1
    best = {"way": "lora", "rate": 2e-3, "new": [1.0, 1.0]}
    assert experiment.best_rates([rate, best]) == {"lora": 2e-3}


def test_the_explorer_shows_the_rank_that_is_asked_for(small, town):
    runs, update, _ = small
    shape = shape_of(town[0].config, town[0].num_parameters())
    explorer = rank_explorer(update, runs, shape)
    view = explorer.compute(rank=3, alpha=6, places="q, v")
    assert view.weights == adapter_weights(shape, 3, ("q_proj", "v_proj")) and view.scale == 2
    matrix = torch.tensor(update["thousandths"]) * update["largest"] / 1000
    assert view.error == pytest.approx(relative_error(matrix, 3), abs=1e-3)
    corner = low_rank(matrix, 3)[:40, :40]
    torch.testing.assert_close(torch.tensor(view.picture), corner)
    assert view.recorded == 1 and explorer.compute(rank=4).recorded == 4
    figure = explorer.figure(rank=64)
    assert "rank 64" in figure.layout.title.text and "rank 64" in figure.layout.meta["alt"]
    assert len(explorer.static_figure().frames) == 7
    explorer.set(rank=64)
    with pytest.raises(ValueError, match="a rank is 1 to 192 here"):
        explorer.compute(rank=200)


def test_a_figure_of_spectra_and_a_table_of_plans():
    figure = charts.spectrum_chart({"AdamW": [0.5, 0.9, 1.0]})
    assert list(figure.data[0].y) == [0.5, 0.9, 1.0]
    shape = shape_of(llama().config, 10_000)
    table = charts.memory_table({"a": (shape, 2, "nf4", 1, 16, True)})
    assert table.loc["a", "adapter"] == f"{adapter_weights(shape, 2):,}"


# The benchmark.


def test_what_the_benchmark_compares_is_the_same_and_no_larger(monkeypatch):
    monkeypatch.setattr(bench, "NEW_TOKENS", 3)
    monkeypatch.setattr("gc.collect", lambda: 0)  # before each timing; here nothing is timed
    base = llama()
    ours, theirs = bench.pair(base)
    tokens = bench.random_ids(base, 2, 8)
    torch.testing.assert_close(logits(ours, tokens), logits(theirs, tokens), atol=1e-6, rtol=0)
    rows = bench.against_peft(base, 2) + bench.serving(base, 2, 3)
    assert len(rows) == 7 and all(row.ours > 0 for row in rows)
    assert rows[1].name == "peak memory, training" and rows[1].ratio >= 0.999
