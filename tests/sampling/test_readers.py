"""Readers: which one reads a model, that rows keep their own past, and that modes come back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from tiny_models import expected_logits, llama, prompts, tiny

from workbook.sampling import engine, engine_cache
from workbook.sampling.readers import ClearReader, check_kind, evaluating, open_reader


@pytest.mark.parametrize("kind", ["fast", "clear"])
@pytest.mark.parametrize("padded", [False, True])
def test_reordered_rows_continue_their_own_past(kind, padded):
    model, (ids, keep_mask) = tiny("llama"), prompts()
    keep = keep_mask[:, :8] if padded else None
    reader = open_reader(model, kind, rows=4)
    reader.start(ids[:, :8], keep, max_seq_len=10)
    rows = torch.tensor([2, 2, 0, 3, 1, 1])  # more rows than before, some twice
    reader.reorder(rows)
    logits = reader.step(ids[rows, 8])
    expected = expected_logits(model, ids[rows], keep_mask[rows] if padded else None)[:, -1]
    assert (logits - expected).abs().max() < 1e-5


def test_other_families_are_read_the_clear_way():
    for family in ("gpt2", "qwen2"):
        assert "not a LlamaForCausalLM" in engine_cache.unsupported_reason(tiny(family))
        assert isinstance(open_reader(tiny(family), "auto", rows=1), ClearReader)
    assert isinstance(open_reader(tiny("llama"), "auto", rows=1), engine.LlamaReader)


@pytest.mark.parametrize("family", ["gpt2", "qwen2"])
@pytest.mark.parametrize("padded", [False, True])
def test_the_clear_reader_of_another_family_gives_its_own_logits(family, padded):
    """Guards against positions counted from the padding on, and against a text read twice."""
    model, (ids, keep_mask) = tiny(family), prompts()
    keep = keep_mask if padded else None
    expected = expected_logits(model, ids, keep)[:, 6:]
    reader = ClearReader(model)
    for _ in range(2):  # a new start forgets the text before
        logits = [reader.start(ids[:, :7], keep if keep is None else keep[:, :7], max_seq_len=9)]
        logits += [reader.step(ids[:, at]) for at in (7, 8)]
        assert (torch.stack(logits, 1) - expected).abs().max() < 1e-5


def test_a_model_without_a_cache_is_one_sentence():
    class Cacheless(torch.nn.Module):
        device = torch.device("cpu")

        def forward(self, input_ids, past_key_values=None, use_cache=True):
            return SimpleNamespace(logits=torch.zeros(*input_ids.shape, 5))

    with pytest.raises(ValueError, match="^Cacheless keeps no key-value cache, which .* needs.$"):
        ClearReader(Cacheless()).start(prompts()[0], None, max_seq_len=12)


def test_an_opened_engine_is_asked_for_its_reader_and_only_for_its_own_model():
    asked = []
    opened = SimpleNamespace(
        model=tiny("llama"), reader=lambda rows, graph: asked.append((rows, graph)) or "a reader"
    )
    assert open_reader(tiny("llama"), opened, rows=3, graph=False) == "a reader"
    assert asked == [(3, False)]
    with pytest.raises(ValueError, match="opened for another model: open one for this model"):
        open_reader(tiny("gpt2"), opened, rows=3)


def test_only_words_for_engines_are_taken():
    for word in ("auto", "clear", "fast"):
        check_kind(word)
    with pytest.raises(ValueError, match="no engine 'Fast'; choose one of auto, clear, fast"):
        check_kind("Fast")


def test_every_part_is_in_its_own_mode_again_even_after_an_error():
    model = llama().train()
    model.model.layers[0].eval()
    modes = [module.training for module in model.modules()]
    with pytest.raises(KeyError), evaluating(model):
        assert not any(module.training for module in model.modules())
        raise KeyError("stopped in the middle")
    assert [module.training for module in model.modules()] == modes
    assert any(modes) and not all(modes)
