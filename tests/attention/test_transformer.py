"""What a transformer may see, with a cache or padding; its gradients and greedy text."""

import pytest
import torch
from hf_models import CLOSE, bert, check_close, gpt2, llama, t5, texts

from workbook.attention import GrowingKVCache, Transformer, TransformerConfig
from workbook.attention.library_weights import from_transformers
from workbook.core.hub import load_model, load_tokenizer

SMALL = {"hidden_size": 16, "layers": 2, "heads": 2}


@pytest.mark.parametrize("hf", [llama, gpt2], ids=["llama", "gpt2"])
def test_gradients_of_decoders(hf):
    model, (ids, _) = hf(), texts()
    ours = from_transformers(model)
    weight = torch.randn(3, 12, 97)
    (ours(ids) * weight).mean().backward()
    (model(ids).logits * weight).mean().backward()
    table = model.get_input_embeddings().weight
    torch.testing.assert_close(ours.embedding.weight.grad, table.grad, **CLOSE)
    norm = [
        w for n, w in model.named_parameters() if n.endswith(("ln_f.weight", "model.norm.weight"))
    ]
    torch.testing.assert_close(ours.decoder.norm.weight.grad, norm[0].grad, **CLOSE)


def test_gradients_of_bert_and_t5():
    (ids, _), weight = texts(), torch.randn(3, 12, 32)
    model = bert()
    ours = from_transformers(model)
    (ours(ids) * weight).mean().backward()
    (model(ids).last_hidden_state * weight).mean().backward()
    table = model.embeddings.word_embeddings.weight
    torch.testing.assert_close(ours.embedding.weight.grad, table.grad, **CLOSE)
    model, weight = t5(), torch.randn(3, 12, 97)
    ours = from_transformers(model)
    (ours(ids, decoder_ids=ids) * weight).mean().backward()
    (model(ids, decoder_input_ids=ids).logits * weight).mean().backward()
    torch.testing.assert_close(ours.embedding.weight.grad, model.shared.weight.grad, **CLOSE)
    first = model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight.grad
    torch.testing.assert_close(ours.encoder.relative.table.weight.grad, first, **CLOSE)


@torch.no_grad()
def test_the_towns_model_gives_the_same_logits_and_the_same_text():
    model, tokenizer = load_model("base"), load_tokenizer("base")
    ours = from_transformers(model)
    row = tokenizer.encode("<|bos|>Bridor Mossbrock\nBridor Mossbrock", add_special_tokens=False)
    ids = torch.tensor([row])
    check_close(ours(ids), model(ids).logits)
    settings = {"attention_mask": torch.ones_like(ids), "pad_token_id": 0}
    theirs = model.generate(ids, max_new_tokens=40, do_sample=False, eos_token_id=None, **settings)
    assert torch.equal(ours.greedy(ids, 40), theirs)
    end = int(theirs[0, len(row) + 20])
    stopped = ours.greedy(ids, 40, end_id=end)
    assert stopped[0, -1] == end and stopped.shape[1] < theirs.shape[1]
    assert torch.equal(stopped, theirs[:, : stopped.shape[1]])


@pytest.mark.parametrize("hf", [llama, gpt2], ids=["llama", "gpt2"])
@torch.no_grad()
def test_greedy_text_of_padded_rows_is_that_of_transformers(hf):
    model, (ids, keep_mask) = hf(), texts()
    keep_mask[1] = True  # a text goes on at its end, so it may only be padded in front
    settings = {"attention_mask": keep_mask.long(), "pad_token_id": 0, "do_sample": False}
    theirs = model.generate(ids, max_new_tokens=12, eos_token_id=None, **settings)
    ours = from_transformers(model)
    assert torch.equal(ours.greedy(ids, 12, keep_mask), theirs)
    alone = ours.greedy(ids[2:, 5:], 12)
    assert torch.equal(alone[0, 7:], theirs[2, 12:])


