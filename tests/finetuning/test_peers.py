"""Our loop and the libraries': the same steps from the same texts, and trainings as recorded."""

import copy
import logging
import sys

import pytest
import torch

from workbook.core.hub import loading
from workbook.core.runs import Interval
from workbook.core.system.install_hints import TALKATIVE
from workbook.finetuning import peers
from workbook.finetuning.data import chats
from workbook.finetuning.families import measure_baseline
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
    ours = peers.with_fit(decoder, tokenizer, town, STEPS, seed)
    theirs = peers.with_sft_trainer(decoder, tokenizer, town, STEPS, seed)
    assert len(ours.losses) == len(theirs.losses) == STEPS
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-4)
    assert near(ours.model, theirs.model, 1e-4)
    assert not near(ours.model, decoder, 1e-3)  # so that it moved ten times as far, at least


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_seq2seq_trainer_makes_our_steps(both, tokenizer, town, seed):
    texts = [each for chat in town for each in exchanges(chat)]
    ours = peers.pairs_with_fit(both, tokenizer, texts, STEPS, seed)
    theirs = peers.with_seq2seq_trainer(both, tokenizer, texts, STEPS, seed)
    assert len(ours.losses) == len(theirs.losses) == STEPS
    assert ours.losses == pytest.approx(theirs.losses, abs=1e-4)
    assert near(ours.model, theirs.model, 1e-4)
    assert not near(ours.model, both, 1e-3)


def test_another_order_makes_other_steps(decoder, both, tokenizer, town):
    """Else the two tests above would pass for trainers that look at no text."""
    texts = [each for chat in town for each in exchanges(chat)]
    for train, model, rows in (
        (peers.with_sft_trainer, decoder, town),
        (peers.with_seq2seq_trainer, both, texts),
    ):
        given = train(model, tokenizer, rows, 2)
        own = train(model, tokenizer, rows, 2, own_order=True)
        assert given.losses != pytest.approx(own.losses, abs=1e-3)


def test_what_is_given_stays_as_it_was(decoder, both, tokenizer, town, capsys):
    """Guards against a run on weights that another run had changed; and they keep quiet."""
    texts = [each for chat in town for each in exchanges(chat)]
    before = [copy.deepcopy(model.state_dict()) for model in (decoder, both)]
    for train in (peers.with_fit, peers.with_sft_trainer):
        assert not train(decoder, tokenizer, town, 1).model.training
    for train in (peers.pairs_with_fit, peers.with_seq2seq_trainer):
        assert not train(both, tokenizer, texts, 1).model.training
    for model, weights in zip((decoder, both), before, strict=True):
        assert all(torch.equal(weights[name], t) for name, t in model.state_dict().items())
    assert tokenizer.padding_side == "left"
    assert capsys.readouterr().out == ""


def test_padding_before_an_answer_would_be_read(both, tokenizer):
    """Guards the side of padding: the town's tokenizer pads on the left, for decoders."""
    texts = [("a", "b"), ("c", "d e f g h i j k l m n o p")] * peers.ROWS
    ours = peers.pairs_with_fit(both, tokenizer, texts, 1)
    theirs = peers.with_seq2seq_trainer(both, tokenizer, texts, 1)
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
    rows = peers.in_order(range(10), steps=5, seed=3)  # 40 texts: four epochs
    epochs = [rows[start : start + 10] for start in range(0, 40, 10)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4
    assert rows == peers.in_order(range(10), 5, 3) != peers.in_order(range(10), 5, 4)
    with pytest.raises(ValueError, match="no text to train on"):
        peers.in_order([], 5)


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
    [("trl", peers.with_sft_trainer), ("transformers", peers.with_seq2seq_trainer)],
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


def test_a_run_scores_the_model_before_and_three_trainings():
    found = peers.tune_three_ways("encoder-decoder", 0, steps=2, count=3)
    assert list(found["scores"]) == [
        peers.UNTUNED, peers.OURS, peers.SAME, peers.OWN
    ]  # fmt: skip
    assert all(len(scores) == 3 for scores in found["scores"].values())
    assert {len(losses) for losses in found["losses"].values()} == {2}
    assert peers.largest_gap([found]) < 1e-4


def test_what_is_recorded_is_not_run_again(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    ran = []
    monkeypatch.setattr(peers, "tune_three_ways", lambda part, seed: ran.append((part, seed)) or {})
    peers.LIBRARY.run_missing("library", [0])
    peers.LIBRARY.run_missing("library", [0, 1])
    wanted = [(part, seed) for seed in (0, 1) for part in peers.STEPS]
    assert sorted(ran) == sorted(wanted)
    lines = peers.LIBRARY.read("library")
    assert sorted(line["run"] for line in lines) == [f"{p}/{s}" for p, s in sorted(wanted)]


@pytest.mark.parametrize("part", peers.STEPS)
def test_over_three_seeds_the_loops_agree(part):
    """Of the bundled record: equal steps in the same order, and no difference in another."""
    found = [each for each in peers.LIBRARY.read("library") if each["part"] == part]
    assert [each["seed"] for each in found] == [0, 1, 2]
    assert peers.largest_gap(found, peers.FIRST) < 1.5e-4
    table = peers.agreement_table(part)
    assert list(table.index) == [
        "baseline", peers.UNTUNED, peers.OURS, peers.SAME, peers.OWN
    ]  # fmt: skip
    family = peers.FAMILY[part]
    baseline = measure_baseline((family,), peers.CASES)[family]
    assert table.iloc[0, 0] == pytest.approx(sum(baseline) / len(baseline), abs=1e-3)
    gaps = peers.score_gaps(found)
    for name in (peers.SAME, peers.OWN):
        assert gaps[name].low <= 0 <= gaps[name].high, name
    assert gaps[peers.UNTUNED].high < 0  # tuning did something


def recorded(ours, theirs, scores):
    """A line of the record; the scores are of each training's two cases."""
    return {"losses": {peers.OURS: ours, peers.SAME: theirs}, "scores": scores}


def test_the_largest_gap_is_of_one_step_of_one_seed():
    found = [recorded([1.0, 2.0, 3.0], [1.0, 2.5, 9.0], {}), recorded([1.0], [0.75], {})]
    assert peers.largest_gap(found) == 6
    assert peers.largest_gap(found, 2) == 0.5
    assert peers.largest_gap(found, 1) == 0.25


def test_gaps_are_theirs_less_ours_seed_by_seed():
    def scores(*values):
        names = (peers.UNTUNED, peers.OURS, peers.SAME, peers.OWN)
        return {name: [value, value + 0.2] for name, value in zip(names, values, strict=True)}

    found = [recorded([], [], scores(0.0, 0.5, 0.6, 0.5)),
             recorded([], [], scores(0.1, 0.7, 0.6, 0.8))]  # fmt: skip
    gaps = peers.score_gaps(found)
    assert list(gaps) == [peers.UNTUNED, peers.SAME, peers.OWN]
    assert gaps[peers.SAME] == pytest.approx(Interval.of_seeds([0.1, -0.1]))
    assert gaps[peers.UNTUNED].mean == pytest.approx(-0.55)
    assert gaps[peers.OWN].mean == pytest.approx(0.05)
