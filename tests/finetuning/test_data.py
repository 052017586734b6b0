"""Chats, labels and counts: the loss falls where it should, and nobody held out is met before."""

import copy
import re

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer

from workbook.finetuning import data, logbook, templates
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.town import build_town
from workbook.town.random import Source
from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.writer import Document, Writer
from workbook.training import causal_loss
from workbook.training.packing import IGNORE, Rows, collate


@pytest.mark.parametrize("family", data.KNOWN)
def test_labels_are_the_chat_templates_own_mask(family):
    """Parity with transformers, which marks what stands in the template's generation block."""
    for chat in data.chats(family, 5):
        theirs = tokenizer().apply_chat_template(
            chat, return_dict=True, return_assistant_tokens_mask=True
        )
        ours = data.examples(tokenizer(), [chat])[0]
        assert ours.ids == theirs["input_ids"]
        wanted = [
            token if said else IGNORE
            for token, said in zip(ours.ids, theirs["assistant_masks"], strict=True)
        ]
        assert ours.labels == wanted


def test_loss_on_all_is_on_every_token():
    chats = data.chats(FAMILIES_ASKED, 8)
    plain, everything = (data.examples(tokenizer(), chats, on) for on in ("answer", "all"))
    for some, all_ in zip(plain, everything, strict=True):
        assert all_.ids == all_.labels == some.ids
        assert 0 < sum(label != IGNORE for label in some.labels) < len(all_.labels)
    with pytest.raises(ValueError, match='"answer" or "all"'):
        data.examples(tokenizer(), chats, "prompt")


def test_more_chats_begin_with_the_same_ones():
    few, many = (data.chats("summarise", count, seed=3) for count in (5, 12))
    assert many[:5] == few
    assert data.chats("summarise", 5, seed=4) != few
    assert data.chats("summarise", 5, "validation", seed=3) != few


def test_families_take_turns_or_are_drawn_by_weight():
    asked = []

    def note(family, writer):
        asked.append(family)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "write_chat", note)
        data.chats(("polite", "extract", "logbook"), 8)
        assert asked == ["polite", "extract", "logbook"] * 2 + ["polite", "extract"]
        asked.clear()
        data.chats({"polite": 0.75, "extract": 0.25}, 400)
    assert 0.68 < asked.count("polite") / 400 < 0.82


@pytest.mark.parametrize("family", ["summarise", "logbook", "open_book", "polite"])
def test_nobody_of_the_test_split_is_met_in_training(family):
    town = build_town()
    held_out = {p.name for p in town.among("places", "test")}
    held_out |= {p.name for p in town.among("people", "test")}
    text = "\n".join(m["content"] for chat in data.chats(family, 300) for m in chat)
    asked = "\n".join(m["content"] for chat in data.chats(family, 300, "test") for m in chat)
    assert not [name for name in held_out if name in text]
    assert [name for name in held_out if name in asked]


