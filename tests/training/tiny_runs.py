"""A model, batches and a loss so small that a run takes a second; also what child processes do.

`python tiny_runs.py kills FOLDER` forks runs and kills them, `replaced FOLDER` dies at every moment
of a save, `hold FOLDER` trains until it is killed; under torchrun, `python tiny_runs.py spread
FOLDER` makes the runs that `test_devices.py` compares with those of one process.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import torch
from torch import nn

from workbook.training import FitConfig, Loss, checkpoint, fit
from workbook.training.packing import IGNORE, Example

V, C = 31, 16


def child(what: str, folder: Path, root: Path, **pipes: int) -> subprocess.Popen:
    """This file as a process of its own: `what` it is to do in a folder."""
    return subprocess.Popen(
        [sys.executable, "tests/training/tiny_runs.py", what, str(folder)],
        cwd=root, stdout=subprocess.PIPE, text=True, **pipes,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.environ['PYTHONPATH']}"},
    )  # fmt: skip


def told_by_child(what: str, folder: Path, root: Path):
    """The JSON in the last line that a child has printed; it must have ended well."""
    done = child(what, folder, root, stderr=subprocess.PIPE)
    printed, errors = done.communicate()
    assert done.returncode == 0, errors[-2000:]
    return json.loads(printed.splitlines()[-1])


class Tiny(nn.Module):
    """Embedding, two residual layers with dropout, a tied output layer."""

    def __init__(self, seed: int = 1, dropout: float = 0.1) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.embed = nn.Embedding(V, C)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(C, 2 * C), nn.GELU(), nn.Linear(2 * C, C), nn.Dropout(dropout))
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(C)
        self.head = nn.Linear(C, V, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, ids):
        x = self.embed(ids)
        for layer in self.layers:
            x = x + layer(x)
        return self.head(self.norm(x))


class Counting:
    """Batch n: rows that count upward in steps; the first n % 5 tokens carry no loss."""

    def batch(self, number: int):
        source = torch.Generator().manual_seed(number)
        start, stride = torch.randint(0, V, (2, 6, 1), generator=source)
        ids = (start + stride * torch.arange(9)) % V  # B T
        keep = torch.arange(8) >= number % 5
        return {"ids": ids, "keep": keep.expand(6, 8)}


def loss(model, batch) -> Loss:
    logits = model(batch["ids"][:, :-1])
    each = nn.functional.cross_entropy(
        logits.flatten(0, 1), batch["ids"][:, 1:].flatten(), reduction="none"
    )
    right = (logits.argmax(-1) == batch["ids"][:, 1:])[batch["keep"]].sum()
    chosen = each[batch["keep"].flatten()]
    return Loss(chosen.sum(), len(chosen), {"right": right}, read=48)


def judge(model) -> float:
    torch.rand(3)  # an evaluation that draws numbers must not change the run
    with torch.no_grad():
        found = loss(model, Counting().batch(10**6))
    return float(found.total / found.tokens)


def chat_rows(count: int) -> list[dict[str, str]]:
    """Rows of a file for fine-tuning."""
    return [{"prompt": f"Who is number {i}?", "completion": f"I am {i}."} for i in range(count)]


def same(one: nn.Module, two: nn.Module) -> bool:
    return all(
        torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    )


def examples(sizes, vocabulary: int = 97, answer_from: float = 0.5) -> list[Example]:
    """Random documents of these lengths; loss falls on what comes after the prompt's share."""
    source = torch.Generator().manual_seed(0)
    made = []
    for size in sizes:
        ids = torch.randint(3, vocabulary, (size,), generator=source).tolist()
        prompt = int(size * answer_from)
        made.append(Example(ids, [IGNORE] * prompt + ids[prompt:]))
    return made


QUICK = FitConfig(steps=6, device="cpu", warmup=2)


def run(config: FitConfig = QUICK, model=None, batches=None, **options):
    """A quick run of `fit` on the tiny model, without a progress bar."""
    model = Tiny() if model is None else model
    return fit(model, batches or Counting(), loss, config, progress=False, **options)


KILLED = FitConfig(
    steps=150, optimiser="muon", save_every=2, evaluate_every=5, device="cpu", warmup=5
)


