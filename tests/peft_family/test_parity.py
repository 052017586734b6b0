"""Equal to peft, number by number; and what a soft prompt and a prefix are, shown by equality."""

import peft
import pytest
import torch
from tiny_family import FAMILIES, C, L, V, logits, settings_of, shake, texts, tiny

from workbook.core.hub import load_tokenizer
from workbook.core.hub.assets import path
from workbook.peft_family.methods import attach
from workbook.peft_family.peers import peft_model, trained_gradients
from workbook.peft_family.prompt import prompt_start
from workbook.peft_family.tokens import fixed_input

WAYS = [("prompt", {"length": 4}), ("prefix", {"length": 3}),
        ("prefix", {"length": 3, "hidden": 7}), ("ia3", {}), ("chosen", None)]  # fmt: skip


def twins(family, method, settings):
    """Ours and peft's model with the same weights, both in eval mode."""
    settings = settings_of(family)["chosen"] if settings is None else settings
    attachment = attach(tiny(family), method, **settings)
    if method in ("ia3", "chosen"):
        shake(attachment)
    if (family, method) == ("t5", "prefix"):
        _give_both_layers_the_same(attachment)
    return attachment, peft_model(tiny(family), attachment).eval()


def _give_both_layers_the_same(attachment):
    """peft reads the same rows for both layers of this T5: see the test below."""
    prefix, half = attachment.model.prefix, 2 * C
    if prefix.network is None:
        prefix.rows.data[:, half:] = prefix.rows.data[:, :half]
    else:
        for parameter in prefix.network[2].parameters():
            parameter.data[half:] = parameter.data[:half]


@pytest.mark.parametrize(("method", "settings"), WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_logits_and_gradients_are_pefts(family, method, settings):
    ours, theirs = twins(family, method, settings)
    ids, mask = texts()
    own = logits(ours.model, ids, mask)
    other = logits(theirs, ids, mask)[:, -own.shape[1] :]  # peft keeps the prompt's own places
    assert torch.allclose(own, other, atol=1e-5) and own.std() > 0.01
    own.square().mean().backward()
    other.square().mean().backward()
    if (family, method) == ("t5", "prefix"):
        return
    pairs = list(zip(trained_gradients(ours.model), trained_gradients(theirs), strict=True))
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in pairs)
    assert sum(float(a.abs().sum()) for a, _ in pairs) > 1e-3


def test_peft_gives_every_layer_of_a_t5_the_first_rows():
    """Why the two differ there: half of peft's prefix is never read, and gets no gradient."""
    ours, theirs = twins("t5", "prefix", {"length": 3})
    ids, mask = texts()
    for model in (ours.model, theirs):
        logits(model, ids, mask).square().mean().backward()
    own = ours.model.prefix.rows.grad.view(3, L, 2 * C)
    other = theirs.prompt_encoder["default"].embedding.weight.grad.view(3, L, 2 * C)
    assert torch.allclose(own.sum(1), other[:, 0], atol=1e-6) and own[:, 1].abs().sum() > 0
    assert (other[:, 1] == 0).all()


@pytest.mark.parametrize(("method", "settings"), WAYS[:4])
def test_twenty_steps_are_pefts(method, settings):
    ours, theirs = twins("llama", method, settings)
    ids, mask = texts()
    losses = []
    for model in (ours.model, theirs):
        optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
        losses.append([])
        for _ in range(20):
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                logits(model, ids, mask)[:, -9:-1].flatten(0, 1), ids[:, 1:].flatten()
            )
            loss.backward()
            optimiser.step()
            losses[-1].append(float(loss))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert losses[0][-1] < losses[0][0] - 0.1


