"""Tuning: a copy is trained, the seed decides, the penalty counts once, the loss falls."""

import pytest
import torch
from tiny_tuning import tiny_model, tokenizer, weights

from workbook.core.hub import load_model
from workbook.finetuning import data
from workbook.finetuning.tuning import TuneConfig, first_rate, tune
from workbook.training.packing import Rows


@pytest.fixture(scope="module")
def chats():
    return data.chats(("polite", "entailment"), 12)


def tuned(chats, seed=0, **options):
    options = {"steps": 3, "learning_rate": 1e-2, "progress": False, **options}
    return tune(tiny_model(), tokenizer(), chats, seed=seed, **options)


def test_the_model_given_stays_as_it_was(chats):
    model = tiny_model()
    before = weights(model)
    found = tune(model, tokenizer(), chats, 2, progress=False)
    assert torch.equal(weights(model), before)
    assert not torch.equal(weights(found.model), before)
    assert not found.model.training


def test_a_sixteen_bit_model_is_tuned_in_float32(chats):
    """In bfloat16 an update below 1/256 of a weight would be lost."""
    found = tune(tiny_model().to(torch.bfloat16), tokenizer(), chats, 1, progress=False)
    assert {p.dtype for p in found.model.parameters()} == {torch.float32}


def test_same_seed_same_weights_other_seed_others(chats):
    first, again, other = (weights(tuned(chats, seed).model) for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_settings_reach_the_loop(chats):
    found = tuned(
        chats, settings=TuneConfig(warmup=0, decay_fraction=0.0), steps=2, learning_rate=3e-3
    )
    assert [record["learning_rate"] for record in found.run.records] == [3e-3, 3e-3]
    padded = tuned(chats, packed=False, batch_size=3, steps=1)
    rows = Rows(data.examples(tokenizer(), chats), 3, 320, 0, 0, packed=False)
    assert padded.tokens == rows.batch(0)["read"]
    assert tuned(chats, loss_on="all", steps=1).losses != tuned(chats, steps=1).losses
    assert found.statistics == data.statistics(data.examples(tokenizer(), chats), 2)


def test_tokens_are_those_that_were_read(chats):
    found = tuned(chats, steps=4)
    rows = Rows(data.examples(tokenizer(), chats), 2, 320, 0, 0)
    assert found.tokens == sum(rows.batch(number)["read"] for number in range(4))


def test_a_penalty_is_added_once_to_the_mean_loss(chats):
    """The gradient of a constant penalty is nothing; its value is told apart from the loss."""
    plain = tuned(chats)
    constant = tuned(chats, penalty=lambda model: torch.tensor(0.25))
    assert torch.allclose(weights(plain.model), weights(constant.model), atol=1e-7)
    for record, loss in zip(constant.run.records, plain.losses, strict=True):
        assert record["penalty"] == pytest.approx(0.25)
        assert record["answer_loss"] == pytest.approx(loss, rel=1e-5)
        assert record["loss"] == pytest.approx(loss + 0.25, rel=1e-5)


def test_a_penalty_pulls_as_hard_as_its_gradient_says(chats):
    """One plain step of gradient descent by hand, read off the loop's own gradient norm."""
    model = tiny_model()
    norms = [
        tuned(chats, steps=1, penalty=penalty).run.records[0]["gradient_norm"]
        for penalty in (None, lambda m: 100 * sum(p.square().sum() for p in m.parameters()))
    ]
    pull = 200 * weights(model).norm().item()
    assert norms[1] == pytest.approx(pull, rel=0.05) and norms[0] < pull / 10


def test_the_base_model_learns_the_chat_format_in_ten_steps():
    model = load_model("bundled:town-lm")
    found = tune(model, tokenizer(), data.chats("summarise", 20), 10, learning_rate=1e-3,
                 progress=False)  # fmt: skip
    assert found.losses[-1] < 0.4 * found.losses[0]


def test_a_large_model_is_tuned_in_smaller_steps():
    from transformers import LlamaConfig, LlamaForCausalLM

    def rate(width):
        with torch.device("meta"):
            return first_rate(
                LlamaForCausalLM(
                    LlamaConfig(
                        hidden_size=width, num_hidden_layers=1, num_attention_heads=4, vocab_size=99
                    )
                )
            )

    assert rate(64) == TuneConfig().learning_rate > 10 * rate(4096) > 0
