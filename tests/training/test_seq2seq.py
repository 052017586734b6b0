"""Encoder-decoders in the loop: their loss is the library's, and a killed run goes on.

Under torchrun, `python test_seq2seq.py spread FOLDER` is what two processes do.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from workbook.core.hub import loading
from workbook.core.system import known_models, memory
from workbook.training import FitConfig, fit, recipe_runs, recipes
from workbook.training.models import small_t5
from workbook.training.recipes import Finetune
from workbook.training.seq2seq import (
    Pair,
    Pairs,
    answers,
    collate_pairs,
    pair,
    seq2seq_loss,
)

QUICK = FitConfig(steps=4, device="cpu", warmup=1, learning_rate=1e-2)
SIZE = {"hidden_size": 16, "layers": 2, "heads": 2, "ffn_dim": 16}


@pytest.fixture(scope="module")
def tokenizer():
    return loading.load_tokenizer("bundled:town-lm")


def t5(tokenizer, **options):
    return small_t5(tokenizer, 1, **(SIZE | options))


def bart(tokenizer):
    """The other family: a start token that is no padding, learned positions, biases on logits."""
    from transformers import BartConfig, BartForConditionalGeneration

    torch.manual_seed(1)
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=2,
            encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
            decoder_ffn_dim=16, dropout=0.0, max_position_embeddings=64,
            pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, decoder_start_token_id=tokenizer.eos_token_id,
        )
    )  # fmt: skip
    torch.nn.init.normal_(model.final_logits_bias)
    return model


def some_pairs(count=23):
    """Token ids of uneven lengths: each answer repeats the beginning of its prompt."""
    source = torch.Generator().manual_seed(5)
    found = []
    for number in range(count):
        prompt = torch.randint(30, 200, (4 + number % 9,), generator=source).tolist()
        found.append(Pair([*prompt, 2], [*prompt[: 1 + number % 4], 2]))
    return found


# What a batch is.


def test_a_pair_has_one_end_on_either_side(tokenizer):
    found = pair(tokenizer, "Say it.", "It.")
    ids = tokenizer("Say it.")["input_ids"]
    assert found.prompt == [*ids, tokenizer.eos_token_id]
    assert tokenizer.decode(found.answer) == "It.<|end|>"


def test_a_tokenizer_that_writes_ends_itself_gets_no_second_one(tokenizer):
    """As T5's and BART's do."""

    class Ending:
        eos_token_id = 2

        def __call__(self, text=None, text_target=None, verbose=True):
            return {"input_ids": [0, 7, 8, 2] if text else [0, 9, 2]}

    assert pair(Ending(), "a", "b") == Pair([0, 7, 8, 2], [0, 9, 2])


def test_the_decoder_reads_one_place_later_than_it_answers(tokenizer):
    config = t5(tokenizer).config
    found = collate_pairs([Pair([5, 6, 2], [7, 8, 2]), Pair([9, 2], [4, 2])], config)
    assert found["ids"].tolist() == [[5, 6, 2], [9, 2, 0]]
    assert found["keep_mask"].tolist() == [[True] * 3, [True, True, False]]
    assert found["labels"].tolist() == [[7, 8, 2], [4, 2, -100]]
    assert found["decoder_ids"].tolist() == [[0, 7, 8], [0, 4, 0]]
    assert found["loss_at"].tolist() == [0, 1, 2, 3, 4] and found["read"] == 10
    config.decoder_start_token_id = None
    with pytest.raises(ValueError, match="names no decoder_start_token_id"):
        collate_pairs([Pair([2], [2])], config)


def test_every_epoch_has_all_pairs_and_prompts_of_like_length_meet(tokenizer):
    config, pairs = t5(tokenizer).config, some_pairs(40)
    batches = Pairs(pairs, 4, 99, config, seed=3)
    epochs = [[batches.batch(10 * epoch + n) for n in range(10)] for epoch in (0, 1)]
    seen = [[row[row != 0].tolist() for b in epoch for row in b["ids"]] for epoch in epochs]
    assert seen[0] != seen[1]
    assert sorted(seen[0]) == sorted(seen[1]) == sorted(each.prompt for each in pairs)
    padding = sum(int((~b["keep_mask"]).sum()) for b in epochs[0])
    assert padding < 20  # one shuffled without regard to length has about 120
    again = Pairs(pairs, 4, 99, config, seed=3).batch(13)["ids"]
    assert torch.equal(again, epochs[1][3]["ids"])


def test_pairs_that_are_too_long_are_left_out_and_counted(tokenizer):
    config = t5(tokenizer).config
    pairs = [Pair([5] * 9, [2]), Pair([5], [6] * 9), Pair([5], [2])]
    assert Pairs(pairs, 4, 8, config).skipped == 2
    with pytest.raises(ValueError, match="no prompt and answer has at most 8 tokens"):
        Pairs(pairs[:2], 4, 8, config)


# The loss.


@pytest.mark.parametrize("build", [t5, bart])
def test_the_loss_is_the_models_own(tokenizer, build):
    model = build(tokenizer).eval()
    batch = Pairs(some_pairs(), 6, 99, model.config).batch(1)
    ours = seq2seq_loss(model, batch)
    mask = batch["keep_mask"].long()
    theirs = model(input_ids=batch["ids"], attention_mask=mask, labels=batch["labels"])
    assert (ours.total / ours.tokens).item() == pytest.approx(theirs.loss.item(), rel=1e-5)
    del batch["loss_at"]  # and where the output layer sees all places
    assert seq2seq_loss(model, batch).total.item() == pytest.approx(ours.total.item(), rel=1e-5)


def test_padding_changes_nothing(tokenizer):
    model = t5(tokenizer)
    pairs = some_pairs()[:6]
    together = seq2seq_loss(model, collate_pairs(pairs, model.config))
    alone = [seq2seq_loss(model, collate_pairs([each], model.config)) for each in pairs]
    assert together.total.item() == pytest.approx(sum(a.total.item() for a in alone), rel=1e-5)
    assert int(together.tokens) == sum(int(a.tokens) for a in alone) == 19


def test_a_step_in_parts_equals_the_step_in_one(tokenizer):
    """Parts of 4, 5 and 21 tokens of answers: the mean of means would weigh them alike."""
    pairs = sorted(some_pairs()[:9], key=lambda each: len(each.answer))
    whole, parts = t5(tokenizer).double(), t5(tokenizer).double()
    config, cut = whole.config, [pairs[:2], pairs[2:4], pairs[4:]]
    one = fit(whole, [collate_pairs(pairs, config)], seq2seq_loss, QUICK, progress=False)
    batches = [collate_pairs(part, config) for part in cut]
    three = fit(parts, batches, seq2seq_loss, QUICK.replace(grad_accumulation=3), progress=False)
    assert three.losses == pytest.approx(one.losses, rel=1e-6)
    for a, b in zip(whole.parameters(), parts.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-5, atol=1e-5)


def test_the_output_layer_works_on_the_answers_only(tokenizer):
    model, rows = t5(tokenizer), []
    model.lm_head.register_forward_hook(lambda _, __, out: rows.append(out.shape[:-1].numel()))
    batch = collate_pairs([Pair([5, 2], [7] * 9), Pair([5, 2], [2])], model.config)
    seq2seq_loss(model, batch)
    assert rows == [10]  # of 18 places


# Training.


def test_it_learns_to_repeat_the_first_letter(tokenizer):
    """Of pairs of letters that it never met: the model has to look at the prompt."""
    letters = "abcdefghijklmnop"
    texts = [(f"{one} then {two}", one) for one in letters for two in letters]
    order = torch.randperm(len(texts), generator=torch.Generator().manual_seed(0)).tolist()
    held_out, train = ([texts[i] for i in part] for part in (order[:32], order[32:]))
    model = t5(tokenizer, hidden_size=32, layers=1, ffn_dim=32)
    pairs = Pairs([pair(tokenizer, *each) for each in train], 16, 40, model.config)
    config = FitConfig(steps=150, learning_rate=1e-2, device="cpu")
    fit(model, pairs, seq2seq_loss, config, progress=False)
    said = answers(model.eval(), tokenizer, [prompt for prompt, _ in held_out], 4)
    right = sum(answer == wanted for answer, (_, wanted) in zip(said, held_out, strict=True))
    assert right >= 28


def test_a_stopped_run_ends_in_the_same_weights(tokenizer, tmp_path):
    """With dropout and across epochs; guards the batches' numbers and the order within an epoch."""
    config = QUICK.replace(steps=9, save_every=4)

    def run(out, **options):
        model = t5(tokenizer, dropout=0.1)
        batches = Pairs(some_pairs(), 6, 99, model.config)
        return fit(model, batches, seq2seq_loss, config, out=out, progress=False, **options)

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", on_step=lambda record: record["step"] == 6)
    shutil.rmtree(tmp_path / "parts" / "checkpoints" / "step-00000006")  # as a kill would leave it
    parts = run(tmp_path / "parts")
    assert parts.losses == whole.losses
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, parts.model.state_dict()[name])


