"""The harbour's log: what is counted is what was written, by ships and words of its own."""

import math
from itertools import islice

import pytest

from workbook.pretraining import data, harbour


def test_nats_of_the_log_are_those_of_its_choices():
    """Entries put together from the same parts with the same chances: by counting the slots."""
    for index in range(40):
        entry = harbour.harbour_document("train", 3, index)
        nats = math.log(8) + math.log(10) + math.log(6) * 2 + math.log(12)  # ship, port, berth
        nats += math.log(3) + math.log(4)  # arrival and its tide
        nats += math.log(3) + math.log(39 * 4 * 6) + math.log(2)  # cargo; with a condition or not
        text = entry.text
        if any(state in text for state in harbour.STATES):
            nats += math.log(2) + math.log(4) + math.log(4)
        nats += math.log(3) + math.log(19)
        nats += 0 if "She owes" in text else math.log(4)  # the officer who took the fee
        if "lunt" in text:
            nats += -math.log(0.7) + math.log(3) + math.log(4)
        else:
            nats += -math.log(1 - 0.7)
        assert entry.nats == pytest.approx(nats), text


def test_the_log_repeats_itself_only_when_asked():
    assert harbour.harbour_document(index=5) == harbour.harbour_document(index=5)
    entries = [entry.text for entry in islice(harbour.harbour_documents(0), 200)]
    assert len(set(entries)) == 200
    with pytest.raises(ValueError, match="no split of the log"):
        harbour.harbour_document("tomorrow")


def test_validation_ships_never_sail_in_training():
    """Judged on ships the model cannot have read of."""
    fields = [harbour.harbour_document("train", 0, i).fields["ship"] for i in range(400)]
    held_back = [harbour.harbour_document("validation", 0, i).fields["ship"] for i in range(100)]
    assert not set(fields) & set(held_back)


def test_jargon_is_in_no_text_of_the_town():
    words = set(harbour.GOODS) - {"smelt-iron"} | set(harbour.MEASURES) | {"lunt", "garbel", "marl"}
    town = " ".join(document.text for document in islice(data.town_documents(9), 2000)).lower()
    assert not [word for word in words if f" {word} " in town]


def test_an_entry_tells_the_ship_the_berth_and_the_port_that_it_is_of():
    for number, entry in enumerate(islice(harbour.harbour_documents(2, "validation"), 30)):
        assert entry == harbour.harbour_document("validation", 2, number)
        title, text = entry.text.split("\n")
        assert title == "Harbour log" and (entry.kind, entry.split) == ("harbour", "validation")
        assert entry.fields["ship"] in text and str(entry.fields["berth"]) in text
        assert entry.fields["port"] in text and entry.fields["vessel"] in text.lower()
        assert "{" not in text and text.endswith(".")
