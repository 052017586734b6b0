"""`fit`: what a run records and leaves, what changes nothing, and that it can go on."""

import copy

import pytest
import torch
from tiny_runs import QUICK, Counting, Tiny, examples, judge, loss, run, same
from torch import nn

from workbook.core.runs import records
from workbook.training import causal_loss, fit
from workbook.training.checkpoint import Checkpoints


def test_records_hold_what_a_run_is_judged_by(tmp_path):
    done = run(QUICK.replace(evaluate_every=3), out=tmp_path, evaluate=judge)
    assert [r["step"] for r in done.records] == [1, 2, 3, 4, 5, 6]
    assert records.read(tmp_path / "log.jsonl") == done.records
    first, third, last = done.records[0], done.records[2], done.records[-1]
    names = {"loss", "right", "learning_rate", "gradient_norm", "tokens", "tokens_per_second"}
    assert names | {"step", "memory_bytes", "seconds"} == first.keys()
    assert first["learning_rate"] == pytest.approx(5e-4) and third["learning_rate"] == 1e-3
    assert last["tokens"] == 6 * 48 and 0 <= last["right"] <= 1
    assert "evaluation_loss" in third and "evaluation_loss" not in first
    assert done.best == {"step": 6, "loss": last["evaluation_loss"]}
    assert "6 steps, 288 tokens" in done.summary() and "step 6" in done.summary()


def test_the_same_seed_trains_the_same_and_another_does_not():
    one, two, other = (run(QUICK.replace(seed=seed)).model for seed in (3, 3, 4))
    assert same(one, two) and not same(one, other)


def test_the_model_comes_back_in_the_mode_it_had():
    model = Tiny().eval()
    modes = []
    run(model=model, evaluate=lambda m: modes.append(m.training) or 1.0)
    assert modes == [False] and not model.training
    assert run(model=model.train()).model.training


@pytest.mark.parametrize(
    ("progress", "words"),
    [(True, "training:"), ("training, masked", "training, masked:"), (False, "")],
)
def test_the_bar_says_what_is_trained(progress, words, capsys):
    fit(Tiny(), Counting(), loss, QUICK, progress=progress)
    said = capsys.readouterr().out
    assert words in said and bool(said) == bool(words)


def test_frozen_parameters_stay_and_are_not_saved(tmp_path):
    model = Tiny()
    model.embed.weight.requires_grad_(False)
    before = model.embed.weight.clone()
    run(model=model, out=tmp_path)
    assert torch.equal(model.embed.weight, before)
    from safetensors.torch import load_file

    saved = load_file(Checkpoints(tmp_path / "checkpoints").newest() / "model.safetensors")
    assert "embed.weight" not in saved and "layers.0.0.weight" in saved
    assert "embed.weight" in load_file(tmp_path / "final" / "model.safetensors")
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    with pytest.raises(ValueError, match="every parameter is frozen"):
        run(model=model)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_lower_precision_trains_near_the_full_one(precision):
    full = run(QUICK.replace(steps=20, precision="float32"), Tiny(dropout=0.0))
    low = run(QUICK.replace(steps=20, precision=precision), Tiny(dropout=0.0))
    assert low.losses[-1] == pytest.approx(full.losses[-1], rel=0.03)
    assert low.losses != full.losses


def test_recomputing_activations_changes_nothing(tiny_llama):
    """Dropout included: the second forward pass draws the numbers of the first."""
    plain, saving = run(), run(QUICK.replace(activation_checkpointing=True))
    assert same(plain.model, saving.model)
    assert "forward" not in vars(saving.model.layers[0])
    twin = copy.deepcopy(tiny_llama)
    ids = torch.arange(60).view(2, 30)
    batches = [{"ids": ids, "labels": ids}]
    fit(tiny_llama, batches, causal_loss, QUICK, progress=False)
    fit(twin, batches, causal_loss, QUICK.replace(activation_checkpointing=True), progress=False)
    assert same(tiny_llama, twin) and "forward" not in vars(twin.model.layers[0])


def test_recomputing_keeps_fewer_activations():
    held = []
    for checkpointing in (False, True):
        kept = []
        with torch.autograd.graph.saved_tensors_hooks(lambda t, k=kept: k.append(t.numel()) or t,
                                                      lambda t: t):  # fmt: skip
            run(QUICK.replace(steps=1, activation_checkpointing=checkpointing))
        held.append(sum(kept))
    assert held[1] < 0.8 * held[0]