@torch.no_grad()
def test_greedy_text_of_t5_is_that_of_transformers():
    model, (ids, keep_mask) = t5(), texts()
    settings = {"attention_mask": keep_mask.long(), "decoder_start_token_id": 0}
    theirs = model.generate(
        ids, max_new_tokens=10, do_sample=False, eos_token_id=None, pad_token_id=0, **settings
    )
    start = torch.zeros(3, 1, dtype=torch.long)
    ours = from_transformers(model)
    assert torch.equal(ours.greedy(ids, 10, keep_mask, decoder_ids=start), theirs)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"positions": "learned", "norm": "layer", "feed_forward": "gelu"},
        {"positions": "sinusoidal", "norm_first": False},
        {"positions": "relative", "kv_heads": 1},
        {"positions": "none", "window": 3},
        {"window": 4},
    ],
)
@torch.no_grad()
def test_step_by_step_equals_the_whole(changes):
    model = Transformer(TransformerConfig(50, **SMALL, **changes)).double()
    ids = torch.randint(0, 50, (2, 9))
    keep_mask = torch.ones(2, 9, dtype=torch.bool)
    keep_mask[1, :3] = False
    for mask in (None, keep_mask):
        whole, cache, parts = model(ids, keep_mask=mask), GrowingKVCache(), []
        for start, end in ((0, 4), (4, 5), (5, 9)):
            part = None if mask is None else mask[:, start:end] if start else mask[:, :end]
            parts.append(model(ids[:, start:end], keep_mask=part, cache=cache))
        kept = torch.ones_like(ids, dtype=torch.bool) if mask is None else mask
        torch.testing.assert_close(torch.cat(parts, 1)[kept], whole[kept])
        assert cache.length == 9


@torch.no_grad()
def test_a_cache_takes_the_mask_of_all_tokens_or_of_the_new_ones():
    model, (ids, keep_mask) = Transformer(TransformerConfig(97, **SMALL)), texts()
    keep_mask[1] = True
    results = []
    for last in (keep_mask, keep_mask[:, 10:], None):
        cache = GrowingKVCache()
        model(ids[:, :10], keep_mask=keep_mask[:, :10], cache=cache)
        results.append(model(ids[:, 10:], keep_mask=last, cache=cache))
    assert torch.equal(results[0], results[1]) and torch.equal(results[0], results[2])
    check_close(results[0], model(ids, keep_mask=keep_mask)[:, 10:])


@pytest.mark.parametrize("architecture", ["decoder", "encoder", "encoder-decoder"])
@torch.no_grad()
def test_padding_changes_nothing(architecture):
    config = TransformerConfig(50, **SMALL, architecture=architecture, positions="learned")
    model, ids = Transformer(config), torch.randint(0, 50, (1, 6))
    both = architecture == "encoder-decoder"
    answer = {"decoder_ids": torch.randint(0, 50, (1, 4))} if both else {}
    alone = model(ids, **answer)
    for padding in ((0, 3), (3, 0)) if architecture == "decoder" else ((0, 3),):
        padded = torch.nn.functional.pad(ids, padding, value=7)
        keep_mask = torch.nn.functional.pad(torch.ones_like(ids), padding).bool()
        out = model(padded, **answer, keep_mask=keep_mask)
        check_close(out if answer else out[keep_mask][None], alone)


@torch.no_grad()
def test_a_decoder_does_not_see_the_future_and_an_encoder_does():
    ids = torch.randint(0, 50, (1, 8))
    other = ids.clone()
    other[0, -1] = (ids[0, -1] + 1) % 50
    for architecture, same in (("decoder", True), ("encoder", False)):
        model = Transformer(TransformerConfig(50, **SMALL, architecture=architecture))
        assert torch.allclose(model(ids)[:, :-1], model(other)[:, :-1], atol=1e-6) is same


@torch.no_grad()
def test_a_window_hides_what_is_far_away():
    """One layer and a window of 3: only the last two tokens before matter."""
    model = Transformer(TransformerConfig(50, hidden_size=16, layers=1, heads=2, window=3))
    ids = torch.randint(0, 50, (1, 8))
    far, near = ids.clone(), ids.clone()
    far[0, 4], near[0, 5] = (ids[0, 4] + 1) % 50, (ids[0, 5] + 1) % 50
    assert torch.allclose(model(far)[:, 7], model(ids)[:, 7], atol=1e-6)
    assert not torch.allclose(model(near)[:, 7], model(ids)[:, 7], atol=1e-6)


@torch.no_grad()
def test_a_window_is_no_padding_mask():
    """Guards against a window of `T T` that is taken for a mask of `B T` where B equals T."""
    model = Transformer(TransformerConfig(50, **SMALL, window=2))
    ids = torch.randint(0, 50, (6, 6))
    check_close(model(ids), torch.cat([model(row[None]) for row in ids]))


def test_the_whole_file_is_readable_in_one_go(root):
    lines = (root / "workbook/attention/transformer.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 300