@pytest.mark.parametrize("change, near", [
    ({"activation_checkpointing": True}, 0),  # a block's position bias goes to the next
    ({"precision": "bfloat16"}, 0.01),
])  # fmt: skip
def test_the_settings_for_large_models_hold_here_too(tokenizer, change, near):
    def run(**changes):
        model = t5(tokenizer, dropout=0.1)
        batches = Pairs(some_pairs(), 6, 99, model.config)
        return fit(model, batches, seq2seq_loss, QUICK.replace(**changes), progress=False).losses

    assert run(**change) == pytest.approx(run(), rel=near, abs=0)


# The command.


@pytest.fixture
def small(tokenizer, tmp_path):
    """An encoder-decoder with the town's tokenizer, in a folder."""
    t5(tokenizer, dropout=0.1).save_pretrained(tmp_path / "small")
    tokenizer.save_pretrained(tmp_path / "small")
    return str(tmp_path / "small")


def test_finetune_takes_an_encoder_decoder(small, tmp_path):
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    out = str(tmp_path / "out")
    recipe = Finetune(out, small, examples=30, validation=4, families=("polite",))
    run = recipe_runs.finetune(recipe, QUICK)
    assert run.step == 4 and run.best is not None
    model = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "out" / "final")
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])
    assert len(AutoTokenizer.from_pretrained(tmp_path / "out" / "final")) == len(
        model.shared.weight
    )