# Going on.


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_run_in_pieces_ends_in_the_same_weights(tmp_path, optimiser):
    """Guards resuming: optimiser, schedule, data position, dropout, the evaluation's own draws."""
    config = QUICK.replace(
        steps=9, optimiser=optimiser, save_every=4, evaluate_every=3, restore_best=True
    )
    whole = run(config, out=tmp_path / "whole", evaluate=judge)
    stopped = run(config, out=tmp_path / "parts", evaluate=judge, on_step=lambda r: r["step"] == 6)
    assert stopped.step == 6
    remove_end(tmp_path / "parts")
    parts = run(config, out=tmp_path / "parts", evaluate=judge)
    assert same(whole.model, parts.model) and whole.losses == parts.losses
    assert whole.best == parts.best
    assert [r["step"] for r in records.read(tmp_path / "parts" / "log.jsonl")] == list(range(1, 10))


def remove_end(out):
    """Make a run that was ended look like one that was killed after its checkpoint at step 4."""
    import shutil

    shutil.rmtree(out / "checkpoints" / "step-00000006")


def test_a_finished_run_is_not_trained_again(tmp_path):
    first = run(out=tmp_path)
    again = run(out=tmp_path)
    assert same(first.model, again.model) and again.records == first.records


def test_a_longer_run_goes_on_from_the_shorter_one(tmp_path):
    config = QUICK.replace(schedule="constant")
    run(config, out=tmp_path)
    longer = run(config.replace(steps=9), out=tmp_path)
    assert same(longer.model, run(config.replace(steps=9)).model)


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"grad_accumulation": 2}, {"optimiser": "muon"}],
    ids=lambda c: next(iter(c)),
)
def test_another_runs_folder_is_refused(tmp_path, change):
    run(out=tmp_path)
    name = next(iter(change))
    with pytest.raises(ValueError, match=rf"was made with {name}=.*another `out`"):
        run(QUICK.replace(**change), out=tmp_path)


def test_another_models_checkpoint_is_refused(tmp_path):
    run(out=tmp_path)
    with pytest.raises(ValueError, match="another model's: also has layers.0.0.bias"):
        run(model=nn.ModuleDict({"embed": nn.Embedding(31, 16)}), out=tmp_path)
    wider = Tiny()
    wider.norm = nn.LayerNorm(16, bias=False)
    with pytest.raises(ValueError, match="another model's: also has norm.bias"):
        run(model=wider, out=tmp_path)
    wider.norm = nn.LayerNorm(8)
    with pytest.raises(ValueError, match=r"another model's: norm.weight is \(16,\), not \(8,\)"):
        run(model=wider, out=tmp_path)


def test_an_iterable_is_read_up_to_where_the_run_was(tmp_path):
    def source():
        for number in range(100):
            yield Counting().batch(number)

    config = QUICK.replace(schedule="constant")
    whole = run(config, batches=source())
    run(config.replace(steps=3), batches=source(), out=tmp_path)
    parts = run(config, batches=source(), out=tmp_path)
    assert same(whole.model, parts.model)
    assert same(whole.model, run(config).model)  # and by number it is the same data
    with pytest.raises(ValueError, match="the batches ended after 2"):
        run(config, batches=iter([Counting().batch(0), Counting().batch(1)]))


@pytest.mark.slow
def test_a_compiled_model_trains_the_same_and_keeps_its_names(tiny_llama, tmp_path, monkeypatch):
    """Without a C++ compiler: torch traces the model but runs it as it is."""
    from functools import partial

    from safetensors.torch import load_file

    from workbook.training.packing import Rows

    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    rows = Rows(examples([9, 14, 22, 7, 18, 25]), 1, 40, 0)
    plain, traced = tiny_llama, copy.deepcopy(tiny_llama)
    one = fit(plain, rows, causal_loss, QUICK, progress=False)
    two = fit(traced, rows, causal_loss, QUICK.replace(compile=True), out=tmp_path, progress=False)
    assert one.losses == pytest.approx(two.losses, rel=1e-5)
    saved = load_file(Checkpoints(tmp_path / "checkpoints").newest() / "model.safetensors")
    assert saved.keys() == {name for name, _ in plain.named_parameters()}