def killed_run(folder: Path, config: FitConfig = KILLED):
    return fit(Tiny(), Counting(), loss, config, out=folder, evaluate=judge, progress=False)


def kills(folder: Path, wanted: int = 20) -> None:
    """Kill runs at random moments until there were enough kills; print what came of it."""
    moments = random.Random(int.from_bytes(os.urandom(4), "big"))
    killed_run(folder / "warm-up", KILLED.replace(steps=2))  # so that no child waits for imports
    killed = finished = 0
    while killed < wanted:
        out = folder / f"run-{finished}"
        child = os.fork()
        if child == 0:
            sys.stdout = open(os.devnull, "w", encoding="utf-8")
            killed_run(out)
            os._exit(0)
        time.sleep(moments.uniform(0.01, 0.4))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        finished += not os.WIFSIGNALED(status)
    killed_run(folder / f"run-{finished}")
    print(json.dumps({"killed": killed, "finished": finished + 1}))


def replaced(folder: Path) -> None:
    """Save a step a second time and die before the first, second, ... operation on the disk.

    Prints a list of (exit code, which of the two is there, what lies in the folder).
    """
    found = []
    for moment in count():
        checkpoints = checkpoint.Checkpoints(folder / str(moment))
        checkpoints.save(1, {"w": torch.zeros(2)}, {"made": "old"})
        child = os.fork()
        if child == 0:
            for owner, name in (
                (os, "replace"), (os, "fsync"), (os, "unlink"), (shutil, "rmtree"),
            ):  # fmt: skip
                setattr(owner, name, dying(getattr(owner, name), moment))
            checkpoints.save(1, {"w": torch.ones(2)}, {"made": "new"})
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        made = checkpoint.load(checkpoints.newest()).state["made"]
        found.append((code, made, sorted(file.name for file in checkpoints.folder.iterdir())))
        if code == 0:
            print(json.dumps(found))
            return


calls: list[int] = []


def dying(action, moment: int):
    """The action, but the process dies before the call of this number (of all such actions)."""

    def call(*given, **named):
        calls.append(1)
        if len(calls) > moment:
            os._exit(9)
        return action(*given, **named)

    return call


def hold(folder: Path) -> None:
    """Train without an end, and say when it is at work."""
    fit(Tiny(), Counting(), loss, FitConfig(steps=10**6, device="cpu"), out=folder, progress=False,
        on_step=lambda record: print("training", flush=True) or time.sleep(0.1))  # fmt: skip


def spread(folder: Path) -> None:
    """The same runs under DDP and FSDP2, and checkpoints of each taken up by the other."""
    results = {}
    base = FitConfig(steps=6, grad_accumulation=4, device="cpu", schedule="constant", save_every=3)
    for optimiser in ("adamw", "muon"):
        for parallel in ("ddp", "fsdp"):
            config = base.replace(optimiser=optimiser, parallel=parallel)
            model = Tiny(dropout=0.0)
            run = fit(model, Counting(), loss, config, out=folder / f"{optimiser}-{parallel}",
                      evaluate=judge, progress=False)  # fmt: skip
            weight = model.layers[0][0].weight
            local = weight.to_local() if parallel == "fsdp" else weight
            results[f"{optimiser}-{parallel}"] = {
                "losses": run.losses,
                "norms": [r["gradient_norm"] for r in run.records],
                "judged": run.best["loss"],
                "rows_here": local.shape[0],
                "rows": weight.shape[0],
            }
        for first, then in (("ddp", "fsdp"), ("fsdp", "ddp")):
            out = folder / f"{optimiser}-{first}-then-{then}"
            for steps, parallel in ((3, first), (6, then)):
                config = base.replace(optimiser=optimiser, parallel=parallel, steps=steps)
                run = fit(Tiny(dropout=0.0), Counting(), loss, config, out=out, progress=False)
            results[f"{optimiser}-{first}-then-{then}"] = {"losses": run.losses}
    if os.environ["RANK"] == "0":
        (folder / "results.json").write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    {"kills": kills, "replaced": replaced, "hold": hold, "spread": spread}[sys.argv[1]](
        Path(sys.argv[2])
    )
