"""The small recurrent network: it reads in order, learns, and writes one line."""

from types import SimpleNamespace

import pytest
import torch
from welcome_families import tokenizer as town_words

from workbook.core.hub import bundled
from workbook.welcome.recurrent import BATCH, LENGTH, RecurrentModel, train_recurrent, write_on


def test_the_recurrent_model_reads_in_order_and_learns(documents, trained):
    _, tokenizer = bundled("town-lm")
    ids = torch.tensor([tokenizer.encode(documents[3])[:30]])
    fresh = RecurrentModel(len(tokenizer))
    losses = []
    for model in (fresh, trained):
        with torch.no_grad():
            logits = model(ids).logits
            early = model(ids[:, :10]).logits
        torch.testing.assert_close(logits[:, :10], early, msg="no token may see a later one")
        losses.append(float(torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:])))
    assert losses[1] < losses[0] - 0.2


def test_it_writes_one_line_and_the_same_for_the_same_seed(trained):
    _, tokenizer = bundled("town-lm")
    said = write_on(trained, tokenizer, "Question: Who?\nAnswer:")
    assert said == write_on(trained, tokenizer, "Question: Who?\nAnswer:") and "\n" not in said
    assert said != write_on(trained, tokenizer, "Question: Who?\nAnswer:", seed=1)


def test_too_little_text_is_refused():
    _, tokenizer = bundled("town-lm")
    with pytest.raises(ValueError, match=rf"rows of {LENGTH} tokens are too few"):
        train_recurrent(tokenizer, ["A short text."], steps=1)
    assert BATCH > 1


def test_it_is_called_as_a_model_of_the_library_is():
    model, ids = RecurrentModel(7), torch.tensor([[1, 2, 3, 6, 5], [1, 0, 0, 0, 0]])
    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
    assert logits.shape == (2, 5, 7)
    torch.testing.assert_close(model(input_ids=ids[1:]).logits, logits[1:])


class Reciter:
    """Gives the tokens of a text in turn, whatever it reads."""

    def __init__(self, ids, start):
        self.ids, self.start = ids, start

    def __call__(self, ids):
        logits = torch.full((1, ids.shape[1], 300), -100.0)
        logits[0, -1, self.ids[ids.shape[1] - self.start]] = 100.0
        return SimpleNamespace(logits=logits)


def test_what_is_written_ends_with_the_line_and_does_not_repeat_the_text():
    tokenizer, text = town_words(), "Question: Who?\nAnswer:"
    said = tokenizer.encode(" Ada Ames.\nQuestion: Where?")
    reciter = Reciter(said, len(tokenizer.encode(text)))
    assert write_on(reciter, tokenizer, text, new_tokens=len(said)) == "Ada Ames."
    assert write_on(reciter, tokenizer, text, new_tokens=3) == tokenizer.decode(said[:3]).strip()


def test_one_seed_one_network():
    _, tokenizer = bundled("town-lm")
    texts = ["The ferry goes to the harbour. " * 40] * 6
    one, again, other = (
        train_recurrent(tokenizer, texts, steps=1, seed=seed).head.bias for seed in (4, 4, 5)
    )
    assert torch.equal(one, again) and not torch.equal(one, other)
