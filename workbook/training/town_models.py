"""Makes the town's two language models from nothing: `town-lm`, then `town-instruct`.

1. Train the tokenizer on a sample of the town's text.
2. Pretrain a small Llama-layout decoder on the mixture of raw texts (`town.RAW_MIXTURE`).
3. Tune a copy of it on instructions, with the loss on the assistant's words only.
Seeded; resumable after a kill; CPU or GPU. Left out: how a run goes on, which is `fit.py`.
"""

import json
import math
import os
import shutil
from collections import deque
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.core import assets
from workbook.town import mixture
from workbook.training.tokenizer import VOCABULARY, train_tokenizer

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

    from workbook.training import FitConfig, Loss


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
    from workbook.training import fit
    from workbook.training.examples import chat_examples, raw_examples
    from workbook.training.packing import Packer

    # 1. Model and data, from the beginning; what is saved of an earlier start is read by `fit`.
    model = copy_of(start_from) if start_from else new_model(recipe, tokenizer)
    examples = (chat_examples if start_from else raw_examples)(tokenizer, recipe.seed + 1)
    packer = Packer(examples, recipe.rows, recipe.length, tokenizer.pad_token_id)
    folder = output / ".build" / recipe.name
    _claim(folder, _identity(recipe, start_from))
    # 2. The loop.
    fit(model, packer.batches(), _loss, _config(recipe, device), out=folder)
    # 3. The model, in bf16, as anyone can load it.
    if not packer.position:  # the run had ended before
        if (output / recipe.name / "recipe.json").exists():
            return
        deque(islice(packer.batches(), recipe.steps), maxlen=0)  # counts what is too long
    save_model(model, tokenizer, output / recipe.name, recipe, packer.skipped)


def _config(recipe: Recipe, device: str) -> "FitConfig":
    from workbook.training import FitConfig

    kind = device.split(":")[0]
    return FitConfig(
        steps=recipe.steps,
        optimiser="muon",
        muon_learning_rate=recipe.muon_lr,
        learning_rate=recipe.adamw_lr,
        warmup=recipe.warmup,
        decay=recipe.decay,
        seed=recipe.seed,
        log_every=50,
        save_every=SAVE_EVERY,
        precision="bfloat16" if kind == "cpu" else "auto",
        device=kind,
    )


def _loss(model, batch) -> "Loss":
    """Next-token loss over rows in which documents see each other."""
    import torch

    from workbook.training import Loss
    from workbook.training.packing import IGNORE

    ids, labels = batch  # B T
    logits = model(input_ids=ids, use_cache=False).logits  # B T V
    targets = labels[:, 1:].flatten()
    total = torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1), targets, reduction="sum"
    )
    return Loss(total, (targets != IGNORE).sum(), read=ids.numel())


def _identity(recipe: Recipe, start_from: Path | None) -> dict[str, object]:
    """What may not change between a run and its going on: all of the recipe but its length."""
    fixed = {name: value for name, value in asdict(recipe).items() if name != "tokens"}
    return fixed | {"start_from": start_from and assets.sha256(start_from / "model.safetensors")}


def _claim(folder: Path, identity: dict[str, object]) -> None:
    """Make the folder this very run's. Raises ValueError when it holds one of other settings."""
    file = folder / "identity.json"
    if file.exists():
        before = json.loads(file.read_text(encoding="utf-8"))
        changed = sorted(key for key in identity if before.get(key) != identity[key])
        if changed == ["start_from"]:  # the base was trained on: its tuned copy starts afresh
            shutil.rmtree(folder)
        elif changed:
            raise ValueError(
                f"the checkpoint of {identity['name']} was made with another {', '.join(changed)}: "
                "give the old settings, or start again with --no-resume"
            )
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")


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
