"""What a transformer is called with by name, and what must survive saving and compiling."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from hf_models import LLAMA_3, llama, texts

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.library_weights import from_transformers

SMALL = {"hidden_size": 16, "layers": 2, "heads": 2}


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
