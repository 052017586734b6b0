"""The log book: an entry is computed from its talk, and a request holds the talk."""

import re

import pytest

from workbook.finetuning.log_entry_task import REQUESTS, log_chat, log_entry
from workbook.town import build_town
from workbook.town.choices import ChoiceSource
from workbook.town.texts.dialogues.dialogues import dialogue
from workbook.town.writer import Document, Writer


def test_a_log_entry_is_computed_from_the_talk():
    spoken = "Ada: Is Cyrus at Old Oak Mill?\nBo: No, Dee is. Ask at Elm Hall.\nAda: Thanks."
    names = ["Dee", "Ada", "Elm Hall", "Bo", "Old Oak Mill", "Cyrus"]
    fields = {"dialogue": spoken, "names": names}
    entry = log_entry(Document("", "dialogue", 0.0, (), "train", fields))
    assert entry == "Present: Ada, Bo\nNamed: Cyrus, Dee\nPlace: Old Oak Mill, Elm Hall"
    alone = fields | {"names": ["Ada", "Bo"]}
    entry = log_entry(Document("", "dialogue", 0.0, (), "train", alone))
    assert entry == "Present: Ada, Bo\nNamed: none\nPlace: none"


def test_every_entry_can_be_read_from_its_talk():
    """All names stand in the talk, and people and places are what the town says they are."""
    places = {place.name for place in build_town().places}
    for index in range(300):
        talk = dialogue(Writer(ChoiceSource(f"log/{index}"), build_town(), "train"))
        entry = log_entry(talk)
        found = dict(re.fullmatch(r"(\w+): (.+)", line).groups() for line in entry.splitlines())
        assert list(found) == ["Present", "Named", "Place"]
        lines = {k: [] if v == "none" else v.split(", ") for k, v in found.items()}
        for name in sum(lines.values(), []):
            assert name in talk.fields["dialogue"], (index, name)
        assert len(lines["Present"]) == 2
        assert not places & {*lines["Named"], *lines["Present"]}
        assert set(sum(lines.values(), [])) >= set(talk.fields["names"])


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_chat_asks_for_the_entry_of_the_talk_in_it(split):
    for index in range(20):
        user, assistant = log_chat(Writer(ChoiceSource(f"log/{index}"), build_town(), split))
        talk = dialogue(Writer(ChoiceSource(f"log/{index}"), build_town(), split))
        assert (user["role"], assistant["role"]) == ("user", "assistant")
        assert talk.fields["dialogue"] in user["content"]
        assert assistant["content"] == log_entry(talk)
        assert not assistant["content"].endswith("\n")


def test_each_split_but_training_has_a_request_of_its_own():
    requests = REQUESTS.by_split
    assert set(requests["validation"]) - set(requests["train"]) == {
        "Please log this conversation.\n\n{dialogue}"
    }
    assert set(requests["test"]) - set(requests["train"]) == {
        "How would the harbour office log this talk?\n{dialogue}"
    }
