"""The three objectives: exact frequencies, T5's own numbers, and texts put together again."""

import inspect
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare

from workbook.core.runs.seeding import generator
from workbook.pretraining import objectives
from workbook.pretraining.objectives import (
    causal_targets,
    corrupt_spans,
    corrupted_lengths,
    mask_tokens,
    noise_and_spans,
    objective_loss,
    raw_length,
)
from workbook.training.packing import IGNORE

MASK, VOCABULARY, SPECIAL = 5, 97, (0, 1, 2)
SENTINELS, END, START = tuple(range(80, 97)), 2, 1


@pytest.fixture(scope="module")
def masked():
    """400,000 tokens, of which a tenth is special, and what the masker makes of them."""
    ids = torch.randint(0, 80, (1000, 400), generator=generator(0))
    ids[:, ::10] = 1
    return ids, mask_tokens(ids, MASK, VOCABULARY, generator(1), special_ids=SPECIAL)


def test_frequencies_are_those_of_bert(masked):
    """Of ordinary tokens 12 % become the mask, 1.5 % another token, 1.5 % are asked as they are."""
    ids, asked = masked
    ordinary = ~torch.isin(ids, torch.tensor([MASK, *SPECIAL]))
    chosen = asked.labels != IGNORE
    hidden, same = asked.inputs == MASK, asked.inputs == ids
    n = int(ordinary.sum())
    # one in 90 random replacements is the token that stood there, and looks kept
    lucky = 0.15 * 0.1 / (VOCABULARY - 4)
    expected = {
        "chosen": (chosen & ordinary, 0.15),
        "hidden": (hidden & chosen, 0.12),
        "replaced": (~hidden & ~same, 0.015 - lucky),
        "kept": (chosen & same, 0.015 + lucky),
    }
    for name, (found, share) in expected.items():
        assert binomtest(int(found.sum()), n, share).pvalue > 1e-3, name


def test_what_is_not_chosen_is_as_it_was(masked):
    ids, asked = masked
    chosen = asked.labels != IGNORE
    assert torch.equal(asked.inputs[~chosen], ids[~chosen])
    assert torch.equal(asked.labels[chosen], ids[chosen])


def test_special_tokens_are_neither_chosen_nor_put_in(masked):
    """Guards against a random replacement that is a padding or an end token."""
    ids, asked = masked
    special = torch.isin(ids, torch.tensor([MASK, *SPECIAL]))
    assert not (asked.labels != IGNORE)[special].any()
    new = asked.inputs[asked.inputs != ids]
    assert not torch.isin(new, torch.tensor(SPECIAL)).any()
    drawn = torch.bincount(new[new != MASK], minlength=VOCABULARY)
    drawn = drawn[[i for i in range(VOCABULARY) if i not in (MASK, *SPECIAL)]]
    assert chisquare(drawn.numpy()).pvalue > 1e-3, "every ordinary token is as likely"


def test_padding_is_never_chosen_and_the_mask_is_handed_on():
    ids = torch.randint(6, 60, (50, 40), generator=generator(2))
    keep = torch.arange(40) < torch.arange(1, 51)[:, None].clamp(max=30)
    asked = mask_tokens(ids, MASK, VOCABULARY, generator(3), keep, SPECIAL, share=0.5)
    assert not (asked.labels != IGNORE)[~keep].any() and (asked.labels != IGNORE)[keep].any()
    assert torch.equal(asked.keep_mask, keep)
    assert torch.equal(causal_targets(ids, keep).labels[:, :-1] != IGNORE, keep[:, 1:])


def test_inputs_are_left_alone():
    ids = torch.randint(6, 60, (4, 30), generator=generator(2))
    before = ids.clone()
    mask_tokens(ids, MASK, VOCABULARY, generator(3))
    corrupt_spans(ids, SENTINELS, END, START, generator(3))
    causal_targets(ids)
    assert torch.equal(ids, before)


def test_same_generator_same_questions():
    ids = torch.randint(6, 60, (4, 30), generator=generator(2))
    one, two = (mask_tokens(ids, MASK, VOCABULARY, generator(3)) for _ in range(2))
    assert torch.equal(one.inputs, two.inputs)
    ids = torch.randint(6, 60, (4, 60), generator=generator(2))
    one, two = (corrupt_spans(ids, SENTINELS, END, START, generator(s)) for s in (3, 4))
    assert not torch.equal(one.inputs, two.inputs)


def test_causal_labels_by_hand():
    asked = causal_targets(torch.tensor([[7, 8, 9]]))
    assert asked.labels.tolist() == [[8, 9, IGNORE]]
    assert asked.inputs.tolist() == [[7, 8, 9]]


def test_t5s_own_numbers():
    """figures.md: 568 tokens -> 85 corrupted in 28 spans -> 512 inputs, 114 targets."""
    assert raw_length(512) == 568
    assert noise_and_spans(568) == (85, 28)
    assert corrupted_lengths(568) == (512, 114)
    assert corrupted_lengths(569)[0] > 512


