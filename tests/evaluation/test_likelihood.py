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
    found = likelihood(model, tokenizer, TEXTS, batch_size=2)
    assert found.tokens == tokens and found.nats == pytest.approx(nats, rel=1e-5)
    assert found.bytes == sum(len(text.encode("utf-8")) for text in TEXTS)
    assert found.perplexity == pytest.approx(math.exp(nats / tokens), rel=1e-4)
    assert found.bits_per_byte == pytest.approx(nats / math.log(2) / found.bytes, rel=1e-5)


def bytes_and_model(**special):
    """A tokenizer of bytes and a model that finds every token equally likely."""
    from byte_tokenizers import byte_tokenizer
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_tokenizer(**special)
    size = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    config = LlamaConfig(vocab_size=len(tokenizer), num_attention_heads=2, **size)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        model.lm_head.weight.zero_()
    return model, tokenizer


@pytest.mark.parametrize("texts", [["abc"], ["abc", "é!"], ["😀 and", "x"], [""], ["", "ab"]])
@pytest.mark.parametrize("begin", [True, False])
def test_bytes_that_were_not_predicted_are_left_out(texts, begin):
    """Fault A11: without a begin token the first token is not scored, but its bytes were counted:
    4.099 bits per byte for 4.333."""
    special = {"eos_token": "</s>"} | ({"bos_token": "<s>"} if begin else {})
    model, tokenizer = bytes_and_model(**special)
    sizes = [len(text.encode()) for text in texts]
    predicted = [size + 1 if begin else size for size in sizes]  # the end token, less the first
    if not sum(predicted):
        with pytest.raises(ValueError, match="nothing to predict"):
            likelihood(model, tokenizer, texts)
        return
    found = likelihood(model, tokenizer, texts)
    assert found.tokens == sum(predicted)
    assert found.bytes == sum(size if begin else max(0, size - 1) for size in sizes)
    assert found.perplexity == pytest.approx(len(tokenizer), rel=1e-4)


def test_texts_of_one_token_without_begin_or_end_are_one_sentence():
    """Fault A11: nothing was scored, and the answer was 0.0 bits per byte."""
    model, tokenizer = bytes_and_model()
    with pytest.raises(ValueError, match="nothing to predict"):
        likelihood(model, tokenizer, ["a", "b"])
    assert likelihood(model, tokenizer, ["a", "bc"]).bytes == 1


def test_a_first_token_counts_all_its_bytes():
    """A word as first token: its bytes are left out, not one."""
    from workbook.evaluation.likelihood import _first_bytes

    tokenizer = load_tokenizer("bundled:town-lm")
    for text in ("Brindlemere sleeps.", "😀 smiles", " a"):
        ids = tokenizer.encode(text, add_special_tokens=False)
        rest = tokenizer.decode(ids[1:], clean_up_tokenization_spaces=False)
        if "\ufffd" not in rest:
            assert _first_bytes(tokenizer, text, ids) == len(text.encode()) - len(rest.encode())


def test_nothing_to_score_is_one_sentence(town):
    for call, says in (
        (lambda: likelihood(*town, []), "no text"),
        (lambda: perplexity(1.0, 0), "at least one token"),
        (lambda: bits_per_byte(1.0, 0), "at least one byte"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
