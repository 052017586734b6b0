"""Making the town's models: the loss masks, shared rows, and killed builds that come to one end."""

import json
import os
import subprocess
import sys
import time

import pytest
import torch

from workbook.town import document
from workbook.town.texts.instructions import SKILL_CHATS, chats
from workbook.town_lm import models
from workbook.training import recipes
from workbook.training.examples import mask_prompt
from workbook.training.packing import IGNORE

TINY = ("hidden_size=32", "layers=1", "heads=2", "ffn_dim=48", "examples=120", "validation=8",
        "batch_size=2", "seq_len=256", "steps=6", "grad_accumulation=2", "warmup=1", "save_every=1",
        "log_every=1", "device=cpu", "precision=float32")  # fmt: skip
TUNED = tuple(word for word in TINY if word.split("=")[0] not in {"hidden_size", "layers", "heads",
                                                                  "ffn_dim"})  # fmt: skip


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "TOKENIZER_DOCUMENTS", 400)
        return models.make_tokenizer(tmp_path_factory.mktemp("made") / "tokenizer")


def build(folder, tokenizer) -> None:
    """Make the first model and its tuned copy, small."""
    if not (folder / models.WORK / "tokenizer").exists():
        tokenizer.save_pretrained(folder / models.WORK / "tokenizer")
    models.build(folder, ["town-lm"], TINY)
    models.build(folder, ["town-instruct"], TUNED)


@pytest.fixture(scope="module")
def built(tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    build(folder, tokenizer)
    return folder


def test_only_the_assistant_is_learned_from(tokenizer):
    for chat, _ in zip(chats(dict.fromkeys(SKILL_CHATS, 1.0)), range(60), strict=False):
        ids, labels = mask_prompt(tokenizer, chat.text)
        learned = tokenizer.decode([t for t in labels if t != IGNORE])
        said = [part.split("<|end|>")[0] for part in chat.text.split("<|assistant|>\n")[1:]]
        assert learned == "".join(f"{words}<|end|>" for words in said)
        assert all(y in (IGNORE, t) for t, y in zip(ids, labels, strict=True))


def test_the_template_writes_what_the_texts_write(tokenizer):
    """Every role, system and tool too: `chat.render_chat` and the template are two renderings."""
    roles = set()
    for chat, _ in zip(chats({"turns": 1.0, "trace": 1.0}), range(30), strict=False):
        messages = chat.fields["messages"]
        roles |= {message["role"] for message in messages}
        written = tokenizer.apply_chat_template(messages, tokenize=False)
        assert written == tokenizer.bos_token + chat.text
    assert roles == {"system", "user", "assistant", "tool"}
    with pytest.raises(Exception, match="roles are system, user"):
        tokenizer.apply_chat_template([{"role": "boss", "content": "x"}], tokenize=False)


def test_digits_stand_alone_and_marks_are_one_token(tokenizer):
    assert tokenizer.tokenize("1962") == ["1", "9", "6", "2"]
    for role in ("system", "user", "assistant", "tool"):
        assert len(tokenizer.encode(f"<|{role}|>", add_special_tokens=False)) == 1
    text = document("instruction", index=3).text
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


KILLED = """
import sys
from pathlib import Path
from workbook.town_lm import models
folder, tiny, tuned = Path(sys.argv[1]), sys.argv[2].split("|"), sys.argv[3].split("|")
models.build(folder, ["town-lm"], tiny)
models.build(folder, ["town-instruct"], tuned)
"""


def test_a_build_killed_three_times_makes_the_same_weights(built, tokenizer, tmp_path, root):
    """Killed while the base is trained, while the copy is tuned, and while it is tuned again."""
    tokenizer.save_pretrained(tmp_path / models.WORK / "tokenizer")
    call = [sys.executable, "-c", KILLED, str(tmp_path), "|".join(TINY), "|".join(TUNED)]
    work = tmp_path / models.WORK
    for name, step in (("town-lm", 2), ("town-instruct", 1), ("town-instruct", 3)):
        process = subprocess.Popen(call, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
        awaited = work / name / "checkpoints" / f"step-{step:08d}"
        while not awaited.exists():
            assert process.poll() is None, process.stderr.read().decode()
            time.sleep(0.01)
        process.kill()
        process.communicate()
    build(tmp_path, tokenizer)
    for name in ("town-lm", "town-instruct"):
        ours, theirs = (f / name / "model.safetensors" for f in (tmp_path, built))
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_model_that_is_there_is_left_alone_and_other_settings_are_refused(built, tokenizer):
    weights = built / "town-lm" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    build(built, tokenizer)
    assert weights.stat().st_mtime_ns == before
    longer = [*TINY, "steps=7", "data_seed=1"]
    with pytest.raises(ValueError, match="holds a run with data_seed=0, not 1"):
        models.build(built, ["town-lm"], longer)
    with pytest.raises(ValueError, match="no model is called 'town'; choose from town-lm"):
        models.build(built, ["town"])


def test_a_tuned_copy_starts_afresh_when_its_base_was_trained_on(tokenizer, tmp_path):
    """Guards a card that names a base which the tuned copy has never seen."""
    build(tmp_path, tokenizer)
    tuned = tmp_path / "town-instruct" / "model.safetensors"
    made = [tuned.read_bytes()]
    models.build(tmp_path, ["town-lm"], [*TINY, "steps=8"])
    for _ in range(2):  # the second time the base is the same: nothing to do
        models.build(tmp_path, ["town-instruct"], TUNED)
        made.append(tuned.read_bytes())
    assert made[0] != made[1] == made[2]


def test_a_rung_takes_over_the_rows_of_the_same_text(built):
    models.build(built, ["town-lm-0.3m"], TINY)
    work = built / models.WORK
    rows = [work / name / "rows" / "ids.npy" for name in ("town-lm", "town-lm-0.3m")]
    assert rows[0].samefile(rows[1])
    assert not (work / "town-instruct" / "rows" / "ids.npy").samefile(rows[0])


def test_the_note_tells_how_a_model_was_made(built):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    note = json.loads((built / "town-instruct" / "recipe.json").read_text(encoding="utf-8"))
    assert note["base"] == "town-lm" and note["steps"] == 6 and note["tokens"] > 1000
    assert note["mix"] == recipes.read(
        "finetune", models.FILES / "town-instruct.toml", ["out=x"]
    )[0].mix  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(built / "town-instruct")
    assert model.dtype == torch.bfloat16
    assert len(AutoTokenizer.from_pretrained(built / "town-instruct")) == model.config.vocab_size
    assert str(built) not in json.dumps(note)


@pytest.mark.parametrize("name", models.MODELS)
def test_every_recipe_of_the_town_is_sound(name):
    model = models.MODELS[name]
    given = ["out=x", *model.settings]
    recipe, config = recipes.read(model.kind, models.FILES / model.file, given)
    assert abs(sum(recipe.mix.values()) - 1) < 1e-9
    assert recipe.seq_len == 768 and config.optimiser == "muon"
    assert not model.base or models.MODELS[model.base].kind == "pretrain"
