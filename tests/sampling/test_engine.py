"""The fast engine: the model's own numbers, for every shape of Llama and in both layouts."""

from __future__ import annotations

import pytest
import torch
from tiny_models import expected_logits, llama, prompts, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import engine, engine_cache, generate
from workbook.sampling.graph import GraphReader
from workbook.sampling.readers import ClearReader, open_reader

SHAPES = {
    "grouped heads": {},
    "one head each": {"num_key_value_heads": 4},
    "one shared head": {"num_key_value_heads": 1},
    "tied": {"tie_word_embeddings": True},
    "other head size": {"head_dim": 12},
    "odd widths": {"intermediate_size": 61, "rms_norm_eps": 1e-3},
    "llama3 rope": {
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 500.0,
            "factor": 4.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        }
    },
}
READERS = {
    "one row": lambda model: open_reader(model, "fast", rows=1),
    "many rows": lambda model: open_reader(model, "fast", rows=4),
    "fixed places": lambda model: GraphReader(engine.FusedLlama(model, packed=False)),
    "clear": ClearReader,
}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("padded", [False, True])
def test_logits_are_the_models_own(shape, kind, padded):
    model, (ids, keep_mask) = llama(**SHAPES[shape]), prompts(tokens=14)
    expected = expected_logits(model, ids, keep_mask if padded else None)
    reader = READERS[kind](model)
    for start in (9, 1) if not padded else (9,):  # a prompt of one token is a prompt
        keep = keep_mask[:, :start] if padded else None
        logits = [reader.start(ids[:, :start], keep, max_seq_len=14)]
        logits += [reader.step(ids[:, at]) for at in range(start, 14)]
        ours = torch.stack(logits, 1)
        assert (ours - expected[:, start - 1 :]).abs().max() < 1e-5
    assert expected.abs().max() > 1


def test_where_onednn_is_missing_the_numbers_are_the_same(monkeypatch):
    model, (ids, keep_mask) = llama(), prompts()
    packed = open_reader(model, "fast", rows=4)
    monkeypatch.setattr(engine_cache, "can_pack", lambda weight: False)
    plain = open_reader(model, "fast", rows=4)
    assert plain.llama.product is engine.Transposed
    logits = [each.start(ids, keep_mask, 9) for each in (packed, plain)]
    assert (logits[0] - logits[1]).abs().max() < 1e-5


def test_onednn_is_used_where_torch_has_it():
    """Guards against a renamed private function, which would only make us slower, silently."""
    has = torch.backends.mkldnn.is_available()
    expected = engine.Packed if has else engine.Transposed
    assert open_reader(llama(), "fast", rows=4).llama.product is expected
    assert open_reader(llama(), "fast", rows=1).llama.product is engine.Transposed
    assert open_reader(llama().bfloat16(), "fast", rows=4).llama.product is engine.Transposed


@pytest.mark.parametrize("batch", [1, 5])
def test_sampled_text_equals_the_clear_readers(batch):
    model, (ids, keep_mask) = tiny("llama"), prompts(rows=batch)
    settings = {"max_new_tokens": 30, "temperature": 1.2, "top_p": 0.95, "keep_mask": keep_mask}
    texts = [
        generate(model, ids, generator=generator(4), engine=kind, **settings)
        for kind in ("clear", "fast")
    ]
    assert torch.equal(*texts)


def test_bfloat16_is_close_to_the_models_own():
    """Rounding differs, so only the logits are compared, against what bfloat16 can promise."""
    model, (ids, keep_mask) = llama().to(torch.bfloat16), prompts()
    clear, quick = (open_reader(model, kind, rows=4) for kind in ("clear", "fast"))
    a, b = (reader.start(ids, keep_mask, 10).float() for reader in (clear, quick))
    assert b.dtype == torch.float32 and (a - b).abs().max() < 0.05 * a.abs().max()
