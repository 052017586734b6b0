"""Where a run goes on from: after harm, after an early stop, past broken folders."""

import math
import os

import pytest
import torch
from tiny_runs import Counting, Tiny, judge, loss, same, told_by_child
from torch.utils.data import DataLoader

from workbook.training import FitConfig, checkpoint, fit
from workbook.training.checkpoint import Checkpoints

QUICK = FitConfig(steps=6, device="cpu", warmup=2, schedule="constant")


def run(config=QUICK, batches=None, loss=loss, **options):
    return fit(Tiny(), batches or Counting(), loss, config, progress=False, **options)


def saved(out):
    return [folder.name for folder in Checkpoints(out / "checkpoints").all()]


def broken_at(number):
    """A loss that is no number at the call of this number."""

    def broken(model, batch, calls=[]):  # noqa: B006
        calls.append(0)
        found = loss(model, batch)
        return found._replace(total=found.total * math.nan) if len(calls) == number + 1 else found

    return broken


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# After harm.


def test_harm_leaves_the_last_checkpoint_to_go_on_from(tmp_path):
    """Guards against saving the weights that met the harm: they meet the same batch again."""
    config = QUICK.replace(steps=8, save_every=2)
    with pytest.raises(ValueError) as stopped:
        run(config, loss=broken_at(5), out=tmp_path)
    kept = tmp_path / "checkpoints" / "step-00000004"
    assert f"The last checkpoint is {kept}: lower the learning rate" in str(stopped.value)
    assert "delete that folder to go on from step-00000002." in str(stopped.value)
    assert saved(tmp_path) == ["step-00000002", "step-00000004"]
    assert same(run(config, out=tmp_path).model, run(config).model)


def test_harm_right_after_a_resume_changes_no_checkpoint(tmp_path):
    """Guards against writing over a good checkpoint with one whose random numbers moved on."""
    run(QUICK.replace(steps=4, save_every=2), out=tmp_path)
    kept = tmp_path / "checkpoints" / "step-00000004"
    before = contents(kept)
    with pytest.raises(ValueError, match="delete that folder first, to go on from step-00000002"):
        run(QUICK.replace(keep_checkpoints=1), loss=broken_at(0), out=tmp_path)
    assert contents(kept) == before and len(saved(tmp_path)) == 2
    assert same(run(out=tmp_path).model, run().model)


def test_weights_that_are_no_numbers_are_not_saved(tmp_path):
    def poison(record):
        with torch.no_grad():
            model.norm.weight.fill_(math.nan)

    model = Tiny()
    with pytest.raises(ValueError, match="step 1 .*Nothing is saved.*from the beginning"):
        fit(model, Counting(), loss, QUICK, out=tmp_path, progress=False, on_step=poison)
    assert saved(tmp_path) == []
    assert same(run(out=tmp_path).model, run().model)


def test_the_first_harm_of_a_run_without_checkpoints_saves_what_was_before(tmp_path):
    with pytest.raises(ValueError, match="delete that folder first, to go on from the beginning"):
        run(loss=broken_at(4), out=tmp_path)
    assert saved(tmp_path) == ["step-00000004"]


