"""The texts of a recipe: read from the town or a file, dealt out to splits, packed into rows."""

import copy
import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from workbook.core.hub import loading
from workbook.town import stream
from workbook.training import data
from workbook.training.recipes import Finetune, Pretrain
from workbook.training.tokenizer import CHAT_TEMPLATE


@pytest.fixture(scope="module")
def tokenizer():
    return loading.load_tokenizer("base")


@pytest.mark.parametrize("name, line", [
    ("chats.jsonl", {"messages": [{"role": "user", "content": "{i}?"},
                                  {"role": "assistant", "content": "{i}!"}]}),
    ("pairs.jsonl", {"prompt": "{i}?", "completion": "{i}!"}),
])  # fmt: skip
def test_files_of_chats_are_dealt_out_without_a_row_lost(tmp_path, name, line):
    text = "\n".join(json.dumps(line).replace("{i}", str(i)) for i in range(200))
    (tmp_path / name).write_text(text + "\n\n", encoding="utf-8")
    recipe = Finetune("x", data=str(tmp_path / name), examples=1000)
    splits = [list(data.chats(recipe, split)) for split in ("train", "validation", "test")]
    said = [chat[1]["content"] for split in splits for chat in split]
    assert sorted(said) == sorted(f"{i}!" for i in range(200))
    assert len(splits[0]) > 130 and len(splits[1]) > 5
    assert len(list(data.chats(replace(recipe, examples=7)))) == 7


