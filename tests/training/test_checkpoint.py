"""Checkpoints: whole or not there, the last few kept, and nothing foreign ever loaded."""

import json
import os
import pickle
import random
import shutil
import subprocess
import sys

import pytest
import torch
from tiny_runs import Counting, Tiny, judge, killed_run, loss, same, told_by_child

from workbook.training import FitConfig, checkpoint, fit, state
from workbook.training.checkpoint import BEST, LIST, STATE, WEIGHTS, Checkpoints

CONFIG = FitConfig(steps=9, save_every=3, keep_checkpoints=3, device="cpu", warmup=2)


@pytest.fixture
def out(tmp_path):
    """A finished run with checkpoints of steps 3, 6 and 9."""
    fit(Tiny(), Counting(), loss, CONFIG, out=tmp_path, evaluate=judge, progress=False)
    return tmp_path


def go_on(out, steps=12):
    model = Tiny()
    config = CONFIG.replace(steps=steps, schedule="constant")
    return fit(model, Counting(), loss, config, out=out, evaluate=judge, progress=False)


def newest(out):
    return Checkpoints(out / "checkpoints").newest()


def steps(out):
    return [int(folder.name[5:]) for folder in Checkpoints(out / "checkpoints").all()]


def test_the_last_few_stay(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep=2)
    for step in (1, 2, 3, 4):
        checkpoints.save(step, {"w": torch.full((3,), float(step))}, {"step": step})
    assert [folder.name for folder in checkpoints.all()] == ["step-00000003", "step-00000004"]
    assert sorted(file.name for file in checkpoints.newest().iterdir()) == sorted(
        [LIST, WEIGHTS, STATE]
    )
    saved = checkpoint.load(checkpoints.newest())
    assert saved.step == 4 and saved.state == {"step": 4} and saved.best_weights is None
    assert torch.equal(saved.weights["w"], torch.full((3,), 4.0))


def test_a_checkpoint_is_complete(out):
    saved = checkpoint.load(newest(out))
    assert steps(out) == [3, 6, 9]
    assert set(saved.state) == {"optimisers", "scaler", "random", "config", "counters"}
    assert set(saved.state["random"][0]) == {"python", "numpy", "torch", "cuda"}
    assert saved.state["optimisers"]["embed.weight"].keys() == {"step", "exp_avg", "exp_avg_sq"}
    assert (
        saved.state["counters"]["step"] == 9 and saved.best_weights.keys() == saved.weights.keys()
    )
    assert "head.weight" not in saved.weights  # it is tied to the embedding, which is there once


@pytest.mark.parametrize("harm", ["cut", "flipped", "emptied", "missing"])
@pytest.mark.parametrize("name", [WEIGHTS, STATE, BEST, LIST])
def test_a_torn_checkpoint_is_passed_over_with_a_sentence(out, name, harm):
    file = newest(out) / name
    whole = file.read_bytes()
    at = whole.index(b"sha") if b"sha" in whole else len(whole) // 2
    flipped = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    file.write_bytes({"cut": whole[:-5], "flipped": flipped}.get(harm, b""))
    if harm == "missing":
        file.unlink()
    with pytest.warns(UserWarning, match="step-00000009 is passed over: .*(missing|torn)"):
        assert newest(out).name == "step-00000006"
    with pytest.raises(ValueError, match="step-00000009 cannot be used: "):
        checkpoint.load(out / "checkpoints" / "step-00000009")


def test_a_run_goes_on_from_the_one_before_a_torn_one(out, tmp_path_factory):
    expected = go_on(shutil.copytree(out, tmp_path_factory.mktemp("whole") / "run"))
    (newest(out) / STATE).write_bytes(b"torn")
    with pytest.warns(UserWarning, match="passed over: state.pt is torn or was changed"):
        done = go_on(out)
    assert [r["step"] for r in done.records] == list(range(1, 13))
    assert done.losses[:6] == expected.losses[:6]  # steps 7 to 9 come again, at a constant rate now


def test_without_a_whole_one_nothing_is_trained_over(out):
    for folder in Checkpoints(out / "checkpoints").all():
        (folder / WEIGHTS).unlink()
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="no checkpoint in .* is whole"):
        go_on(out)


def test_foreign_folders_are_refused(tmp_path):
    assert "not a checkpoint" in checkpoint.problem_of(tmp_path)
    (tmp_path / LIST).write_text('{"format": 99, "step": 1, "files": {}}', encoding="utf-8")
    assert "has format 99, and this version of the course reads 1" in checkpoint.problem_of(
        tmp_path
    )
    for text in ("[]", "3", '{"format": 1}', '{"format": 1, "files": 3}', "\x00"):
        (tmp_path / LIST).write_text(text, encoding="utf-8")
        assert checkpoint.problem_of(tmp_path)