def test_an_output_layer_of_its_own_stays_one(tokenizer, tmp_path):
    """FLAN-T5's is not tied to its embedding, though transformers' config of T5 says "tied"."""
    from safetensors.torch import load_file, save_file
    from transformers import AutoModelForSeq2SeqLM

    place = tmp_path / "flan"
    t5(tokenizer).save_pretrained(place)
    tokenizer.save_pretrained(place)
    weights = load_file(place / "model.safetensors")
    weights["lm_head.weight"] = torch.randn_like(weights["shared.weight"])
    save_file(weights, place / "model.safetensors", {"format": "pt"})
    recipe = Finetune(str(tmp_path / "out"), str(place), examples=20, families=("polite",))
    run = recipe_runs.finetune(recipe, QUICK)
    found = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "out" / "final")
    assert torch.equal(found.lm_head.weight, run.model.lm_head.weight)
    assert torch.equal(found.shared.weight, run.model.shared.weight)
    assert not torch.allclose(found.lm_head.weight, found.shared.weight, atol=0.1)
    moved = (found.lm_head.weight - weights["lm_head.weight"]).abs().max()
    assert 1e-4 < float(moved.detach()) < 0.1


def test_a_file_of_prompts_is_learned_and_long_rows_are_counted(small, tmp_path, capsys):
    rows = [{"prompt": f"say {i}", "completion": f"it is {i}" + " x" * (60 * (i % 9 == 0))}
            for i in range(80)]  # fmt: skip
    file = tmp_path / "own.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    recipe = Finetune(str(tmp_path / "out"), small, str(file), seq_len=40, validation=4)
    run = recipe_runs.finetune(recipe, QUICK)
    assert run.losses[-1] < run.losses[0]
    assert re.search(r"\d of \d\d exchanges are longer than 40 tokens", capsys.readouterr().out)


