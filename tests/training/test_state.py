"""What is saved and restored: numbers, memory layout, and memory that tensors share."""

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from workbook.training import FitConfig, Loss, fit, state

QUICK = FitConfig(steps=6, device="cpu", warmup=1, save_every=3)


class Odd(nn.Module):
    """A parameter of other strides, buffers that overlap, repeat and repeat themselves."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.turned = nn.Parameter(torch.randn(6, 6).t())
        self.plain = nn.Parameter(torch.randn(6, 3))
        table = torch.randn(8, 6)
        self.register_buffer("table", table)
        self.register_buffer("part", table[:4])
        self.register_buffer("hidden", table, persistent=False)
        self.register_buffer("same", table)
        self.register_buffer("ones", torch.ones(1, 6).expand(4, 6))

    def forward(self, x):
        self.table.mul_(0.9)  # a buffer that a run changes
        return (x + self.part[0] * self.ones[0]) @ self.turned @ self.plain


def loss(model, batch) -> Loss:
    return Loss(model(batch).square().sum(), len(batch))


def batches():
    source = torch.Generator().manual_seed(1)
    return [torch.randn(5, 6, generator=source) for _ in range(QUICK.steps)]


def run(model, out=None, **options):
    return fit(model, batches(), loss, QUICK, out=out, progress=False, **options)


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_a_killed_run_ends_in_the_same_bits_whatever_the_strides(tmp_path, optimiser):
    """Moments came back contiguous: a transposed parameter ended 3.3e-3 off (pytorch #106951)."""
    config = QUICK.replace(optimiser=optimiser)
    whole, parts = Odd(), Odd()
    fit(whole, batches(), loss, config, progress=False)
    stop = lambda record: record["step"] == 3  # noqa: E731
    fit(Odd(), batches(), loss, config, out=tmp_path, progress=False, on_step=stop)
    fit(parts, batches(), loss, config, out=tmp_path, progress=False)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, parts.state_dict()[name]), name


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_moment_has_its_parameters_strides(layout):
    model = nn.Conv2d(3, 4, 2).to(memory_format=layout)
    adamw = torch.optim.AdamW(model.parameters())
    model(torch.randn(2, 3, 5, 5)).sum().backward()
    adamw.step()
    saved = state.optimiser_state(model, [adamw])
    other = torch.optim.AdamW(model.parameters())
    state.load_optimiser_state(model, [other], saved)
    for parameter, moments in adamw.state.items():
        for key, value in moments.items():
            assert torch.equal(other.state[parameter][key], value)
            assert other.state[parameter][key].stride() == value.stride()


def test_buffers_that_share_memory_are_saved_and_load_strictly(tmp_path):
    """A buffer that is a slice of another ended the run after its last step (safetensors #236)."""
    model = Odd()
    run(model, tmp_path)
    for file in (tmp_path / "final", *sorted((tmp_path / "checkpoints").iterdir())):
        assert load_file(file / "model.safetensors")["part"].shape == (4, 6)
    other = Odd()
    other.ones = other.ones.clone()  # torch itself loads no expanded tensor
    other.load_state_dict(load_file(tmp_path / "final" / "model.safetensors"))
    assert torch.equal(other.table, model.table) and not torch.equal(model.table, Odd().table)
    again = Odd()
    assert run(again, tmp_path).step == 6
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name]), name


def test_a_transformers_model_with_such_buffers_is_saved(tmp_path, tiny_llama):
    from workbook.training.checkpoint import save_model

    tiny_llama.register_buffer("wide", torch.arange(8.0))
    tiny_llama.register_buffer("narrow", tiny_llama.wide[2:5])
    save_model(tiny_llama, state.weights(tiny_llama, frozen=True), tmp_path / "final")
    assert load_file(tmp_path / "final" / "model.safetensors")["narrow"].tolist() == [2.0, 3.0, 4.0]