def test_a_checkpoint_cannot_run_code(tmp_path):
    """Guards the use of weights_only: a pickle that would write a file is refused."""
    marker = tmp_path / "marker"

    class Attack:
        def __reduce__(self):
            return os.system, (f"touch {marker}",)

    folder = Checkpoints(tmp_path).place(1)
    with checkpoint.atomic_folder(folder) as draft:
        checkpoint.save_tensors(draft / WEIGHTS, {"w": torch.zeros(1)})
        (draft / STATE).write_bytes(pickle.dumps(Attack(), protocol=2))
        files = checkpoint._fingerprints(draft)  # a forger can hash, too
        listed = {"format": checkpoint.FORMAT, "step": 1, "files": files}
        (draft / LIST).write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(ValueError, match="state.pt is not one of this course"):
        checkpoint.load(folder)
    assert not marker.exists()


def test_what_a_killed_run_left_half_written_is_cleared_away(out):
    for name in ("step-00000012.writing", "step-00000003.leaving"):
        (out / "checkpoints" / name).mkdir()
        (out / "checkpoints" / name / WEIGHTS).write_bytes(b"half")
    assert newest(out).name == "step-00000009"
    assert sorted(p.name for p in (out / "checkpoints").iterdir()) == [
        "step-00000003", "step-00000006", "step-00000009",
    ]  # fmt: skip


FULL_DISK = """
import resource, sys
sys.path.insert(0, {here!r})
from tiny_runs import Counting, Tiny, loss
from workbook.training import FitConfig, fit
def limit(record):
    if record["step"] == 5:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
try:
    fit(Tiny(), Counting(), loss, FitConfig(steps=9, save_every=4, device="cpu"), out={out!r},
        progress=False, on_step=limit)
except ValueError as error:
    print(error)
"""


def test_a_full_disk_is_one_sentence_and_the_last_good_checkpoint_stays(tmp_path, root):
    """A real refusal by the system, in a child: no file may grow past 3,000 bytes any more."""
    code = FULL_DISK.format(here=str(root / "tests" / "training"), out=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.stdout.startswith("the disk is full ("), done.stderr
    assert "was not written, and what was saved before is whole; make room" in done.stdout
    assert steps(tmp_path) == [4] and newest(tmp_path).name == "step-00000004"
    assert [p.name for p in (tmp_path / "checkpoints").iterdir()] == ["step-00000004"]
    assert go_on(tmp_path).step == 12


@pytest.mark.parametrize("refused", [WEIGHTS, STATE])
def test_a_full_disk_is_told_whoever_meets_it(tmp_path, monkeypatch, refused):
    """torch reports it as a RuntimeError that hides the system's error, safetensors in words."""
    from safetensors import SafetensorError

    def no_room(*_):
        if refused == STATE:
            try:
                raise OSError(28, "No space left on device")
            except OSError:
                raise RuntimeError("unexpected pos 704 vs 598")  # noqa: B904
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, {"w": torch.zeros(2)}, {})
    monkeypatch.setattr(
        *((torch, "save") if refused == STATE else (checkpoint, "save_tensors")), no_room
    )
    with pytest.raises(ValueError, match="the disk is full"):
        checkpoints.save(2, {"w": torch.zeros(2)}, {})
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000001"]


def test_another_failure_is_not_called_a_full_disk(tmp_path):
    with pytest.raises(ZeroDivisionError), checkpoint.atomic_folder(tmp_path / "x"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_every_source_of_random_numbers_comes_back():
    import numpy as np

    def draw():
        return (
            random.random(),
            random.gauss(0, 1),
            np.random.rand(),
            np.random.randn(),
            torch.rand(1).item(),
        )

    random.gauss(0, 1), np.random.randn()  # both keep a second number for the next call
    before = state.random_state()
    first = draw()
    assert draw() != first
    state.set_random_state(before)
    assert draw() == first


@pytest.mark.slow
def test_twenty_kills_at_random_moments_change_no_bit(tmp_path, root):
    """kill -9 again and again; every run must end in the weights of one that was never killed."""
    told = told_by_child("kills", tmp_path, root)
    assert told["killed"] >= 20
    whole = killed_run(tmp_path / "whole")
    for number in range(told["finished"]):
        out = tmp_path / f"run-{number}"
        saved = checkpoint.load(newest(out))
        assert saved.step == whole.step
        again = killed_run(out)  # at its end: only read
        assert same(again.model, whole.model)
        assert again.losses == whole.losses and again.best == whole.best
        assert (out / "final" / WEIGHTS).read_bytes() == (
            tmp_path / "whole" / "final" / WEIGHTS
        ).read_bytes()