@given(st.integers(2, 700), st.floats(0.05, 0.6), st.floats(1, 12))
def test_raw_length_is_the_longest_that_fits(length, share, mean):
    inputs, _ = corrupted_lengths(length, share, mean)
    found = raw_length(inputs, share, mean)
    assert corrupted_lengths(found, share, mean)[0] <= inputs
    assert corrupted_lengths(found + 1, share, mean)[0] > inputs


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 90), st.floats(0.05, 0.6), st.floats(1.5, 6), st.integers(0, 10**6))
def test_input_and_target_together_are_the_text(length, share, mean, seed):
    """Every sentinel in the input is replaced by what the target says behind it."""
    noise, spans = noise_and_spans(length, share, mean)
    sentinels = tuple(range(1000, 1000 + spans))
    ids = torch.randint(3, 900, (2, length), generator=generator(seed))
    asked = corrupt_spans(ids, sentinels, END, START, generator(seed), share, mean)
    assert asked.inputs.shape == (2, length - noise + spans + 1)
    assert asked.labels.shape == asked.decoder_inputs.shape == (2, noise + spans + 1)
    assert torch.equal(asked.decoder_inputs[:, 1:], asked.labels[:, :-1])
    assert (asked.decoder_inputs[:, 0] == START).all()
    for text, reads, says in zip(ids, asked.inputs, asked.labels, strict=True):
        assert reads[-1] == END and says[-1] == END
        said: dict[int, list[int]] = {}
        for token in says[:-1].tolist():
            if token in sentinels:
                said[token] = []
            else:
                said[next(reversed(said))].append(token)
        assert list(said) == list(sentinels) and all(said.values())
        whole = [t for token in reads[:-1].tolist() for t in said.get(token, [token])]
        assert whole == text.tolist()


def test_a_short_text_always_loses_its_end():
    """T5's rule leaves no choice where there is one span: it ends in a span, and that is all."""
    ids = torch.arange(20)[None]
    drawn = {tuple(corrupt_spans(ids, SENTINELS, END, START, generator(s)).labels[0].tolist())
             for s in range(20)}  # fmt: skip
    assert drawn == {(SENTINELS[0], 17, 18, 19, END)}


def test_all_ways_of_cutting_are_equally_likely():
    """7 tokens in 3 pieces: 15 ways (T5's random_segmentation)."""
    source = generator(5)
    ways = [tuple(objectives._pieces(7, 3, source)) for _ in range(3000)]
    counts = np.unique(np.array(ways), axis=0, return_counts=True)[1]
    assert len(counts) == math.comb(6, 2) and chisquare(counts).pvalue > 1e-3


def test_impossible_requests_are_one_sentence():
    ids = torch.zeros(1, 100, dtype=torch.long)
    for call, says in (
        (lambda: corrupt_spans(ids, (1, 2), END, START, generator(0)), "only 2 sentinels"),
        (lambda: mask_tokens(ids, MASK, VOCABULARY, generator(0), share=1.5), "between 0 and 1"),
        (lambda: noise_and_spans(1), "at least 2 tokens"),
        (lambda: raw_length(1), "ask for more"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)


def test_loss_is_cross_entropy_over_what_is_asked():
    """Against torch's own mean over the whole batch with ignored labels."""
    logits = torch.randn(3, 8, 11, generator=generator(0))
    labels = torch.randint(0, 11, (3, 8), generator=generator(1))
    labels[:, ::3] = IGNORE
    batch = objectives.ObjectiveBatch(torch.zeros(3, 8, dtype=torch.long), labels)
    total, tokens, _, read = objective_loss(lambda *_, **__: logits, batch)
    mean = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
    assert total / tokens == pytest.approx(mean.item(), rel=1e-5)
    assert tokens == (labels != IGNORE).sum() and read == 24


def test_masker_has_the_frequencies_of_the_library():
    """Parity with transformers' collator: equal shares, within what chance allows."""
    from transformers import DataCollatorForLanguageModeling

    from workbook.pretraining import data, models

    tokenizer = data.tokenizer()
    tokenizer.mask_token = models.MASK
    ids = torch.randint(300, 2000, (60, 200), generator=generator(0))
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15, seed=0)
    theirs = collator([{"input_ids": row} for row in ids.tolist()])
    ours = mask_tokens(ids, tokenizer.mask_token_id, 2048, generator(0))
    shares = []
    for inputs, labels in ((theirs["input_ids"], theirs["labels"]), ours[:2]):
        chosen = labels != IGNORE
        hidden = (inputs == tokenizer.mask_token_id) & chosen
        shares.append([chosen.float().mean().item(), hidden.sum().item() / chosen.sum().item()])
    assert shares[0] == pytest.approx(shares[1], abs=0.02)


def test_every_public_function_says_what_it_does():
    for name, function in inspect.getmembers(objectives, inspect.isfunction):
        if function.__module__ == objectives.__name__ and not name.startswith("_"):
            assert function.__doc__, name
