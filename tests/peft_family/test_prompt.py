"""Soft prompts: what they start as, and the text's own places behind them."""

import peft
import pytest
import torch
from tiny_family import C, V, logits, texts, tiny

from workbook.core.hub import load_tokenizer
from workbook.core.hub.assets import path
from workbook.peft_family.methods import attach
from workbook.peft_family.prompt import prompt_start


def test_starts_are_what_they_say():
    table = torch.randn(V, C, generator=torch.Generator().manual_seed(2)) * 3
    rows = prompt_start(table, 10, "vocabulary", seed=4)
    assert all((table == row).all(1).any() for row in rows) and len(rows.unique(dim=0)) == 10
    noise = prompt_start(table, 400, "noise", seed=4)
    assert float(noise.std()) == pytest.approx(3, rel=0.05)
    assert torch.equal(noise, prompt_start(table, 400, "noise", seed=4))
    assert not torch.equal(noise, prompt_start(table, 400, "noise", seed=5))


def test_text_starts_as_pefts_text_does():
    """Shorter texts are repeated, longer ones cut."""
    tokenizer = load_tokenizer("bundled:town-lm")
    table = torch.randn(len(tokenizer), 8, generator=torch.Generator().manual_seed(0))
    words = torch.nn.Embedding.from_pretrained(table)
    for text, length in (
        ("Write it in the log.", 20),
        ("Write it in the log, please, at once.", 3),
    ):
        config = peft.PromptTuningConfig(
            num_virtual_tokens=length, prompt_tuning_init="TEXT", prompt_tuning_init_text=text,
            tokenizer_name_or_path=str(path("models/town-lm")), task_type="CAUSAL_LM", token_dim=8,
            num_transformer_submodules=1,
        )  # fmt: skip
        theirs = peft.PromptEmbedding(config, words).embedding.weight
        ours = prompt_start(table, length, "text", tokenizer(text)["input_ids"])
        assert torch.equal(ours, theirs)


def test_a_short_text_is_repeated_and_the_table_is_copied():
    table = torch.arange(8.0).reshape(4, 2)
    start = prompt_start(table, 5, "text", [3, 1, 2])
    assert start.tolist() == table[[3, 1, 2, 3, 1]].tolist()
    start += 1
    prompt_start(table, 4, "vocabulary").zero_()
    assert table.flatten().tolist() == list(range(8))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((3, "nose"), "starts as noise, vocabulary, text .* not 3 as 'nose' of 0 ids"),
        ((0, "noise"), "has 1 vector or more .* not 0 as 'noise' of 0 ids"),
        ((2, "text"), "not 2 as 'text' of 0 ids"),
    ],
)
def test_no_other_start_is_known(arguments, said):
    with pytest.raises(ValueError, match=said):
        prompt_start(torch.zeros(4, 2), *arguments)


def test_an_encoders_prompt_is_text_in_front_of_the_encoder():
    ids, mask = texts()
    text = [11, 5, 60, 7]
    front = torch.cat([torch.tensor([text]).expand(len(ids), -1), ids], 1)
    wide = torch.cat([mask.new_ones(len(ids), 4), mask], 1)
    soft = attach(tiny("t5"), "prompt", length=4, start="text", ids=text)
    want = tiny("t5")(input_ids=front, attention_mask=wide, decoder_input_ids=ids[:, -5:]).logits
    assert torch.allclose(logits(soft.model, ids, mask), want, atol=1e-5)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_the_places_of_the_prompt_are_taken_off_and_the_last_ones_can_be_asked_for(family):
    model = attach(tiny(family), "prompt", length=4).model
    ids, mask = texts()
    whole = logits(model, ids, mask)
    assert whole.shape == (3, 9, V)
    assert torch.allclose(logits(model, ids, mask, logits_to_keep=2), whole[:, -2:], atol=1e-6)


def test_embeddings_may_be_given_in_place_of_ids():
    model = attach(tiny("llama"), "prompt", length=4).model
    ids, _ = texts()
    embedded = model.get_input_embeddings()(ids)
    assert torch.equal(model(inputs_embeds=embedded).logits, logits(model, ids))
