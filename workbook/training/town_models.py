"""Makes the town's two language models from nothing: `town-lm`, then `town-instruct`.

1. Train the tokenizer on a sample of the town's text.
2. Pretrain a small Llama-layout decoder on the mixture of raw texts (`town.RAW_MIXTURE`).
3. Tune a copy of it on instructions, with the loss on the assistant's words only.
Seeded; resumable after a kill; CPU or GPU. Left out: several devices, gradient accumulation and
validation during training.
"""

import json
import math
import os
import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core import assets, records
from workbook.town import mixture
from workbook.training.tokenizer import VOCABULARY, train_tokenizer

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast


@dataclass(frozen=True)
class Recipe:
    """One training run. The defaults are those of the bundled `town-lm`."""

    name: str = "town-lm"
    tokens: float = 17e6  # token budget, padding included
    rows: int = 12  # rows of a batch
    length: int = 320  # tokens of a row; longer documents are left out
    muon_lr: float = 0.02
    adamw_lr: float = 4e-3
    warmup: int = 100  # steps
    decay: float = 0.2  # share of the run at the end in which the learning rate falls
    hidden: int = 192
    layers: int = 6
    heads: int = 3
    inner: int = 512  # width of the feed-forward layer
    seed: int = 0

    @property
    def steps(self) -> int:
        return max(1, math.ceil(self.tokens / (self.rows * self.length)))


SAVE_EVERY = 250  # steps between checkpoints
TOKENIZER_DOCUMENTS = 12_000  # the tokenizer is trained on
INSTRUCT = Recipe(name="town-instruct", tokens=11.5e6, adamw_lr=2e-3, decay=0.5)


def build(
    output: Path,
    tokens: float = Recipe.tokens,
    instruct_tokens: float = INSTRUCT.tokens,
    seed: int = 0,
    device: str = "cpu",
    resume: bool = True,
) -> None:
    """Make both models under `output`, going on from checkpoints in `output/.build` if any.

    A larger budget prolongs a run that has ended; where town-lm was prolonged, town-instruct is
    tuned afresh. Raises ValueError where the checkpoints were made with other settings.
    """
    work = output / ".build"
    if not resume:
        shutil.rmtree(work, ignore_errors=True)
    tokenizer = _tokenizer(work)
    base = Recipe(tokens=tokens, seed=seed)
    train(base, tokenizer, output, device)
    tuned = replace(INSTRUCT, tokens=instruct_tokens, seed=seed)
    train(tuned, tokenizer, output, device, start_from=output / base.name)