def test_dialogues_are_a_source_too(small, tmp_path, monkeypatch):
    rows = [{"dialogue": f"A: {i}\nB: yes", "summary": f"They say {i}."} for i in range(60)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(tmp_path / "own.jsonl"))
    recipe = Finetune(str(tmp_path / "out"), small, "dialogues", examples=60, validation=3)
    assert recipe_runs.finetune(recipe, QUICK).step == 4


@pytest.mark.slow
def test_a_killed_command_goes_on_to_the_same_file(small, tmp_path, root):
    """kill -9 while it trains, then the same command again."""
    settings = [f"model={small}", "steps=60", "examples=60", "validation=4", "save_every=5",
                'families=["polite"]', "device=cpu"]  # fmt: skip

    def call(out):
        start = [sys.executable, "-m", "workbook", "train", "finetune", *settings, f"out={out}"]
        return subprocess.Popen(start, cwd=root, stdout=subprocess.PIPE, text=True)

    out, whole = tmp_path / "out", tmp_path / "whole"
    first = call(out)
    while first.poll() is None and not (out / "checkpoints" / "step-00000005").exists():
        time.sleep(0.01)
    first.kill()
    first.communicate()
    assert first.returncode == -9
    printed = call(out).communicate()[0]
    assert "Going on from step " in printed and "60 steps" in printed
    assert call(whole).wait() == 0
    for name in ("model.safetensors", "config.json"):
        assert (out / "final" / name).read_bytes() == (whole / "final" / name).read_bytes()


def test_the_recipe_for_flan_t5_says_what_it_takes():
    """The model is the profile's; the memory in the comments is the estimate of `core.memory`."""
    file = Path(recipes.__file__).parent / "recipes" / "finetune-flan-t5.toml"
    recipe, config = recipes.read("finetune", file, ["out=x"])
    assert recipe.model == known_models.FLAN and recipe.data == "dialogues"
    assert config.steps == 3 * recipe.examples // (recipe.batch_size * config.grad_accumulation)
    shape = known_models.ENTRIES[recipe.model].shape
    fixed = memory.training(shape, "float32", 1, 1, "cuda").total
    longest = memory.saved(shape, recipe.batch_size, recipe.seq_len, 2)
    small_card = memory.training(shape, "float32", 2, recipe.seq_len, "cuda").total
    text = file.read_text(encoding="utf-8")
    stated = re.findall(r"(\d+\.\d) GB", text)
    assert stated == [f"{size / 2**30:.1f}" for size in (fixed, longest, small_card)]


# Many devices.


def spread(folder: Path) -> None:
    """The same run as whole copies and as shards, and its losses."""
    losses = {}
    for parallel in ("ddp", "fsdp"):
        model = t5(loading.load_tokenizer("bundled:town-lm"))
        batches = Pairs(some_pairs(), 4, 99, model.config)
        config = QUICK.replace(grad_accumulation=2, parallel=parallel)
        losses[parallel] = fit(model, batches, seq2seq_loss, config, progress=False).losses
    if os.environ["RANK"] == "0":
        (folder / "losses.json").write_text(json.dumps(losses), encoding="utf-8")


@pytest.mark.slow
def test_two_processes_make_the_steps_of_one(tokenizer, tmp_path, root):
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2",
         __file__, "spread", str(tmp_path)],
        capture_output=True, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{os.environ['PYTHONPATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads((tmp_path / "losses.json").read_text(encoding="utf-8"))
    model = t5(tokenizer)
    batches = Pairs(some_pairs(), 4, 99, model.config)
    alone = fit(model, batches, seq2seq_loss, QUICK.replace(grad_accumulation=2), progress=False)
    for parallel in ("ddp", "fsdp"):
        assert found[parallel] == pytest.approx(alone.losses, rel=1e-5), parallel


if __name__ == "__main__":
    spread(Path(sys.argv[2]))
