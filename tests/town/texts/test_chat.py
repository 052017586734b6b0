"""Chats as the models read them: roles, end tokens, turns, and the document that holds them."""

import pytest
import text_checks

from workbook.town.texts.chat import ROLES, chat_document, exchange, render_chat


def test_a_chat_renders_exactly():
    messages = [
        {"role": "user", "content": "Is the inn open?"},
        {"role": "assistant", "content": "yes"},
    ]
    expected = "<|user|>\nIs the inn open?<|end|>\n<|assistant|>\nyes<|end|>\n"
    assert render_chat(messages) == expected


def test_every_role_has_a_token_of_its_own_and_lines_stay_lines():
    messages = [{"role": role, "content": f"to\n{role}"} for role in ROLES]
    assert render_chat(messages) == "".join(f"<|{r}|>\nto\n{r}<|end|>\n" for r in ROLES)
    assert render_chat([]) == ""


def test_turns_become_messages_of_user_and_assistant():
    assert exchange(("Hello.", "Welcome."), ("Bye.", "Good day.")) == [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Welcome."},
        {"role": "user", "content": "Bye."},
        {"role": "assistant", "content": "Good day."},
    ]
    with pytest.raises(ValueError):
        exchange(("Hello.",))


def test_a_chat_document_ends_in_its_answer_and_costs_what_was_drawn():
    writer = text_checks.writer("chat", "validation")
    name = writer.person().name
    writer.fact(name, "seen", "today")
    messages = exchange(("Who?", name), ("When?", "Today."))
    document = chat_document(writer, "gossip", messages, where="here")
    assert document.text == render_chat(messages) and document.kind == "instruction"
    assert document.fields == {
        "family": "gossip", "messages": messages, "answer": "Today.", "where": "here",
    }  # fmt: skip
    assert (document.split, document.nats) == ("validation", writer.source.nats)
    assert [tuple(fact) for fact in document.facts] == [(name, "seen", "today")]
