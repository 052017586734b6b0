"""Stand-ins for a model of the town: it answers every chat rightly, or none."""

import pytest

from workbook.town.writer import Writer
from workbook.town_lm.bars import GROUPS

CASES = 12


def key(chat):
    return tuple((message["role"], message["content"]) for message in chat)


class Book:
    """Every chat that was written while it was open: what comes next, and the document."""

    def __init__(self):
        self.next, self.document, self.limits = {}, {}, []

    def note(self, document):
        messages = document.fields.get("messages", [])
        for place, message in enumerate(messages):
            if message["role"] == "assistant":
                self.next[key(messages[:place])] = message["content"]
                self.document[key(messages[:place])] = document

    def next_of(self, chat):
        """What the document of a chat says next."""
        return self.next[key(chat)]

    def document_of(self, chat):
        """The document that a chat is the beginning of."""
        return self.document[key(chat)]

    def right(self, chats, max_new_tokens=96, **how):
        texts = [self.next_of(chat) for chat in chats]
        self.limits += [(text, max_new_tokens) for text in texts]
        return texts

    def wrong(self, chats, **how):
        return ["Purple elephants" for _ in chats]


@pytest.fixture
def book(monkeypatch):
    """A book of all documents that the test's measures write."""
    kept, write = Book(), Writer.document

    def document(writer, kind, text, **fields):
        done = write(writer, kind, text, **fields)
        kept.note(done)
        return done

    monkeypatch.setattr(Writer, "document", document)
    return kept


@pytest.fixture
def measured():
    """Measure the group that a score belongs to on 12 cases: {name: score}."""
    group_of = {name: group for group in GROUPS for name in group.names}

    def measure(name, answer):
        return {score.name: score for score in group_of[name].measure(answer, CASES)}

    return measure