def test_new_words_learn_as_pefts_trainable_tokens_do():
    """A fixed input of new tokens: the vocabulary grown by 4, of which only those rows learn."""
    ours = attach(tiny("llama"), "tokens", length=4)
    base = tiny("llama")
    base.resize_token_embeddings(V + 4, mean_resizing=False)
    with torch.no_grad():
        base.get_input_embeddings().weight[V:] = ours.weights["new_tokens.rows"]
    config = peft.TrainableTokensConfig(
        token_indices=list(range(V, V + 4)), target_modules=["embed_tokens"]
    )
    theirs = peft.get_peft_model(base, config).eval()
    ids = fixed_input(ours, texts()[0])
    own, other = logits(ours.model, ids), logits(theirs, ids)[..., :V]
    assert torch.allclose(own, other, atol=1e-5)
    own.square().mean().backward()
    other.square().mean().backward()
    (other_gradient,) = trained_gradients(theirs)
    assert torch.allclose(ours.weights["new_tokens.rows"].grad.flatten(), other_gradient, atol=1e-6)


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_a_soft_prompt_is_a_fixed_input_with_trained_embeddings(family):
    soft = attach(tiny(family), "prompt", length=4, seed=7)
    hard = attach(tiny(family), "tokens", length=4, seed=7)
    ids, _ = texts()
    own, other = logits(soft.model, ids), logits(hard.model, fixed_input(hard, ids))[:, 4:]
    assert torch.equal(own, other)
    own.square().mean().backward()
    other.square().mean().backward()
    gradients = [next(iter(each.weights.values())).grad for each in (soft, hard)]
    assert torch.allclose(*gradients, atol=1e-6) and gradients[0].abs().sum() > 0


@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_started_as_a_text_both_kinds_are_that_text_in_front(family):
    """A prompt starts as its embeddings, a prefix as its cache: the model reads the same."""
    ids, _ = texts()
    text = torch.tensor([[11, 5, 60, 7]])
    front = logits(tiny(family), torch.cat([text.expand(len(ids), -1), ids], 1))[:, 4:]
    soft = attach(tiny(family), "prompt", length=4, start="text", ids=text[0].tolist())
    deep = attach(tiny(family), "prefix", start=text)
    assert torch.allclose(logits(soft.model, ids), front, atol=1e-5)
    assert torch.allclose(logits(deep.model, ids), front, atol=1e-5)


def test_an_encoders_prompt_is_text_in_front_of_the_encoder():
    ids, mask = texts()
    text = [11, 5, 60, 7]
    front = torch.cat([torch.tensor([text]).expand(len(ids), -1), ids], 1)
    wide = torch.cat([mask.new_ones(len(ids), 4), mask], 1)
    soft = attach(tiny("t5"), "prompt", length=4, start="text", ids=text)
    want = tiny("t5")(input_ids=front, attention_mask=wide, decoder_input_ids=ids[:, -5:]).logits
    assert torch.allclose(logits(soft.model, ids, mask), want, atol=1e-5)


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


def test_starts_are_what_they_say():
    table = torch.randn(V, C, generator=torch.Generator().manual_seed(2)) * 3
    rows = prompt_start(table, 10, "vocabulary", seed=4)
    assert all((table == row).all(1).any() for row in rows) and len(rows.unique(dim=0)) == 10
    noise = prompt_start(table, 400, "noise", seed=4)
    assert float(noise.std()) == pytest.approx(3, rel=0.05)
    assert torch.equal(noise, prompt_start(table, 400, "noise", seed=4))
    assert not torch.equal(noise, prompt_start(table, 400, "noise", seed=5))


def test_a_prefix_made_by_a_network_needs_it_no_more():
    """What is kept is the table; as weights of its own it gives the same logits."""
    made = attach(tiny("llama"), "prefix", length=3, hidden=7)
    ids, mask = texts()
    plain = attach(tiny("llama"), "prefix", length=3)
    plain.weights["prefix.rows"].data.copy_(made.kept["prefix.rows"])
    assert torch.allclose(logits(plain.model, ids, mask), logits(made.model, ids, mask), atol=1e-5)
    assert made.trained > plain.trained == 3 * 2 * L * 16
    assert sum(weight.numel() for weight in made.kept.values()) == plain.trained
