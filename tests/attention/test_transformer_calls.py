"""Calls of the transformer that do not fit, and what must survive saving and compiling."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from hf_models import LLAMA_3, llama, texts

from workbook.attention import GrowingKVCache, Transformer, TransformerConfig
from workbook.attention.library_weights import from_transformers

SMALL = {"channels": 16, "layers": 2, "heads": 2}


def a_cache(model, ids):
    cache = GrowingKVCache()
    model(ids, cache=cache)
    return cache


def test_calls_that_do_not_fit_are_one_sentence():
    ids, mask = torch.zeros(1, 9, dtype=torch.long), torch.ones(1, 9, dtype=torch.bool)
    decoder = Transformer(TransformerConfig(9, **SMALL, positions="learned", max_length=8))
    both = Transformer(TransformerConfig(9, **SMALL, architecture="encoder-decoder", segments=2))
    encoder = Transformer(TransformerConfig(9, **SMALL, architecture="encoder"))
    body = Transformer(TransformerConfig(9, **SMALL, head=False))
    for call, says in (
        (lambda: decoder(ids), "9 ids, but there are positions for 8"),
        (lambda: decoder.greedy(ids[:, :6], 9), "9 ids, but there are positions for 8"),
        (lambda: decoder(ids[:, :3], cache=a_cache(decoder, ids[:, :6])), "9 ids, but there are"),
        (lambda: decoder(ids[0]), "of shape"),
        (lambda: decoder(ids[:, :8] + 9), "ids go from 0 to 8 here, but there are some from 9"),
        (lambda: decoder(ids[:, :8] - 1), "ids go from 0 to 8 here, but there are some from -1"),
        (lambda: both(ids, decoder_ids=ids, segments=ids + 2), "segments go from 0 to 1"),
        (lambda: decoder(ids, decoder_ids=ids), "takes no decoder_ids"),
        (lambda: both(ids), "needs decoder_ids"),
        (lambda: both(ids, decoder_ids=ids.expand(2, 9)), "1 texts need as many to decode, not 2"),
        (lambda: body(ids, keep_mask=mask.expand(2, 9)), r"keep_mask has shape \(2, 9\)"),
        (lambda: body(ids, keep_mask=mask[:, :5]), r"keep_mask has shape \(1, 5\)"),
        (
            lambda: both(ids, decoder_ids=ids, decoder_keep_mask=mask.expand(3, 9)),
            "decoder_keep_mask has",
        ),
        (lambda: encoder.greedy(ids, 2), "is an encoder, so it cannot write"),
        (lambda: body.greedy(ids, 2), "has no head for logits, so it cannot write"),
        (lambda: encoder(ids, cache=GrowingKVCache()), "without a cache"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("architecture", ["decoder", "encoder", "encoder-decoder"])
def test_nothing_but_ids_is_taken_by_its_place(architecture):
    """Guards against a mask that is read as decoder_ids, or decoder_ids as a mask."""
    model = Transformer(TransformerConfig(9, **SMALL, architecture=architecture))
    ids = torch.zeros(1, 9, dtype=torch.long)
    for second in (ids, torch.ones_like(ids), ids == 0):
        with pytest.raises(TypeError, match="positional argument"):
            model(ids, second)


@pytest.mark.parametrize("rope", [LLAMA_3, {"rope_type": "default", "rope_theta": 10_000.0}])
@torch.no_grad()
def test_a_configuration_and_the_weights_are_the_whole_model(rope, tmp_path):
    """Guards against rotary angles that are lost when a model is saved: Llama 3 rescales them."""
    ours, (ids, _) = from_transformers(llama(rope_parameters=rope)), texts()
    torch.save(ours.state_dict(), tmp_path / "weights.pt")
    told = json.loads(json.dumps(asdict(ours.config)))
    again = Transformer(TransformerConfig(**told)).eval()
    again.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    assert torch.equal(again(ids), ours(ids))
    plain = Transformer(replace(ours.config, inv_freq=None)).eval()
    plain.load_state_dict(ours.state_dict())
    assert torch.allclose(plain(ids), ours(ids), atol=1e-3) is (rope is not LLAMA_3)


@torch.no_grad()
def test_the_checks_do_not_break_a_compiled_model():
    model = Transformer(TransformerConfig(50, **SMALL)).eval()
    ids, keep_mask = torch.randint(0, 50, (2, 6)), torch.ones(2, 6, dtype=torch.bool)
    compiled = torch.compile(model, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(ids, keep_mask=keep_mask), model(ids, keep_mask=keep_mask))