def test_the_sentence_names_both_learning_rates():
    with pytest.raises(ValueError, match="learning rate 0.0005, muon learning rate 0.01. The"):
        run(QUICK.replace(optimiser="muon"), loss=broken_at(0))
    first = run(QUICK.replace(optimiser="muon")).records[0]
    assert (first["learning_rate"], first["muon_learning_rate"]) == (0.0005, 0.01)
    assert "muon_learning_rate" not in run().records[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills its own forks, which Windows has not")
def test_a_kill_at_any_moment_of_a_replacement_leaves_a_whole_checkpoint(tmp_path, root):
    """Dies before each operation on the disk in turn; guards the moment between two renames."""
    found = told_by_child("replaced", tmp_path, root)
    assert len(found) > 8 and [code for code, *_ in found] == [9] * (len(found) - 1) + [0]
    assert {made for _, made, _ in found} == {"old", "new"} and found[-1][1] == "new"
    assert all(names == ["step-00000001"] for *_, names in found)


# Past broken folders.


@pytest.mark.parametrize("keep", [1, 2])
def test_a_broken_checkpoint_costs_no_good_one(tmp_path, keep):
    """Guards against pruning by number alone, where a torn later folder counts as the last."""
    run(QUICK.replace(steps=4, save_every=2), out=tmp_path)
    (tmp_path / "checkpoints" / "step-00000004" / "state.pt").write_bytes(b"torn")
    config = QUICK.replace(steps=9, save_every=1, keep_checkpoints=keep)
    with pytest.warns(UserWarning, match="step-00000004 is passed over"):
        run(config, out=tmp_path, on_step=lambda record: record["step"] == 3)
    assert saved(tmp_path) == ["step-00000002", "step-00000003", "step-00000004"][2 - keep :]
    with pytest.warns(UserWarning, match="step-00000004 is passed over"):
        assert same(run(config, out=tmp_path).model, run(config).model)


def test_what_had_stepped_aside_gets_its_place_back(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, {"w": torch.zeros(2)}, {})
    checkpoints.place(1).rename(tmp_path / "step-00000001.leaving")
    assert checkpoints.newest() == checkpoints.place(1)
    assert checkpoint.problem_of(checkpoints.place(1)) is None


# Stopped early.


def test_a_stopped_run_goes_on(tmp_path, capsys):
    """Guards against a stop that is stored for ever."""
    assert run(out=tmp_path, on_step=lambda record: record["step"] == 3).step == 3
    again = run(QUICK.replace(steps=9), out=tmp_path)
    assert again.step == 9 and same(again.model, run(QUICK.replace(steps=9)).model)
    assert "Going on from step 3 of 9" in capsys.readouterr().out
    assert run(QUICK.replace(steps=5), out=tmp_path).step == 9
    assert "Nothing to train: the run in" in capsys.readouterr().out


def test_an_early_stop_is_decided_anew_when_patience_changes(tmp_path, capsys):
    config = QUICK.replace(evaluate_every=1, patience=2)
    worse = lambda model: 1.0  # noqa: E731
    assert run(config, out=tmp_path, evaluate=worse).step == 3
    assert run(config, out=tmp_path, evaluate=worse).step == 3
    told = capsys.readouterr().out
    assert "stopped early at step 3 of 6, as nothing was better than at step 1; more pat" in told
    assert run(config.replace(patience=3), out=tmp_path, evaluate=worse).step == 4
    assert run(config.replace(patience=0), out=tmp_path, evaluate=worse).step == 6


def test_an_evaluation_that_is_no_number_is_not_the_best():
    told = iter([math.nan, 2.0, 3.0])
    done = run(QUICK.replace(evaluate_every=2, restore_best=True), evaluate=lambda _: next(told))
    assert done.best == {"step": 4, "loss": 2.0}
    for setting in ({"restore_best": True}, {"patience": 1, "evaluate_every": 1}):
        with pytest.raises(ValueError, match="restore_best and patience need an evaluation"):
            run(QUICK.replace(**setting))


# The same data again.


class Noisy(torch.utils.data.Dataset):
    """Batches that are drawn from torch's global numbers each time they are read."""

    def __len__(self):
        return 5

    def __getitem__(self, number):
        return {**Counting().batch(number), "noise": torch.rand(1)}


@pytest.mark.parametrize("split", [3, 5, 7])
def test_a_shuffling_loader_goes_on_with_the_same_data(tmp_path, split):
    """Guards against an order that hangs on how many random numbers were drawn before."""

    def noisy(model, batch):
        found = loss(model, batch)
        return found._replace(parts={"noise": batch["noise"].sum() * found.tokens})

    def part(steps, out=None):
        torch.rand(steps)  # whatever happened before
        loader = DataLoader(Noisy(), batch_size=None, shuffle=True)
        return run(QUICK.replace(steps=steps), loader, noisy, out=out, evaluate=judge)

    whole = part(9)
    part(split, tmp_path)
    parts = part(9, tmp_path)
    assert whole.losses == parts.losses and same(whole.model, parts.model)
    noise = [record["noise"] for record in parts.records]
    assert noise == [record["noise"] for record in whole.records] and len(set(noise)) == 9
    other = QUICK.replace(seed=1)
    loader = DataLoader(Noisy(), batch_size=None, shuffle=True)
    assert run(other, loader).losses != run(other, DataLoader(Noisy(), batch_size=None)).losses


# For others to load.


def test_the_final_weights_of_a_tied_model_load_plainly(tmp_path):
    from safetensors.torch import load_file

    done = run(out=tmp_path)
    other = Tiny(seed=9)
    other.load_state_dict(load_file(tmp_path / "final" / "model.safetensors"))
    assert same(other, done.model) and other.head.weight is other.embed.weight
