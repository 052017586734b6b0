"""Our loop and the libraries', step by step: the same losses and weights from the same texts."""

import copy
import logging
import sys

import pytest
import torch

from workbook.core.hub import loading
from workbook.core.system.install_hints import TALKATIVE
from workbook.finetuning import library
from workbook.finetuning.data import chats
from workbook.training.data import chat_example, exchanges
from workbook.training.models import small_t5

STEPS = 5


@pytest.fixture(scope="module")
def tokenizer():
    return loading.load_tokenizer("bundled:town-lm")


@pytest.fixture(scope="module")
def town():
    """Chats of two families, one of which has several turns."""
    return chats(("polite", "translate"), 60)


@pytest.fixture
def decoder(tokenizer):
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
            pad_token_id=tokenizer.pad_token_id, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )  # fmt: skip


@pytest.fixture
def both(tokenizer):
    return small_t5(tokenizer, 1, hidden_size=32, layers=2, heads=2, ffn_dim=48)


def near(one, two, by):
    return all(
        torch.allclose(a, b, atol=by)
        for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_sft_trainer_makes_our_steps(decoder, tokenizer, town, seed):
    """It masks and renders by itself: a wrong template, mask, mean or rate would show in step 1."""
    ours = library.with_fit(decoder, tokenizer, town, STEPS, seed)
    theirs = library.with_sft_trainer(decoder, tokenizer, town, STEPS, seed)
    assert len(ours.losses) == len(theirs.losses) == STEPS
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-4)
    assert near(ours.model, theirs.model, 1e-4)
    assert not near(ours.model, decoder, 1e-3)  # so that it moved ten times as far, at least


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_seq2seq_trainer_makes_our_steps(both, tokenizer, town, seed):
    texts = [each for chat in town for each in exchanges(chat)]
    ours = library.pairs_with_fit(both, tokenizer, texts, STEPS, seed)
    theirs = library.with_seq2seq_trainer(both, tokenizer, texts, STEPS, seed)
    assert len(ours.losses) == len(theirs.losses) == STEPS
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-4)
    assert near(ours.model, theirs.model, 1e-4)
    assert not near(ours.model, both, 1e-3)


def test_another_order_makes_other_steps(decoder, both, tokenizer, town):
    """Else the two tests above would pass for trainers that look at no text."""
    texts = [each for chat in town for each in exchanges(chat)]
    for train, model, rows in (
        (library.with_sft_trainer, decoder, town),
        (library.with_seq2seq_trainer, both, texts),
    ):
        given = train(model, tokenizer, rows, 2)
        own = train(model, tokenizer, rows, 2, own_order=True)
        assert given.losses != pytest.approx(own.losses, abs=1e-3)


def test_what_is_given_stays_as_it_was(decoder, both, tokenizer, town, capsys):
    """Guards against a run on weights that another run had changed; and they keep quiet."""
    texts = [each for chat in town for each in exchanges(chat)]
    before = [copy.deepcopy(model.state_dict()) for model in (decoder, both)]
    for train in (library.with_fit, library.with_sft_trainer):
        assert not train(decoder, tokenizer, town, 1).model.training
    for train in (library.pairs_with_fit, library.with_seq2seq_trainer):
        assert not train(both, tokenizer, texts, 1).model.training
    for model, weights in zip((decoder, both), before, strict=True):
        assert all(torch.equal(weights[name], t) for name, t in model.state_dict().items())
    assert tokenizer.padding_side == "left"
    assert capsys.readouterr().out == ""


def test_padding_before_an_answer_would_be_read(both, tokenizer):
    """Guards the side of padding: the town's tokenizer pads on the left, for decoders."""
    texts = [("a", "b"), ("c", "d e f g h i j k l m n o p")] * library.ROWS
    ours = library.pairs_with_fit(both, tokenizer, texts, 1)
    theirs = library.with_seq2seq_trainer(both, tokenizer, texts, 1)
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-5)


def test_the_peer_learns_what_the_template_marks(tokenizer, town):
    """The `{% generation %}` part of the template is where our labels are."""
    for chat in town[:20]:
        ours = chat_example(tokenizer, chat)
        theirs = tokenizer.apply_chat_template(
            chat, return_dict=True, return_assistant_tokens_mask=True
        )
        assert ours.ids == list(theirs["input_ids"])
        assert [label >= 0 for label in ours.labels] == list(map(bool, theirs["assistant_masks"]))


def test_every_epoch_has_all_texts_in_a_new_order():
    rows = library.in_order(range(10), steps=5, seed=3)  # 40 texts: four epochs
    epochs = [rows[start : start + 10] for start in range(0, 40, 10)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4
    assert rows == library.in_order(range(10), 5, 3) != library.in_order(range(10), 5, 4)
    with pytest.raises(ValueError, match="no text to train on"):
        library.in_order([], 5)


class Watch:
    """Refuses to import a library, and keeps how loud the loggers were when it was asked for."""

    def __init__(self, library):
        self.library, self.levels = library, []

    def find_spec(self, name, path=None, target=None):
        if name == self.library:
            self.levels = [logging.getLogger(each).level for each in TALKATIVE]
            raise ImportError("refused")


@pytest.mark.parametrize(
    ("imported", "train"),
    [("trl", library.with_sft_trainer), ("transformers", library.with_seq2seq_trainer)],
)
def test_install_hints_are_hidden_before_a_library_is_imported(monkeypatch, imported, train):
    """A lesson showed a red line: "Please make sure you already `pip install kernels`"."""
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.NOTSET)
    watch = Watch(imported)
    monkeypatch.delitem(sys.modules, imported, raising=False)
    monkeypatch.setattr(sys, "meta_path", [watch, *sys.meta_path])
    with pytest.raises(ImportError, match="refused"):
        train(None, None, [], 1)
    assert watch.levels == [logging.ERROR] * len(TALKATIVE)
