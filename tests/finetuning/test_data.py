"""Chats, labels and counts: the loss falls where it should, and nobody held out is met before."""

import copy

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer

from workbook.finetuning import data, templates
from workbook.finetuning.families import FAMILIES_ASKED
from workbook.town import build_town
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
