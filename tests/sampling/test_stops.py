"""Stop strings and the penalties that count: against transformers, by hand, and row by row."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.hub import bundled
from workbook.inference import decode, encode
from workbook.sampling import SamplingConfig, count_penalties, generate
from workbook.sampling.stops import before_stop

PROMPT = "Question: Where does Bridor Mossbrock work?\nAnswer:"


@pytest.fixture(scope="module")
def town():
    return bundled("town-lm")


@pytest.mark.parametrize("stop", ["\n", "ossbr", "Silver Magpie", ".", ("never said", "works at")])
@pytest.mark.parametrize("engine", ["clear", "fast"])
def test_a_text_stops_where_that_of_transformers_does(town, stop, engine):
    model, tokenizer = town
    ids, _ = encode(tokenizer, PROMPT)
    ours = generate(
        model, ids, max_new_tokens=30, temperature=0, stop=stop, tokenizer=tokenizer, engine=engine
    )
    theirs = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=30, do_sample=False,
        pad_token_id=0, stop_strings=[stop] if isinstance(stop, str) else list(stop),
        tokenizer=tokenizer,
    )  # fmt: skip
    assert torch.equal(ours, theirs)


def test_a_row_that_stopped_is_filled_and_the_others_go_on(town):
    model, tokenizer = town
    prompts = [PROMPT, "Question: What is Bridor Mossbrock's job?\nAnswer:"]
    ids, keep = encode(tokenizer, prompts)
    how = {"keep_mask": keep, "max_new_tokens": 25, "temperature": 0}
    free = generate(model, ids, **how)
    out = generate(model, ids, stop="works at", tokenizer=tokenizer, pad_id=7, **how)
    start = ids.shape[1]
    texts = decode(tokenizer, free, start)
    assert "works at" in texts[0] and "works at" not in texts[1], texts
    assert torch.equal(out[1], free[1])
    kept = (out[0, start:] != 7).sum()
    assert torch.equal(out[0, start : start + kept], free[0, start : start + kept])
    assert (out[0, start + kept :] == 7).all() and kept < 25
    assert decode(tokenizer, out[:1, : start + kept], start)[0].endswith("works at")


def test_an_end_token_and_a_stop_string_work_together(town):
    model, tokenizer = town
    ids, _ = encode(tokenizer, PROMPT)
    end = tokenizer.eos_token_id
    plain = generate(model, ids, max_new_tokens=60, temperature=0, eos_id=end)
    both = generate(
        model, ids, max_new_tokens=60, temperature=0, eos_id=end, stop="§", tokenizer=tokenizer
    )
    assert torch.equal(plain, both)


@pytest.mark.parametrize(
    ("stop", "tokenizer", "says"),
    [("", True, "none of them empty"), (["a", 3], True, "a string or several"),
     ("a", False, "give the tokenizer")],
)  # fmt: skip
def test_a_mistake_about_stops_is_one_sentence(town, stop, tokenizer, says):
    model, known = town
    ids, _ = encode(known, PROMPT)
    with pytest.raises(ValueError, match=says):
        generate(model, ids, max_new_tokens=2, stop=stop, tokenizer=known if tokenizer else None)


def test_the_text_before_a_stop():
    assert before_stop("one\ntwo", "\n") == "one"
    assert before_stop("one, two; three", (";", ",")) == "one"
    assert before_stop("one", ("x", "y")) == "one"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=3),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
def test_penalties_are_counted_by_hand(rows, presence, frequency):
    ids = torch.tensor(rows)
    logits = torch.randn(len(rows), 6)
    out = count_penalties(logits, ids, presence, frequency)
    for row, said in enumerate(rows):
        counts = Counter(said)
        for token in range(6):
            wanted = logits[row, token] - frequency * counts[token] - presence * (token in counts)
            torch.testing.assert_close(out[row, token], wanted, atol=1e-5, rtol=1e-5)


def test_only_the_continuation_is_counted():
    """Guards against a prompt whose own words are punished, as the repetition penalty does."""
    config = SamplingConfig(frequency_penalty=1.0)
    logits, ids = torch.zeros(1, 5), torch.tensor([[0, 0, 1, 2, 2]])
    assert config.adjust(logits, ids, new=2).tolist() == [[0, 0, -2, 0, 0]]
    assert torch.equal(config.adjust(logits, ids, new=0), logits)
    with pytest.raises(ValueError, match="give its ids"):
        config.adjust(logits)


@pytest.mark.parametrize("name", ["presence_penalty", "frequency_penalty"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True])
def test_a_penalty_that_is_no_number_is_refused(name, value):
    with pytest.raises(ValueError, match="penalty must be a finite number"):
        SamplingConfig(**{name: value})


def test_a_frequency_penalty_lowers_the_most_frequent_token(town):
    """With a penalty above every gap between logits no token comes twice; the prompt's may."""
    model, tokenizer = town
    ids, _ = encode(tokenizer, PROMPT)
    for engine in ("clear", "fast"):
        out = generate(
            model, ids, max_new_tokens=30, temperature=0, presence_penalty=1000.0, engine=engine
        )
        new = out[0, ids.shape[1] :].tolist()
        assert len(set(new)) == len(new) and set(new) & set(ids[0].tolist())
