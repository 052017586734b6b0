"""The token walk and the logit lens, against the model itself."""

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.heads import attention_maps
from workbook.attention.walk import lens, walk

IDS = torch.tensor([[5, 8, 13, 21, 34]])
TEXT = "Mara works as a baker."


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("architecture", ["decoder", "encoder"])
def test_the_parts_of_a_walk_add_up_to_the_model(architecture, norm_first):
    config = TransformerConfig(50, architecture=architecture, norm_first=norm_first, kv_heads=2)
    model = Transformer(config).eval()
    way = walk(model, IDS)
    with torch.no_grad():
        torch.testing.assert_close(way.logits, model(IDS)[0])
    torch.testing.assert_close(torch.stack([b.weights for b in way.blocks]),
                               attention_maps(model, IDS)[:, 0])  # fmt: skip
    for before, block in zip(way.streams, way.blocks, strict=False):
        assert block.q.shape == (4, 5, 16) and block.k.shape == block.v.shape == (2, 5, 16)
        if norm_first:
            added = before + block.attention + block.feed_forward
            torch.testing.assert_close(block.stream, added)
    assert way.streams.shape == (3, 5, 64)


def test_a_walk_leaves_no_hook_behind():
    model = Transformer(TransformerConfig(50)).eval()
    walk(model, IDS)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model.modules())
    assert all(block.attention.on_weights is None for block in model.decoder.blocks)


def test_the_lens_behind_the_last_block_is_the_model(town_model, tokenizer):
    ids = torch.tensor([tokenizer.encode(TEXT, add_special_tokens=False)])
    way = walk(town_model, ids)
    torch.testing.assert_close(lens(town_model, way.streams[-1]), way.logits.log_softmax(-1))
    first = lens(town_model, way.streams[0]).argmax(-1)
    assert first.tolist() == ids[0].tolist(), "an embedding is most like itself"


def test_what_a_walk_refuses():
    both = Transformer(TransformerConfig(50, architecture="encoder-decoder"))
    with pytest.raises(ValueError, match="not an encoder with a decoder"):
        walk(both, IDS)
    one = Transformer(TransformerConfig(50, head=False))
    with pytest.raises(ValueError, match=r"not \(2, 5\)"):
        walk(one, IDS.repeat(2, 1))
    with pytest.raises(ValueError, match="no last layer"):
        lens(one, torch.zeros(3, 64))