def test_new_phrasings_come_only_when_asked_for():
    new = templates.patterns("logbook", "test")[-1].partition("\n")[0]

    def share(**which):
        return sum(new in chat[0]["content"] for chat in data.chats("logbook", 200, **which))

    assert share() == share(split="test", phrasings="train") == share(split="validation") == 0
    assert share(split="test") > 10


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: data.chats("poetry", 3), "no family is called 'poetry'"),
        (lambda: data.chats("polite", 3, "dev"), "no split is called 'dev'"),
        (lambda: data.chats("polite", 3, phrasings="dev"), "no split is called 'dev'"),
        (lambda: data.chats("polite", 0), "at least one chat"),
        (lambda: data.chats((), 3), "at least one family"),
        (lambda: data.statistics(data.examples(tokenizer(), data.chats("polite", 2)), seq_len=3),
         "nothing to count"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_one_sentence(call, says):
    with pytest.raises(ValueError, match=says) as error:
        call()
    assert "\n" not in str(error.value)


def test_statistics_count_what_the_batches_hold():
    """Against the tensors that a training reads; padding was once counted in sorted rows."""
    found = data.examples(tokenizer(), data.chats(FAMILIES_ASKED, 50))
    fitting = [each for each in found if len(each.ids) <= 200]
    while len(fitting) % 4:  # so that an epoch of padded batches reads every example once
        found.remove(fitting.pop())
    counts = data.statistics(found, batch_size=4, seq_len=200, seed=3)
    assert (counts.examples, counts.skipped) == (len(fitting), len(found) - len(fitting))
    assert counts.skipped > 0
    for packed, share in ((False, counts.padding_padded), (True, counts.padding_packed)):
        rows = Rows(found, 4, 200, 0, 3, packed)
        batches = [rows.batch(number) for number in range(rows.per_epoch)]
        places = sum(batch["ids"].numel() for batch in batches)
        holes = places - sum(batch["read"] for batch in batches)
        assert share == pytest.approx(holes / places)
        if not packed:
            assert counts.tokens == sum(batch["read"] for batch in batches)
            assert counts.learned == sum(len(batch["loss_at"]) for batch in batches)
    assert counts.share_learned == pytest.approx(counts.learned / counts.tokens)
    assert counts.rows_packed < counts.rows_padded == len(fitting)
    assert counts.padding_packed < counts.padding_padded


def test_packed_summaries_are_padded_as_training_pads_them():
    """Rows of one summary each: packed or not, a batch is as ragged as their lengths."""
    found = data.examples(tokenizer(), data.chats("summarise", 200))
    counts = data.statistics(found)
    assert counts.padding_packed > 0.04
    assert counts.padding_packed == pytest.approx(counts.padding_padded, abs=0.03)


def test_a_tokenizer_without_padding_fills_up_with_its_end():
    plain = copy.deepcopy(tokenizer())
    assert data.pad_id(plain) == plain.pad_token_id != plain.eos_token_id
    plain.pad_token = None
    assert data.pad_id(plain) == plain.eos_token_id


def test_packed_chats_have_the_loss_of_chats_alone():
    found = data.examples(tokenizer(), data.chats(("polite", "entailment", "translate"), 6))
    model = tiny_model()
    with torch.no_grad():
        packed = causal_loss(model, collate([found], 0))
        alone = [causal_loss(model, collate([[each]], 0)) for each in found]
    assert packed.tokens == sum(one.tokens for one in alone)
    assert packed.total.item() == pytest.approx(sum(one.total.item() for one in alone), rel=1e-5)


# The new task.


def test_a_log_entry_is_computed_from_the_talk():
    spoken = "Ada: Is Cyrus at Old Oak Mill?\nBo: No, Dee is. Ask at Elm Hall.\nAda: Thanks."
    names = ["Dee", "Ada", "Elm Hall", "Bo", "Old Oak Mill", "Cyrus"]
    fields = {"dialogue": spoken, "names": names}
    entry = logbook.log_entry(Document("", "dialogue", 0.0, (), "train", fields))
    assert entry == "Present: Ada, Bo\nNamed: Cyrus, Dee\nPlace: Old Oak Mill, Elm Hall"
    alone = fields | {"names": ["Ada", "Bo"]}
    entry = logbook.log_entry(Document("", "dialogue", 0.0, (), "train", alone))
    assert entry == "Present: Ada, Bo\nNamed: none\nPlace: none"


def test_every_entry_can_be_read_from_its_talk():
    """All names stand in the talk, and people and places are what the town says they are."""
    places = {place.name for place in build_town().places}
    for index in range(300):
        talk = dialogue(Writer(Source(f"log/{index}"), build_town(), "train"))
        entry = logbook.log_entry(talk)
        found = dict(re.fullmatch(r"(\w+): (.+)", line).groups() for line in entry.splitlines())
        assert list(found) == ["Present", "Named", "Place"]
        lines = {k: [] if v == "none" else v.split(", ") for k, v in found.items()}
        for name in sum(lines.values(), []):
            assert name in talk.fields["dialogue"], (index, name)
        assert len(lines["Present"]) == 2
        assert not places & {*lines["Named"], *lines["Present"]}
        assert set(sum(lines.values(), [])) >= set(talk.fields["names"])


# Templates.


@pytest.mark.parametrize("task", templates.TEMPLATES)
def test_each_split_but_training_has_one_template_of_its_own(task):
    train, validation, test = (templates.patterns(task, s) for s in ("train", "validation", "test"))
    assert len(train) >= 5 and set(train) < set(validation) and set(train) < set(test)
    assert len(set(validation) - set(train)) == len(set(test) - set(train)) == 1
    assert not (set(validation) - set(train)) & set(test)


def test_rendering_fills_in_and_counts_round():
    count = len(templates.patterns("polite"))
    said = [templates.render("polite", number, rude="Oi {you}!") for number in range(count)]
    assert len(set(said)) == count and all("Oi {you}!" in text for text in said)
    assert templates.render("polite", count, rude="Oi {you}!") == said[0]
    with pytest.raises(ValueError, match="asks for rude="):
        templates.render("polite", text="Oi!")
    with pytest.raises(ValueError, match="no task is called"):
        templates.patterns("poetry")
    with pytest.raises(ValueError, match="no split is called"):
        templates.patterns("polite", "dev")


def test_anatomy_is_the_whole_chat_and_names_who_says_what():
    chat = next(c for c in data.chats("translate", 20) if len(c) > 2)
    pieces = templates.anatomy(tokenizer(), chat)
    rendered = tokenizer().apply_chat_template(chat, tokenize=False)
    assert "".join(piece.text for piece in pieces) == rendered
    for role in ("user", "assistant"):
        said = "".join(piece.text for piece in pieces if piece.role == role)
        assert said == "".join(m["content"] for m in chat if m["role"] == role)
    learned = "".join(piece.text for piece in pieces if piece.learned)
    answers = [m["content"] for m in chat if m["role"] == "assistant"]
    assert learned == "".join(f"{answer}<|end|>" for answer in answers)
    table = templates.anatomy_table(pieces)
    assert "".join(table["text"]) == rendered and table["tokens"].sum() == len(pieces)


CHATML = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\n"
    "You are the town's helper.<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize("said", ["Hi \U0001f600", "\u6771\u4eac", "caf\u00e9", "a \ufffd", "x"])
def test_every_token_of_a_character_is_said_by_whom_says_the_character(monkeypatch, said, is_fast):
    """Fault A8: places were counted in characters, and three of an emoji's four tokens were
    "template"."""
    town = tokenizer()
    monkeypatch.setattr(type(town), "is_fast", is_fast)
    chat = [{"role": "user", "content": said}, {"role": "assistant", "content": said[::-1]}]
    if not is_fast and "\ufffd" in said:
        return  # a sign that stands for broken bytes needs the library's own places
    for role, text in (("user", said), ("assistant", said[::-1])):
        ids = [piece.id for piece in templates.anatomy(town, chat) if piece.role == role]
        assert ids == town.encode(text, add_special_tokens=False)


def test_anatomy_knows_the_roles_of_any_template():
    """Roles were once read off the town's own marks; in ChatML every token was "template"."""
    chatml = copy.deepcopy(tokenizer())
    chatml.chat_template = CHATML
    chat = [
        {"role": "user", "content": "You are the town's"},  # stands in the system prompt as well
        {"role": "assistant", "content": "assistant, naïve \u2013 im_end"},
        {"role": "user", "content": "im"},
        {"role": "assistant", "content": "user"},
    ]
    pieces = templates.anatomy(chatml, chat)
    for role in ("user", "assistant"):
        ids = [piece.id for piece in pieces if piece.role == role]
        assert chatml.decode(ids) == "".join(m["content"] for m in chat if m["role"] == role)
    learned = chatml.decode([piece.id for piece in pieces if piece.learned])
    assert learned == "assistant, naïve \u2013 im_end<|im_end|>user<|im_end|>"
    assert {p.role for p in pieces if p.learned} == {"assistant", "template"}


def test_a_template_that_changes_what_is_said_is_one_sentence():
    shouting = copy.deepcopy(tokenizer())
    shouting.chat_template = CHATML.replace("m.content", "m.content | upper")
    with pytest.raises(ValueError, match="changes what is said"):
        templates.anatomy(shouting, data.chats("polite", 1)[0])
