"""Chats of the learner's own talks, and the examples that come with the lesson."""

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer, weights

from workbook.finetuning import own_talks
from workbook.finetuning.tuning import tune
from workbook.town.dialogues import Dialogue


def test_own_talks_become_chats_that_can_be_tuned_on():
    found = own_talks.as_chats(own_talks.EXAMPLES)
    assert len(found) == len(own_talks.EXAMPLES) >= 8
    for chat, talk in zip(found, own_talks.EXAMPLES, strict=True):
        assert talk.dialogue in chat[0]["content"] and chat[1]["content"] == talk.summary
        assert chat[0]["content"] == own_talks.asked(talk.dialogue)
    model = tiny_model()
    tuned = tune(model, tokenizer(), found, steps=2, progress=False)
    assert not torch.equal(weights(tuned.model), weights(model))
    with pytest.raises(ValueError, match="no talk"):
        own_talks.as_chats([])


def test_a_chat_is_a_request_and_what_was_written():
    (chat,) = own_talks.as_chats([Dialogue("Al: Hi {you}.\nBo: Hi.", "To do: none.", "train")])
    assert chat == [
        {"role": "user", "content": "Al: Hi {you}.\nBo: Hi.\n\nWhat is there to do now?"},
        {"role": "assistant", "content": "To do: none."},
    ]


def test_the_examples_say_what_somebody_of_the_talk_does():
    assert len({each.dialogue for each in own_talks.EXAMPLES}) == len(own_talks.EXAMPLES)
    for each in own_talks.EXAMPLES:
        speakers = {line.partition(":")[0] for line in each.dialogue.splitlines()}
        assert len(speakers) == 2 and each.split == "train"
        assert each.summary.removeprefix("To do: ").split()[0] in speakers