def test_files_of_text_are_read(tmp_path):
    (tmp_path / "a.txt").write_text("One.\nTwo.\n\nThree.\n\n\nFour.", encoding="utf-8")
    rows = [{"text": "One.\nTwo."}, {"text": "Three."}, {"text": "Four."}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    for name in ("a.txt", "a.jsonl"):
        recipe = Pretrain("x", data=str(tmp_path / name))
        found = [t for s in ("train", "validation", "test") for t in data.raw_texts(recipe, s)]
        assert sorted(found) == ["Four.", "One.\nTwo.", "Three."]


@pytest.mark.parametrize(
    "text, sentence",
    [("{", "line 1 is not JSON"), ('{"a": 1}', "is no object with messages or prompt and comp")],
)
def test_a_bad_file_is_named_with_its_line(tmp_path, text, sentence):
    (tmp_path / "bad.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        list(data.chats(Finetune("x", data=str(tmp_path / "bad.jsonl"))))
    with pytest.raises(ValueError, match="absent.txt cannot be read"):
        list(data.raw_texts(Pretrain("x", data="absent.txt")))


def test_the_learners_own_dialogues_are_summarised(tmp_path, monkeypatch):
    rows = [{"dialogue": f"A: {i}\nB: yes", "summary": f"They say {i}."} for i in range(60)]
    (tmp_path / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(tmp_path / "own.jsonl"))
    chats = list(data.chats(Finetune("x", data="dialogues", examples=10)))
    assert len(chats) == 10 and chats[0][0]["content"].startswith(
        "Summarise this conversation.\nA:"
    )
    assert chats[0][1]["content"].startswith("They say ")


def test_only_the_families_asked_for_come():
    recipe = Finetune("x", families=("polite", "arithmetic"), examples=40)
    wanted = [
        chat.fields["messages"]
        for chat in islice(stream("instruction"), 2000)
        if chat.fields["family"] in recipe.families
    ]
    assert list(data.chats(recipe)) == wanted[:40]
    with pytest.raises(ValueError, match="no family 'rude'; choose from open_book"):
        list(data.chats(Finetune("x", families=("rude",))))


def test_a_chat_of_several_turns_is_several_exchanges():
    chat = [{"role": role, "content": text} for role, text in
            (("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))]  # fmt: skip
    assert list(data.exchanges(chat)) == [("a", "b"), ("a\nb\nc", "d")]


def test_texts_go_on_from_any_number(tmp_path):
    """So that a resumed run, or a second process, reads what comes next and nothing twice."""
    (tmp_path / "a.txt").write_text("\n\n".join(f"No. {i}" for i in range(90)), encoding="utf-8")
    file = Pretrain("x", data=str(tmp_path / "a.txt"), examples=20)
    town = Pretrain("x", examples=8)
    for recipe in (file, town):
        whole = list(data.raw_texts(recipe))
        assert len(whole) == recipe.examples and list(data.raw_texts(recipe, start=5)) == whole[5:]
    mixed = Finetune("x", mix={"polite": 1.0}, examples=6)
    whole = list(data.chats(mixed))
    assert len(whole) == 6 and list(data.chats(mixed, start=4)) == whole[4:]
    assert (
        list(data.chats(mixed, "validation"))
        != whole
        != list(data.chats(replace(mixed, data_seed=1)))
    )


def test_rows_hold_the_documents_from_start_to_stop(tokenizer):
    recipe = Pretrain("x", examples=9, seq_len=64)
    rows = data.raw_rows(recipe, tokenizer, "train", 2, 6)
    assert (rows.ids == tokenizer.eos_token_id).sum() == 4 and rows.skipped == 0
    ids = [tokenizer(text)["input_ids"] for text in islice(data.raw_texts(recipe), 2, 6)]
    assert rows.used.sum() == sum(len(text) + 2 for text in ids), "with a begin and an end token"


def test_the_town_is_read_without_rendering_every_turn_to_the_same_rows(tokenizer):
    """The short way for the town's own tokenizer, against the way for any template."""
    recipe = Finetune("x", mix={"polite": 0.5, "turns": 0.5}, examples=12, seq_len=256)
    town, other = copy.deepcopy(tokenizer), copy.deepcopy(tokenizer)
    town.chat_template = CHAT_TEMPLATE
    other.chat_template = CHAT_TEMPLATE + "{# the same, but not known to be #}"
    assert data.town_like(town) and not data.town_like(other)
    short = data.chat_rows(recipe, town, "train", 0, 12)
    long = data.chat_rows(recipe, other, "train", 0, 12)
    assert short.skipped < 12
    for one, two in zip(short, long, strict=True):
        assert np.array_equal(one, two)


def test_only_numbered_documents_are_packed_in_parts(monkeypatch):
    monkeypatch.setattr(data, "CHUNK", 4)
    assert data.spans_of(Pretrain("x", examples=10)) == [(0, 4), (4, 8), (8, 10)]
    assert data.spans_of(Pretrain("x", examples=8)) == [(0, 4), (4, 8)]
    assert data.spans_of(Pretrain("x", data="a.txt", examples=10)) == [(0, 10)]
    assert data.spans_of(Finetune("x", families=("polite",), examples=10)) == [(0, 10)]


def test_a_split_without_rows_is_told_with_its_reason():
    assert data.require_rows([1], Pretrain("x"), "training") == [1]
    with pytest.raises(ValueError, match="a.txt leaves nothing for training: its rows .what empty"):
        data.require_rows([], Pretrain("x", data="a.txt"), "training")
    with pytest.raises(ValueError, match="its rows are dealt out 80 / 10 / 10 by a hash, so give"):
        data.require_rows([], Pretrain("x", data="a.jsonl"), "training")


USER, SAID = {"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I."}


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([USER, SAID], None),
        ([SAID], None),
        ([USER], "no message has the role assistant, so nothing is to be learned"),
        ([], "messages is a list of objects with the texts role and content"),
        ("Who?", "messages is a list of objects"),
        ([USER, "I."], "messages is a list of objects"),
        ([USER, {"role": "assistant"}], "message 2: "),
        ([USER, SAID | {"content": " "}], "message 2: "),
        ([USER, SAID | {"role": 3}], "messages is a list of objects"),
    ],
)
def test_what_is_wrong_with_the_messages_of_a_chat_is_a_clause(messages, problem):
    found = data.messages_problem(messages)
    assert found is None if problem is None else found.startswith(problem)
