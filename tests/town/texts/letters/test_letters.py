"""Letters: the frame Dear X ... Yours, Y, the number of sentences, and true invitations."""

import text_checks
from proofreading import sentences
from text_checks import documents, town, truths

from workbook.town.texts.letters.letter_phrases import DETAILS, OCCASIONS
from workbook.town.texts.letters.letters import letter


def test_letter_properties():
    text_checks.check_all(letter)


def test_frame():
    for split in ("train", "validation", "test"):
        for document in documents(letter, split):
            opening, body, ending = document.text.splitlines()
            assert opening == f"Dear {document.fields['receiver']},"
            assert ending.endswith(f", {document.fields['sender']}")
            assert 4 <= len(sentences(body)) <= 9, body
            assert body[0].isupper()


def test_nobody_writes_to_themselves():
    for document in documents(letter, "train"):
        assert document.fields["sender"].split()[0] != document.fields["receiver"].split()[0]


def test_all_occasions_occur():
    assert len(OCCASIONS) >= 10
    assert {d.fields["occasion"] for d in documents(letter, "train")} == set(OCCASIONS)


def test_invitation_names_day_and_hour_of_the_event():
    events = {event.name for event in town().events}
    seen = 0
    for document in documents(letter, "train", 600):
        if document.fields["occasion"] == "invitation":
            facts = {(f.subject, f.relation): f.value for f in document.facts}
            (name,) = {s for s, r in facts if s in events and r == "hour"}
            assert facts[name, "hour"] == truths()[name, "hour"]
            assert truths()[name, "date"] in document.text
            seen += 1
    assert seen > 20


def test_offered_recipe_is_another_one():
    """Guards against "In return you shall have my recipe" for the very dish that was asked for."""
    offers = 0
    for document in documents(letter, "test", 900):
        if "my recipe for" in document.text:
            asked = document.text.split("my recipe for ")[0]
            offered = document.text.split("my recipe for ")[1].split(".")[0]
            assert offered in DETAILS["dish"] and offered not in asked
            offers += 1
    assert offers > 5
