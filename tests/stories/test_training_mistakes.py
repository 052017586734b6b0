"""`workbook train` and a mistake: one sentence, exit code 2, and the folder stays free."""

import json
import sys
from functools import partial

import pytest
from tiny_runs import chat_rows

from workbook import cli
from workbook.core.hub import loading
from workbook.training import checkpoint, data, recipe_runs
from workbook.training.config import FitConfig
from workbook.training.recipes import Finetune, Pretrain
from workbook.training.rows import PackedRows, make_rows, pack_rows

SHAPE = ("hidden_size=16", "layers=1", "heads=2", "ffn_dim=16", "seq_len=16", "validation=2",
         "steps=1")  # fmt: skip
CHAT = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command as the shell would, in this process: (exit code, what it said)."""

    def call(kind, *settings):
        monkeypatch.setattr(sys, "argv", ["workbook", "train", kind, *map(str, settings)])
        try:
            cli.main()
        except SystemExit as end:
            said = capsys.readouterr()
            return end.code, said.err + said.out
        return 0, capsys.readouterr().out

    return call


def refused(call, sentence, kind, *settings):
    code, said = call(kind, *settings)
    assert code == 2, said
    assert said.startswith("workbook: ") and said.count("\n") == 1, said
    assert sentence in said and "Traceback" not in said


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
@pytest.mark.parametrize("below, why", [("", "File exists"), ("/x", "Not a directory")])
def test_a_folder_that_cannot_be(call, tmp_path, kind, below, why):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    refused(call, f"cannot be written ({why})", kind, f"out={tmp_path}/taken{below}")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and /dev/null are Linux's")
@pytest.mark.parametrize("out", ["/proc/x", "/dev/null/x"])
def test_a_place_of_the_system_is_no_folder(call, out):
    refused(call, f"{out} cannot be written (", "pretrain", f"out={out}")


@pytest.mark.parametrize(
    "kind, setting, sentence",
    [
        ("pretrain", "heads=0", "heads is a whole number of at least 1, not 0."),
        ("pretrain", "layers=-1", "layers is a whole number of at least 1, not -1."),
        ("pretrain", "ffn_dim=0", "ffn_dim is a whole number of at least 1, not 0."),
        ("pretrain", "hidden_size=10", "hidden_size=10 is no even multiple of heads=3."),
        ("pretrain", "data_seed=-1", "data_seed is a whole number of at least 0, not -1."),
        ("pretrain", "packed=true", "'packed' is a setting of `finetune`, not of `pretrain`."),
        (
            "finetune",
            "hidden_size=64",
            "'hidden_size' is a setting of `pretrain`, not of `finetune`.",
        ),
        ("finetune", "betas=[1.5,0.9]", "betas are two numbers from 0 to below 1, not (1.5, 0.9)"),
        ("finetune", "data=absent.jsonl", "absent.jsonl cannot be read ("),
    ],
)
def test_a_wrong_setting(call, tmp_path, kind, setting, sentence):
    refused(call, sentence, kind, f"out={tmp_path / 'out'}", setting)
    assert not (tmp_path / "out" / "recipe.json").exists()


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_told_before_any_work(
    call, tmp_path, monkeypatch, kind, device
):
    """Guards against an hour of tokenising before the first look at the device."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(loading, "load_tokenizer", lambda _: pytest.fail("it read the tokenizer"))
    sentence = f"device={device}, but torch finds no such device here: give device=cpu."
    refused(call, sentence, kind, f"out={tmp_path}", f"device={device}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "row, sentence",
    [
        ({"messages": []}, "messages is a list of objects with the texts role and content"),
        ({"messages": "hello"}, "messages is a list of objects"),
        ({"messages": ["hello"]}, "messages is a list of objects"),
        ({"messages": [{"content": "a"}]}, "messages is a list of objects"),
        ({"messages": [{"role": "user", "content": ["a"]}]}, "messages is a list of objects"),
        ({"messages": CHAT["messages"][:1]}, "no message has the role assistant"),
        ({"prompt": 3, "completion": "x"}, "prompt is a text, not 3"),
        ({"prompt": "x", "completion": None}, "completion is a text, not None"),
        ({"prompt": "x", "completion": " "}, "completion is empty"),
        ({"prompt": "x", "completion": "\ud83d"}, "completion holds half of a surrogate pair"),
        (
            {"messages": [CHAT["messages"][0], {"role": "assistant", "content": None}]},
            "message 2: content is a text, not None",
        ),
        (
            {"messages": [CHAT["messages"][0], {"role": "assistant", "content": ""}]},
            "message 2: content is empty",
        ),
        ({"text": None}, "text is a text, not None"),
        ([], "is no object with messages or prompt and completion"),
        ({"text": 3}, "text is a text, not 3"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(call, tmp_path, row, sentence):
    file = tmp_path / "own.jsonl"
    kind = "pretrain" if "text" in row else "finetune"
    good = {"text": "a"} if "text" in row else CHAT
    file.write_text(f"{json.dumps(good)}\n{json.dumps(row)}\n", encoding="utf-8")
    code, said = call(kind, f"out={tmp_path / 'out'}", f"data={file}", "model=bundled:town-lm")
    assert code == 2 and said.startswith(f"workbook: {file}, line 2") and sentence in said
    assert not (tmp_path / "out" / "recipe.json").exists()


@pytest.mark.parametrize("name, kind", [("own.jsonl", "finetune"), ("own.txt", "pretrain")])
def test_too_few_rows_of_ones_own_are_told_as_that(call, tmp_path, name, kind):
    """Guards against "no example has 2 to 320 tokens" where a split is merely empty."""
    file = tmp_path / name
    text = "A long text. " * 99 if kind == "pretrain" else "\n".join(map(json.dumps, chat_rows(6)))
    file.write_text(text, encoding="utf-8")
    settings = [f"out={tmp_path / 'out'}", f"data={file}", "model=bundled:town-lm"]
    refused(call, f"{file} leaves nothing for ", kind, *settings)


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
def test_a_tokenizer_with_more_entries_than_the_model_has_rows(call, tmp_path, kind, tiny_llama):
    """It ended in an IndexError from inside the embedding, after the data was read."""
    tiny_llama.save_pretrained(tmp_path / "small")
    loading.load_tokenizer("base").save_pretrained(tmp_path / "small")
    sentence = "the tokenizer's ids go up to 2,047, but the model has rows for 97 ids only"
    refused(call, sentence, kind, f"out={tmp_path / 'out'}", f"model={tmp_path / 'small'}")
    assert not (tmp_path / "out" / "recipe.json").exists()


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_forty_rows_are_forty_rows_in_every_file_of_a_recipe(tmp_path, mark, end):
    """A U+2028 inside a JSON string cut the line in two, and a BOM was refused."""
    texts = [f"row {i}\u2028\u2029\u0085😀 end" for i in range(40)]
    chats = [{"prompt": text, "completion": "yes"} for text in texts]
    files = {
        "own.txt": (end * 2).join(texts),
        "raw.jsonl": end.join(json.dumps({"text": t}, ensure_ascii=False) for t in texts),
        "own.jsonl": end.join(json.dumps(chat, ensure_ascii=False) for chat in chats),
    }
    for name, text in files.items():
        file = tmp_path / name
        file.write_bytes((mark + text).encode())
        splits = ("train", "validation", "test")
        if name == "own.jsonl":
            recipe = Finetune("x", data=str(file))
            found = [c[0]["content"] for split in splits for c in data.chats(recipe, split)]
        else:
            recipe = Pretrain("x", data=str(file))
            found = [text for split in splits for text in data.raw_texts(recipe, split)]
        assert sorted(found) == sorted(texts)


def test_the_corrected_command_is_not_refused(call, tmp_path):
    """Guards against a folder that a wrong command has taken for ever."""
    text = "\n\n".join(f"Text number {i} of the town, with a few words." for i in range(60))
    (tmp_path / "own.txt").write_text(text, encoding="utf-8")
    settings = [f"data={tmp_path / 'own.txt'}", *SHAPE, "device=cpu", f"out={tmp_path / 'out'}"]
    refused(call, "the nearest is 'series'", "pretrain", *settings, "data=town", "mix={serie=1}")
    refused(call, "mix is of the town's texts", "pretrain", *settings, "mix={series=1}")
    refused(call, "seq_len is a whole number of at least 1", "pretrain", *settings, "seq_len=0")
    code, said = call("pretrain", *settings)
    assert code == 0 and "1 steps" in said
    assert call("pretrain", *settings)[0] == 0


def test_a_changed_data_file_is_noticed(tmp_path):
    file = tmp_path / "own.txt"
    file.write_text("One.", encoding="utf-8")
    recipe = Pretrain(str(tmp_path / "out"), data=str(file))
    assert recipe_runs.claim(recipe) and not recipe_runs.claim(recipe)
    file.write_text("Two.", encoding="utf-8")
    with pytest.raises(ValueError, match=r"own.txt was changed since the run in .* began"):
        recipe_runs.claim(recipe)
    noted = tmp_path / "out" / "recipe.json"
    kept = json.loads(noted.read_text(encoding="utf-8"))
    del kept["data_sha256"]  # as runs from before were noted
    noted.write_text(json.dumps(kept), encoding="utf-8")
    assert not recipe_runs.claim(recipe)
    noted.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="recipe.json is torn: delete it if the run in"):
        recipe_runs.claim(recipe)


def full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_sentence_wherever_it_is_met(tmp_path, monkeypatch):
    """When the recipe, the tokens, the log of a resumed run or the tokenizer is written."""
    import os

    import numpy as np

    from workbook.training.run_log import Journal

    tokenizer = loading.load_tokenizer("base")
    recipe = Pretrain(str(tmp_path), examples=4)
    with monkeypatch.context() as disk:
        disk.setattr(np, "save", full)
        with pytest.raises(ValueError, match=r"the disk is full .*rows was not written"):
            make_rows(
                tmp_path / "rows", partial(data.raw_rows, recipe, tokenizer, "train"), [(0, 4)]
            )
    assert not list(tmp_path.glob("*.writing"))
    with monkeypatch.context() as disk:
        disk.setattr(os, "replace", full)
        with pytest.raises(ValueError, match="the disk is full"):
            recipe_runs.claim(recipe)
        with pytest.raises(ValueError, match=r"the disk is full .*log.jsonl was not written"):
            Journal(tmp_path / "log.jsonl").go_on_from(0)
    with monkeypatch.context() as disk:
        disk.setattr(type(tokenizer), "save_pretrained", full)
        small = Pretrain(
            str(tmp_path / "out"),
            "new",
            "town",
            30,
            2,
            32,
            4,
            hidden_size=16,
            layers=1,
            heads=2,
            ffn_dim=16,
        )
        with pytest.raises(ValueError, match=r"the disk is full .*final was not written"):
            recipe_runs.pretrain(small, FitConfig(steps=1, device="cpu"))


def test_a_failure_between_two_renames_puts_the_old_one_back(tmp_path, monkeypatch):
    import os

    with checkpoint.atomic_folder(tmp_path / "x") as draft:
        (draft / "old").touch()
    real = os.replace

    def refuse(source, target):
        return full() if str(source).endswith(".writing") else real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with (
        pytest.raises(ValueError, match="the disk is full"),
        checkpoint.atomic_folder(tmp_path / "x"),
    ):
        pass
    assert [file.name for file in (tmp_path / "x").iterdir()] == ["old"]
    assert [file.name for file in tmp_path.iterdir()] == ["x"]


def test_every_row_that_is_held_out_is_judged():
    """Guards against judging full batches only: 56 of 64 chats, at 8 rows a batch."""
    from workbook.training.packing import IGNORE, Example, Rows
    from workbook.training.seq2seq import Pair, Pairs

    examples = [Example([i, 1, 2], [IGNORE, 1, 2]) for i in range(3, 14)]
    rows = Rows(examples, 4, 3, 0).all_batches()
    assert [len(batch["ids"]) for batch in rows] == [4, 4, 3]
    assert sorted(int(row[0]) for batch in rows for row in batch["ids"]) == list(range(3, 14))
    pieces = PackedRows(
        pack_rows([Example([*range(110)], [*range(110)])], 10, 0, True), 4
    ).all_batches()
    assert [len(batch["ids"]) for batch in pieces] == [4, 4, 3]
    assert [int(row[0]) for batch in pieces for row in batch["ids"]] == list(range(0, 110, 10))

    class Config:
        decoder_start_token_id = pad_token_id = 0

    pairs = Pairs(
        [Pair([i] * (i % 3 + 1), [1]) for i in range(3, 14)], 4, 9, Config()
    ).all_batches()
    assert [len(batch["ids"]) for batch in pairs] == [4, 4, 3]
    assert sorted(int(row[0]) for batch in pairs for row in batch["ids"]) == list(range(3, 14))


def test_a_chat_the_template_refuses_is_one_sentence():
    tokenizer = loading.load_tokenizer("base")
    tokenizer.chat_template = "{{ raise_exception('roles must alternate') }}"
    with pytest.raises(ValueError, match="refuses a chat of user, assistant .roles must alternate"):
        data.chat_example(tokenizer, CHAT["messages"])


def test_recipes_are_checked_wherever_they_are_made():
    with pytest.raises(ValueError, match="batch_size is a whole number of at least 1, not 0"):
        Finetune("x", batch_size=0)
    Pretrain("x", model="bundled:town-lm", hidden_size=10)  # its shape is the model's own