def _tokenizer(work: Path) -> "PreTrainedTokenizerFast":
    """The tokenizer, trained once and kept beside the checkpoints."""
    from transformers import AutoTokenizer

    folder = work / "tokenizer"
    if not (folder / "tokenizer.json").exists():
        source = mixture(seed=90_001)
        texts = (next(source).text for _ in range(TOKENIZER_DOCUMENTS))
        train_tokenizer(texts, VOCABULARY).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def new_model(recipe: Recipe, tokenizer: "PreTrainedTokenizerFast") -> "LlamaForCausalLM":
    """A random-weight Llama-layout model of the recipe's size."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(recipe.seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden,
        intermediate_size=recipe.inner,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        attn_implementation="eager",  # faster than the fused kernel for short rows on a CPU
    )
    return LlamaForCausalLM(config)


def copy_of(folder: Path) -> "LlamaForCausalLM":
    """The model of a folder in float32, ready to be trained on."""
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )


def train(
    recipe: Recipe,
    tokenizer: "PreTrainedTokenizerFast",
    output: Path,
    device: str = "cpu",
    start_from: Path | None = None,
) -> None:
    """Run one recipe to its end, or go on with it, and save the model under `output/name`."""
    from tqdm import tqdm

    from workbook.training.checkpoint import load_checkpoint, save_checkpoint
    from workbook.training.examples import chat_examples, raw_examples
    from workbook.training.optimisers import build_optimisers
    from workbook.training.packing import Packer

    # 1. Model, optimisers and data, as they were or new.
    model = copy_of(start_from) if start_from else new_model(recipe, tokenizer)
    model.to(device).train()
    optimisers = build_optimisers(model, recipe.muon_lr, recipe.adamw_lr)
    examples = (chat_examples if start_from else raw_examples)(tokenizer, recipe.seed + 1)
    packer = Packer(examples, recipe.rows, recipe.length, tokenizer.pad_token_id)
    path = output / ".build" / f"{recipe.name}.pt"
    identity = _identity(recipe, start_from)
    step = _restore(_own(load_checkpoint(path, device), identity), model, optimisers, packer)
    # 2. The loop.
    batches, started, log = packer.batches(), time.time(), output / ".build" / "log.jsonl"
    bar = tqdm(total=recipe.steps, initial=step, desc=recipe.name, unit="step", mininterval=10)
    while step < recipe.steps:
        loss = _step(model, optimisers, next(batches), step, recipe, device)
        step += 1
        bar.update()
        if step % 50 == 0 or step == recipe.steps:
            seen = step * recipe.rows * recipe.length
            bar.set_postfix(loss=f"{loss:.3f}")
            entry = {"run": recipe.name, "step": step, "tokens": seen, "loss": loss}
            records.append(log, entry | {"seconds": time.time() - started})
        if step % SAVE_EVERY == 0 or step == recipe.steps:
            state = _state(model, optimisers, packer, step)
            save_checkpoint(path, state | {"identity": identity})
    bar.close()
    # 3. The model, in bf16, as anyone can load it.
    save_model(model, tokenizer, output / recipe.name, recipe, packer.skipped)


def _step(model, optimisers, batch, step: int, recipe: Recipe, device: str) -> float:
    """One update of the weights; returns the loss in nats a token."""
    import torch

    from workbook.training.optimisers import set_learning_rate, warmup_stable_decay

    factor = warmup_stable_decay(step, recipe.steps, recipe.warmup, recipe.decay)
    set_learning_rate(optimisers, factor)
    ids, labels = (part.to(device) for part in batch)  # B T
    kind = device.split(":")[0]
    fast = kind == "cpu" or (kind == "cuda" and torch.cuda.is_bf16_supported(False))
    with torch.autocast(kind, torch.bfloat16, enabled=fast):
        logits = model(input_ids=ids, use_cache=False).logits  # B T V
    loss = torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1), labels[:, 1:].flatten()
    )
    if not torch.isfinite(loss):
        raise RuntimeError(f"the loss is {loss.item()} at step {step}; lower the learning rate")
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    return loss.item()


def _state(model, optimisers, packer, step: int) -> dict[str, object]:
    return {
        "step": step,
        "model": model.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
        "packer": packer.state(),
    }


def _identity(recipe: Recipe, start_from: Path | None) -> dict[str, object]:
    """What may not change between a run and its going on: all of the recipe but its length."""
    fixed = {name: value for name, value in asdict(recipe).items() if name != "tokens"}
    return fixed | {"start_from": start_from and assets.sha256(start_from / "model.safetensors")}


def _own(state: dict[str, object] | None, identity: dict[str, object]) -> dict[str, object] | None:
    """The saved state, if it is of this very run; None if there is none, or the base is new."""
    if state is None or state["identity"] == identity:
        return state
    changed = sorted(k for k in identity if state["identity"].get(k) != identity[k])
    if changed == ["start_from"]:  # the base was trained on: its tuned copy starts afresh
        return None
    raise ValueError(
        f"the checkpoint of {identity['name']} was made with another {', '.join(changed)}: "
        "give the old settings, or start again with --no-resume"
    )


def _restore(state, model, optimisers, packer) -> int:
    """Put a saved state back; returns the step it was saved at (0 without one)."""
    if state is None:
        return 0
    model.load_state_dict(state["model"])
    for optimiser, saved in zip(optimisers, state["optimisers"], strict=True):
        optimiser.load_state_dict(saved)
    packer.restore(state["packer"])
    return state["step"]


def save_model(model, tokenizer, folder: Path, recipe: Recipe, skipped: int) -> None:
    """Write weights (bf16 safetensors), configuration, tokenizer and a note of how it was made."""
    import copy

    import torch

    small = copy.deepcopy(model).to("cpu", torch.bfloat16)
    small.set_attn_implementation("sdpa")
    small.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    note = asdict(recipe) | {"steps": recipe.steps, "documents_too_long": skipped}
    note["threads"] = os.environ.get("OMP_NUM_THREADS", "")
    text = json.dumps(note, indent=2, sort_keys=True) + "\n"
    (folder / "recipe.json").write_text(text, encoding="utf-8")
