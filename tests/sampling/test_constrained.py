"""Constrained decoding: every text has its form, every form of a schema is JSON of that schema."""

import json

import jsonschema
import pytest
import regex
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.hub import bundled
from workbook.core.runs.seeding import generator
from workbook.inference import encode
from workbook.sampling import SamplingConfig
from workbook.sampling.constrained import Form, fill_in, fits, json_form

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "job": {"enum": ["baker", 'ferry "pilot"', "tailor"]},
        "born": {"type": "integer"},
        "open": {"type": "boolean"},
        "dates": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
    },
    "required": ["name", "job", "born", "open", "dates"],
}


@pytest.fixture(scope="module")
def town():
    return bundled("town-lm")


@pytest.mark.parametrize(
    ("pattern", "text", "can"),
    [("ab+c", "", True), ("ab+c", "abb", True), ("ab+c", "abbc", True), ("ab+c", "ac", False),
     ("ab+c", "abcd", False), ("(?:one|two)!", "tw", True), ("(?:one|two)!", "on!", False)],
)  # fmt: skip
def test_a_text_fits_if_it_can_become_a_match(pattern, text, can):
    assert fits(regex.compile(pattern), text) is can


VALUES = st.fixed_dictionaries({
    "name": st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_characters='"\\'),
                    min_size=1, max_size=12),
    "job": st.sampled_from(SCHEMA["properties"]["job"]["enum"]),
    "born": st.integers(-999_999_999, 999_999_999),
    "open": st.booleans(),
    "dates": st.lists(st.integers(-9, 9), max_size=3),
})  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_a_schema_s_form_takes_the_json_of_its_values(value):
    ordered = {name: value[name] for name in SCHEMA["properties"]}
    text = json.dumps(ordered, ensure_ascii=False)
    assert regex.fullmatch(json_form(SCHEMA), text)
    for end in range(len(text)):
        assert fits(regex.compile(json_form(SCHEMA)), text[:end])


@pytest.mark.parametrize(
    "text",
    ['{"name": ""', '{"name": "a"b', '{"name": "a", "job": "cook"', '{"job"',
     '{"name": "a", "job": "baker", "born": 01', '{"name": "aaaaaaaaaaaaa'],
)  # fmt: skip
def test_a_schema_s_form_refuses_what_is_wrong(text):
    assert not fits(regex.compile(json_form(SCHEMA)), text)


def test_what_a_form_cannot_say_is_refused():
    with pytest.raises(ValueError, match="a schema of type 'number'"):
        json_form({"type": "number"})


@pytest.mark.parametrize("temperature", [0.0, 1.0, 2.0])
def test_every_text_is_json_of_the_schema(town, temperature):
    model, tokenizer = town
    form = Form(json_form(SCHEMA), tokenizer, model.config.vocab_size)
    ids, keep = encode(tokenizer, ["Bridor Mossbrock\n", "A page about nothing at all: "])
    texts = fill_in(
        model, ids, form, max_new_tokens=110, keep_mask=keep,
        config=SamplingConfig(temperature), generator=generator(4),
    )  # fmt: skip
    for text in texts:
        jsonschema.validate(json.loads(text), SCHEMA)


def test_the_same_tokens_are_allowed_as_by_trying_each(town):
    """The short cut by first letters, against a full match of every token."""
    model, tokenizer = town
    pattern = r" is an? (?:baker|bookseller|tailor)\."
    form = Form(pattern, tokenizer, model.config.vocab_size)
    for text in ("", " is", " is a ", " is a b", " is a book", " is a tailor"):
        plain = torch.tensor([bool(t) and fits(form.pattern, text + t) for t in form.tokens])
        assert torch.equal(form.allowed(text), plain), text
        assert form.allowed(text).any()
    assert form.is_complete(" is a tailor.") and not form.is_complete(" is a tailor")
    assert not form.allowed(" is a tailor.").any()


def test_a_form_that_forbids_nothing_needed_changes_nothing(town):
    """Greedy text within a form that it has anyway is the greedy text."""
    from workbook.inference import decode
    from workbook.sampling import generate

    model, tokenizer = town
    ids, _ = encode(tokenizer, "Bridor Mossbrock\nBridor Mossbrock")
    free = decode(tokenizer, generate(model, ids, max_new_tokens=12, temperature=0), ids.shape[1])
    form = Form(r"[^\n]{1,500}!", tokenizer, model.config.vocab_size)
    assert fill_in(model, ids, form, max_new_tokens=12) == free


def test_a_place_from_which_nothing_leads_on_is_told(town):
    model, tokenizer = town
    ids, _ = encode(tokenizer, "A page: ")
    form = Form("\N{SNOWMAN}+x", tokenizer, model.config.vocab_size)
    if form.allowed("").any():
        pytest.fail("the vocabulary has a token for it: take a rarer character.")
    with pytest.raises(ValueError, match="no token can follow ''"):
        fill_in(model, ids, form, max_new_tokens=3)


def test_special_tokens_and_parts_of_characters_are_never_allowed(town):
    model, tokenizer = town
    form = Form(r"(?s:.*)", tokenizer, model.config.vocab_size)
    allowed = form.allowed("x")
    for token in tokenizer.all_special_ids:
        assert not allowed[token]
    assert not any(allowed[i] for i, text in enumerate(form.tokens) if not text)
    assert allowed.sum() > 1500
