"""The proofreader catches one hand-made slip of each sort and lets good English pass."""

import pytest
from proofreading import proofread, sentences

BAD = {
    "article: a apple": "She ate a apple.",
    "article: an cat": "He has an cat.",
    "article: a hour": "It takes a hour.",
    "article: a honest": "He is a honest man.",
    "article: an useful": "This is an useful tool.",
    "article: an European": "It is an European bird.",
    "article: an one": "It is an one act play.",
    "article: a 8": "She has a 8 year old pony.",
    "article: a 11": "It was a 11 hour trip.",
    "article: an 10": "It was an 10 hour trip.",
    "article: A old": "A old man sat there.",
    "article: a unusual": "It was a unusual day.",
    "he, she, it: she like": "In the evening she like tea.",
    "he, she, it: It have": "It have a red door.",
    "he, she, it: he don't": "I know that he don't care.",
    "he, she, it were: she were": "Yesterday she were ill.",
    "we, you, they: They lives": "They lives here.",
    "we, you, they: we was": "Then we was late.",
    "I: I is": "I is tired.",
    "I: I likes": "I likes tea.",
    "there is + plural: There is 3": "There is 3 boats here.",
    "there is + plural: there was many": "Then there was many guests.",
    "there are + singular: There are a": "There are a cat here.",
    "each, every: Every boat are": "Every boat are wet.",
    "these, those: These boats is": "These boats is wet.",
    "name + verb: Wanine Glimett like": "Wanine Glimett like tea.",
    "name + verb: Wanine have": "Wanine have tea.",
    "two names + verb: Wanine and Moma is": "Wanine and Moma is friends.",
    "number + is: two boats is": "Then two boats is late.",
    "helping verb + -s: does she likes": "What does she likes?",
    "helping verb + -s: can works": "He can works here.",
    "helping verb + past: did not went": "He did not went home.",
    "helping verb, pronoun, past: Did they went": "Did they went home?",
    "have + past: has went": "He has went home.",
    "1 + plural: 1 apples": "He has 1 apples left.",
    "1 + plural: one apples": "He has one apples left.",
    "number + singular: 2 apple": "He has 2 apple and a pear.",
    "number + singular: three loaf": "She bakes three loaf.",
    "decimal + singular: 2.50 crown": "It costs 2.50 crown today.",
    "many + singular: many boat": "There are many boat in the bay.",
    "much + plural: much coins": "There is not much coins left.",
    "doubled word: the the": "He saw the the sea.",
    "doubled word: The the": "The the sea is calm.",
    "punctuation: Yes,,": "Yes,, he is here.",
    "punctuation: end..": "This is the end..",
    "punctuation: no?!": "Oh no?!",
    "punctuation: end.,": "This is the end., Yes.",
    "missing space: bread,butter": "He has bread,butter and ham.",
    "missing space: end.Now": "This is the end.Now go.",
    "spacing: bread ,": "He has bread , butter and ham.",
    "spacing: s  b": "He has  bread.",
    "spacing: (": "He ( the old man) left.",
    "no capital at the start: he is here.": "he is here.",
    "no capital after a full stop: . she": "He is here. she is not.",
    "no mark at the end: She is here": "The end.\nShe is here",
    "no mark at the end: He is here. She is here": "He is here. She is here",
    'unbalanced quotes or brackets: He said "yes.': 'He said "yes.',
    "unbalanced quotes or brackets: He (the cook left.": "He (the cook left.",
    "unfilled slot: {": "Hello {name}, how are you?",
    "unfilled slot: None": "He has a None as a pet.",
    "possessive: 's's": "This is Moma's's cat.",
    "possessive: it's own": "The shop has it's own bell.",
    "possessive: its a": "I think its a cat.",
    "possessive: his's": "This is his's cat.",
    "possessive: who's job": "Do you know who's job this is?",
    "possessive: could of": "I could of won.",
    "lower-case I: i": "Then i went home.",
    "character outside ASCII": "It\u2019s here.",
}

GOOD = (
    "It took an hour, and an honest man with an umbrella waited at an inn.",
    "A one act play, a useful unit, a European ewe and a uniform are here.",
    "She rode an 8 year old pony on an 11 hour trip and an 18 day tour, not a 10 day tour.",
    "An unusual uncle has an X on a U-turn sign and an F in maths.",
    "Does she like tea, and may it work? Let it go, and watch him run.",
    "If she were here, they were glad; we were, and I was, and you are.",
    "One of them is late. Each of you has a seat. The man next to you is Moma.",
    "There is a boat, there are a few boats, there are two oars and there is 1 sail.",
    "Every boat is wet. These boats are wet. Which of these goods is best?",
    "Wanine Glimett likes tea. Wanine and Moma are friends. People like both. You have one.",
    "The price of 2 apples is 3.00 crowns. Five minutes is enough. Of the 11 boats one was red.",
    "What does it cost? He did not go. On 14 May it is warm. She has gone and has seen it.",
    "He has 1 apple, 2 apple pies, 21 apples and 1.00 crowns; 1 is odd. Take Bus 1 as well.",
    "One costs 3 crowns. It was 1 minute late. It takes 5 minutes, so 2 people left at 9:05.",
    "He had had that that day. No, no, bye bye!",
    'She said "yes, I do." (He did not.) Then... well, they left. Who knows?',
    "It's late, and the shop has its bell. Moma's cat is hers. Who's there? Gramus's is blue.",
    "Wanine Glimett\nWanine Glimett is a beekeeper.",
    "Question: What is 3 x 4?\nStep 1: 3 x 4 = 12\nAnswer: 12",
    "Message: He left at 7:05.\nFields: name, street\nname: Moma Blessmere\nstreet: Osprey Walk",
    "<|user|>\nIs it late?<|end|>\n<|assistant|>\nYes, it is.<|end|>",
)


@pytest.mark.parametrize(("complaint", "text"), BAD.items())
def test_each_slip_is_caught_and_nothing_else(complaint, text):
    """A rule that fires on everything must not pass, so no other rule may complain."""
    found = proofread(text)
    assert any(line.startswith(complaint) for line in found), found
    assert {line.split(":")[0] for line in found} == {complaint.split(":")[0]}


@pytest.mark.parametrize("text", GOOD)
def test_good_english_passes(text):
    assert proofread(text) == []


def test_sentences_are_found_without_labels_and_headings():
    text = 'Some Title\nMoma: I paid 2.50 crowns. Did you? He said "no." Then 3 left!\nAnswer: 12'
    assert sentences(text) == [
        "I paid 2.50 crowns.", "Did you?", 'He said "no."', "Then 3 left!",
    ]  # fmt: skip
