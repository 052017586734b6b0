"""Templates: which splits have them, how they are filled, and a chat taken apart into tokens."""

import copy

import pytest
from tiny_tuning import tokenizer

from workbook.finetuning import data, templates


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
