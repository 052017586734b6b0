"""Perplexities in one unit: against transformers' loss, uniform models, and the entropy bound."""

import math

import pytest
import torch
from welcome_families import FAMILIES, model, tokenizer

from workbook.core.hub import load_model, load_tokenizer
from workbook.welcome import charts, perplexity
from workbook.welcome.perplexity import ENTROPY_BOUND, MODEL


@pytest.mark.parametrize("family", FAMILIES)
def test_nats_of_a_model_are_its_log_probabilities(family):
    """Summed token by token from the logits, instead of from the loss."""
    ids = tokenizer().encode("Where does the ferry go?")
    row = torch.tensor([[2, *ids, 1]])
    with torch.no_grad():
        if family == "t5":
            start = torch.tensor([[0, *ids]])
            logits = model(family)(row[:, :1], decoder_input_ids=start).logits[0]
        else:
            logits = model(family)(row).logits[0, :-1]
    expected = -sum(logits[t].log_softmax(-1)[token].item() for t, token in enumerate([*ids, 1]))
    assert perplexity.model_nats(model(family), ids, 2, 1) == pytest.approx(expected, rel=1e-4)


def test_a_text_longer_than_the_model_is_read_in_windows():
    """Guards against an index error deep in a model with few positions."""
    short, ids = model("gpt2", longest=16), tokenizer().encode("Where does the ferry go? " * 5)
    text = [*ids, 1]
    expected = sum(
        perplexity.model_nats(short, text[start : start + 14], 2, text[start + 14])
        for start in range(0, len(text) - 15, 15)
    )
    rest = text[len(text) // 15 * 15 :]
    expected += perplexity.model_nats(short, rest[:-1], 2, rest[-1]) if rest else 0
    assert perplexity.model_nats(short, ids, 2, 1) == pytest.approx(expected, rel=1e-4)


@pytest.fixture(scope="module")
def found():
    return perplexity.perplexities(load_model("base"), load_tokenizer("base"), 0, read=200, new=12)


def test_nobody_beats_the_entropy_bound(found):
    assert all(
        value > found[ENTROPY_BOUND] for name, value in found.items() if name != ENTROPY_BOUND
    )
    assert found[ENTROPY_BOUND] > 1


def test_the_entropy_bound_is_what_the_generator_paid(found):
    end_too = [
        len(load_tokenizer("base").encode(one.text, add_special_tokens=False)) + 1
        for one in perplexity.documents(12, perplexity.NEW_TEXT)
    ]
    nats = sum(one.nats for one in perplexity.documents(12, perplexity.NEW_TEXT))
    assert found[ENTROPY_BOUND] == pytest.approx(math.exp(nats / sum(end_too)))


def test_the_model_beats_every_chain_and_longer_histories_help_at_first(found):
    chains = [value for name, value in found.items() if name.startswith("Markov")]
    assert found[MODEL] < min(chains)
    assert chains[0] > 3 * chains[1] > 3 * chains[2]


def test_new_text_is_new():
    """Guards against scoring a chain on what it has read."""
    read = {one.text for one in perplexity.documents(60, 0)}
    new = [one.text for one in perplexity.documents(20, perplexity.NEW_TEXT)]
    assert sum(text in read for text in new) <= 1  # a short text may come twice by chance


def test_the_table_and_its_figure():
    table = perplexity.compare(
        load_model("base"), load_tokenizer("base"), seeds=(0, 1), read=40, new=3
    )
    assert (table.low <= table.perplexity).all() and (table.perplexity <= table.high).all()
    figure = charts.perplexity_chart(table)
    assert list(figure.data[0].y) == table.perplexity[: len(perplexity.ORDERS)].tolist()
    assert figure.data[1].y[0] == table.perplexity[MODEL]
    assert figure.data[2].y[0] == table.perplexity[ENTROPY_BOUND]
    assert figure.layout.yaxis.type == "log"
