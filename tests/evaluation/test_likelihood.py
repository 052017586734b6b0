"""Perplexity and bits per byte: closed forms, and a model against transformers' own loss."""

import math

import pytest
import torch

from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import bits_per_byte, perplexity
from workbook.evaluation.likelihood import likelihood

TEXTS = ["The town sleeps.", "A page about nobody, with a café.", "Yes."]


@pytest.fixture(scope="module")
def town():
    return load_model("bundled:town-lm"), load_tokenizer("bundled:town-lm")


def test_a_fair_die():
    """Six equally likely tokens: perplexity 6, whatever the length; a byte each: log2 6 bits."""
    nats = 10 * math.log(6)
    assert perplexity(nats, 10) == pytest.approx(6)
    assert bits_per_byte(nats, 10) == pytest.approx(math.log2(6))
    assert perplexity(0.0, 4) == 1.0


def test_coarser_tokens_change_perplexity_but_not_bits_per_byte():
    nats, size = 50.0, 100
    assert perplexity(nats, 20) != pytest.approx(perplexity(nats, 40))
    assert bits_per_byte(nats, size) == pytest.approx(50 / math.log(2) / 100)


def test_a_model_is_scored_as_transformers_scores_it(town):
    model, tokenizer = town
    nats, tokens = 0.0, 0
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False)
        row = torch.tensor([[tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]])
        with torch.no_grad():
            nats += model(input_ids=row, labels=row).loss.item() * (row.shape[1] - 1)
        tokens += row.shape[1] - 1
    found = likelihood(model, tokenizer, TEXTS, batch=2)
    assert found.tokens == tokens and found.nats == pytest.approx(nats, rel=1e-5)
    assert found.bytes == sum(len(text.encode("utf-8")) for text in TEXTS)
    assert found.perplexity == pytest.approx(math.exp(nats / tokens), rel=1e-4)
    assert found.bits_per_byte == pytest.approx(nats / math.log(2) / found.bytes, rel=1e-5)


def test_nothing_to_score_is_one_sentence(town):
    for call, says in (
        (lambda: likelihood(*town, []), "no text"),
        (lambda: perplexity(1.0, 0), "at least one token"),
        (lambda: bits_per_byte(1.0, 0), "at least one byte"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
