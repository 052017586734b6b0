"""Several processes: the same run as one, whole copies or shards, and what they are refused."""

import json
import os
import subprocess
import sys

import pytest
import torch
from tiny_runs import QUICK, Counting, Tiny, judge, loss, run
from torch import nn

from workbook.training import FitConfig, fit
from workbook.training.devices import Dist, blocks, grad_sync

ONE = FitConfig(steps=6, grad_accumulation=4, device="cpu", schedule="constant")
NEAR = {"adamw": 1e-6, "muon": 1e-4}  # Muon multiplies in bfloat16


@pytest.fixture(scope="module")
def spread(tmp_path_factory):
    """What two processes under torchrun came to: run name -> losses and more."""
    root = os.getcwd()
    folder = tmp_path_factory.mktemp("spread")
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2",
         "tests/training/tiny_runs.py", "spread", str(folder)],
        capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.environ['PYTHONPATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, json.loads((folder / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def alone():
    """The same runs in this one process."""
    return {
        optimiser: fit(
            Tiny(dropout=0.0), Counting(), loss, ONE.replace(optimiser=optimiser),
            evaluate=judge, progress=False,
        )
        for optimiser in NEAR
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("parallel", ["ddp", "fsdp"])
@pytest.mark.parametrize("optimiser", NEAR)
def test_two_processes_make_the_steps_of_one(spread, alone, optimiser, parallel):
    found, expected = spread[1][f"{optimiser}-{parallel}"], alone[optimiser]
    assert found["losses"] == pytest.approx(expected.losses, rel=NEAR[optimiser])
    norms = [record["gradient_norm"] for record in expected.records]
    assert found["norms"] == pytest.approx(norms, rel=NEAR[optimiser])
    assert found["judged"] == pytest.approx(expected.best["loss"], rel=NEAR[optimiser])


@pytest.mark.slow
def test_fsdp_really_shards(spread):
    """Guards against a library that ignores FSDP on a CPU without a word."""
    assert (spread[1]["adamw-ddp"]["rows_here"], spread[1]["adamw-ddp"]["rows"]) == (32, 32)
    assert (spread[1]["adamw-fsdp"]["rows_here"], spread[1]["adamw-fsdp"]["rows"]) == (16, 32)


@pytest.mark.slow
@pytest.mark.parametrize("first, then", [("ddp", "fsdp"), ("fsdp", "ddp")])
@pytest.mark.parametrize("optimiser", NEAR)
def test_each_takes_up_the_others_checkpoint(spread, alone, optimiser, first, then):
    found = spread[1][f"{optimiser}-{first}-then-{then}"]["losses"]
    assert found == pytest.approx(alone[optimiser].losses, rel=NEAR[optimiser])


@pytest.mark.slow
def test_one_process_takes_up_what_shards_have_saved(spread, alone):
    """And the final model is whole: nobody needs two processes to load it."""
    from safetensors.torch import load_file

    folder = spread[0]
    model = Tiny(seed=9, dropout=0.0)
    done = fit(model, Counting(), loss, ONE.replace(steps=8), out=folder / "adamw-fsdp",
               progress=False)  # fmt: skip
    assert done.step == 8 and done.losses[:6] == pytest.approx(alone["adamw"].losses, rel=1e-6)
    final = load_file(folder / "adamw-ddp" / "final" / "model.safetensors")
    sharded = load_file(folder / "adamw-fsdp-then-ddp" / "final" / "model.safetensors")
    for name, tensor in final.items():
        assert torch.allclose(tensor, sharded[name], atol=1e-6)
        assert torch.allclose(tensor, alone["adamw"].model.state_dict()[name], atol=1e-6)


def test_a_compiled_model_exchanges_gradients_once_a_step_too(tmp_path, monkeypatch):
    """Guards no_sync: torch.compile wraps the model that has it."""
    from torch import distributed as dist
    from torch.nn.parallel import DistributedDataParallel

    asked = []
    real = DistributedDataParallel.no_sync
    monkeypatch.setattr(DistributedDataParallel, "no_sync", lambda m: asked.append(m) or real(m))
    dist.init_process_group("gloo", f"file://{tmp_path}/group", rank=0, world_size=1)
    try:
        plain = DistributedDataParallel(Tiny())
        for runner in (plain, torch.compile(plain, backend="eager")):
            for last in (False, False, True):
                with grad_sync(runner, plain.module, last):
                    assert plain.require_backward_grad_sync == last
    finally:
        dist.destroy_process_group()
    assert len(asked) == 4


def test_what_the_first_process_meets_all_of_them_are_told():
    """A second process, whose peer has found an error, raises the same one."""

    class Second(Dist):
        def all_gather(self, mine):
            assert mine is None
            return [ValueError("the disk is full"), mine]

    with pytest.raises(ValueError, match="the disk is full"):
        Second(torch.device("cpu"), 1, 2).on_main(lambda: pytest.fail("only the first one acts"))
    assert Dist(torch.device("cpu")).on_main(lambda: 7) == 7


def test_the_repeated_layers_are_found(tiny_llama):
    assert blocks(tiny_llama) == list(tiny_llama.model.layers)
    tiny = Tiny()
    assert blocks(tiny) == list(tiny.layers)
    assert blocks(nn.Linear(2, 2)) == []
    nested = nn.ModuleList([nn.ModuleDict({"inner": nn.ModuleList([nn.Linear(2, 2)])})] * 1)
    assert blocks(nn.ModuleDict({"outer": nested})) == [nested[0]]


@pytest.mark.parametrize("kind", ["BertModel", "T5Model", "GPT2Model"])
def test_the_layers_of_other_families_are_found(kind):
    import transformers

    small = {
        "BertModel": {"hidden_size": 8, "num_attention_heads": 2, "intermediate_size": 8,
                      "num_hidden_layers": 3, "vocab_size": 11},
        "T5Model": {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_heads": 2, "num_layers": 3,
                    "vocab_size": 11},
        "GPT2Model": {"n_embd": 8, "n_head": 2, "n_layer": 3, "vocab_size": 11},
    }[kind]  # fmt: skip
    model = getattr(transformers, kind)(getattr(transformers, kind[:-5] + "Config")(**small))
    assert len(blocks(model)) == (6 if kind == "T5Model" else 3)


def test_several_processes_must_share_the_batches_evenly(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(
        ValueError, match="grad_accumulation=3 .* by 2 processes: make it a multiple of 2"
    ):
        run(QUICK.replace(grad_accumulation=3))


def test_float16_is_refused_for_shards(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    config = QUICK.replace(grad_accumulation=2, parallel="fsdp", precision="float16")
    with pytest.raises(ValueError, match="float16 needs parallel=ddp"):
        run(config)
