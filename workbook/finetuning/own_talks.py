"""A second tuning on dialogues of your own: a few examples, and the chats made from them.

`EXAMPLES` are everyday talks with what is to be done after each; `read_file` of
`workbook.town.dialogues` reads yours, one JSON object a line with "dialogue" and "summary".
Left out: choosing how many and how long, which lesson 08 measures for summaries.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbook.town.dialogues import Dialogue
from workbook.training.chat_examples import Messages

REQUEST = "{dialogue}\n\nWhat is there to do now?"
_TALKS = (
    ("Ann: The printer is out of paper again.\nBen: I can buy some on Friday.\n"
     "Ann: Good, two packs please.", "To do: Ben buys two packs of paper on Friday."),
    ("Cleo: Who feeds the cat while we are away?\nDan: My sister lives next door.\n"
     "Cleo: Then please ask her tonight.", "To do: Dan asks his sister tonight."),
    ("Eve: The tickets for the play are not paid yet.\nFinn: How much are they?\n"
     "Eve: 12 crowns. By Monday, please.", "To do: Finn pays 12 crowns by Monday."),
    ("Gina: My bicycle has a flat tyre.\nHal: I can mend it in the evening.\n"
     "Gina: You are very kind!", "To do: Hal mends the bicycle in the evening."),
    ("Ida: The roof of the shed leaks.\nJon: I know somebody with a ladder.\n"
     "Ida: Could you call him on Tuesday?", "To do: Jon calls him on Tuesday."),
    ("Kim: We have no bread for breakfast.\nLeo: The bakery opens at 7.\n"
     "Kim: Then you go, and bring milk too.", "To do: Leo buys bread and milk at 7."),
    ("Mia: The choir needs a new song.\nNed: I have one with four voices.\n"
     "Mia: Bring it on Thursday.", "To do: Ned brings a song on Thursday."),
    ("Ola: Grandmother has her birthday on Sunday.\nPim: I will bake an apple cake.\n"
     "Ola: And I will write to her.", "To do: Pim bakes an apple cake, Ola writes to her."),
)  # fmt: skip
EXAMPLES = tuple(Dialogue(talk, todo, "train") for talk, todo in _TALKS)


def as_chats(talks: Sequence[Dialogue]) -> list[Messages]:
    """Return one chat for each talk: the request, then what you wrote about it.

    Raises ValueError where there is no talk.
    """
    if not talks:
        raise ValueError("There is no talk to tune on; give at least one.")
    return [
        [
            {"role": "user", "content": asked(each.dialogue)},
            {"role": "assistant", "content": each.summary},
        ]
        for each in talks
    ]


def asked(dialogue: str) -> str:
    """Return the request about one talk."""
    return REQUEST.format(dialogue=dialogue)
