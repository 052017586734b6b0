"""Prompts before the model sees them: shapes, padding on the left, length, and ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_models import V, llama, prompts, tiny

from workbook.sampling import generate
from workbook.sampling.prompt import (
    WISHES,
    Prompt,
    count,
    left_padding,
    refuse_unknown_wishes,
    stop_ids,
)

CPU = torch.device("cpu")


def test_a_checked_prompt_is_what_the_model_reads():
    ids, keep_mask = prompts()  # 4 rows of 9
    found = Prompt.checked(tiny("llama"), ids.int(), keep_mask.int(), 119)
    assert torch.equal(found.ids, ids) and found.ids.dtype == torch.int64
    assert torch.equal(found.keep_mask, keep_mask) and found.keep_mask.dtype == torch.bool
    assert found.max_seq_len == 128, "as many as the model was built for"
    assert found.decoder_start is None
    with pytest.raises(ValueError, match="9 tokens and 120 new ones make 129, .* built for 128"):
        Prompt.checked(tiny("llama"), ids, None, 120)
    edges = torch.tensor([[0, V - 1]])
    assert torch.equal(Prompt.checked(tiny("llama"), edges, None, 1).ids, edges)


def test_a_mask_that_hides_nothing_is_no_mask():
    ids, keep_mask = prompts()
    assert left_padding(ids, None, CPU) is None
    assert left_padding(ids, torch.ones_like(ids), CPU) is None
    assert torch.equal(left_padding(ids, keep_mask.long(), CPU), keep_mask)


@pytest.mark.parametrize("row", [[1, 0, 1], [1, 1, 0], [0, 0, 0]])
def test_padding_elsewhere_than_on_the_left_is_refused(row):
    ids, mask = torch.ones(2, 3, dtype=torch.long), torch.tensor([[0, 1, 1], row])
    with pytest.raises(ValueError, match="padding must be on the left") as caught:
        left_padding(ids, mask, CPU)
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match=r"not \(2, 2\) and \(2, 3\)"):
        left_padding(ids, mask[:, 1:], CPU)


def test_all_that_comes_after_a_prompt_is_real():
    ids, keep_mask = prompts()
    mask = Prompt(ids, keep_mask, 12).keep_in(12)
    assert mask.shape == (4, 12) and mask[:, 9:].all() and torch.equal(mask[:, :9], keep_mask)
    assert Prompt(ids, None, 12).keep_in(12) is None


def test_what_was_written_is_all_of_a_decoders_text_and_an_encoders_partner_begins_behind():
    ids, keep_mask = prompts()
    same = Prompt(ids, keep_mask, 12).written(ids, keep_mask)
    assert same[0] is ids and same[1] is keep_mask
    before = ids.clone()
    part, mask = Prompt(ids, keep_mask, 12, decoder_start=(6, 1)).written(ids, keep_mask)
    assert mask is None and part[:, 0].tolist() == [1] * 4
    assert torch.equal(part[:, 1:], before[:, 7:]) and torch.equal(ids, before)


def test_ends_are_one_id_or_several():
    assert stop_ids(None, CPU) is None
    several = ([3, 5], (3, 5), torch.tensor([[3, 5]]), np.array([3, 5]).tolist())
    assert [stop_ids(each, CPU).tolist() for each in several] == [[3, 5]] * 4
    assert stop_ids(7, CPU).tolist() == stop_ids(torch.tensor(7), CPU).tolist() == [7]
    for bad in ([], "</s>", 2.5, [2, None]):
        with pytest.raises(ValueError, match="^eos_id must be a token id or several, not .*[.]$"):
            stop_ids(bad, CPU)


def test_a_count_is_a_whole_number_of_at_least_one():
    assert [count("beams", number) for number in (1, np.int64(4), torch.tensor(2))] == [1, 4, 2]
    for bad in (0, -1, 1.0, True, "3", None):
        with pytest.raises(ValueError, match="^beams must be a whole number of at least 1, not"):
            count("beams", bad)


@pytest.mark.parametrize("name", WISHES)
def test_a_wish_that_the_loops_leave_out_is_refused_and_no_wish_is_none(name, monkeypatch):
    model = llama()
    for nothing in WISHES[name]:
        monkeypatch.setattr(model.generation_config, name, nothing, raising=False)
        refuse_unknown_wishes(model)
    monkeypatch.setattr(model.generation_config, name, [3], raising=False)
    with pytest.raises(ValueError, match=rf"asks for {name}=\[3\], .* or set {name} to"):
        refuse_unknown_wishes(model)


def test_what_the_caller_chooses_is_not_the_configs_business(tiny_llama, monkeypatch):
    """Qwen's config asks for top_p and a penalty; our loops have arguments for them."""
    ids = torch.tensor([[1, 5, 9]])
    plain = generate(tiny_llama, ids, max_new_tokens=4, temperature=0.0)
    for name, wish in (("top_p", 0.8), ("top_k", 20), ("repetition_penalty", 1.1)):
        monkeypatch.setattr(tiny_llama.generation_config, name, wish)
    assert torch.equal(generate(tiny_llama, ids, max_new_tokens=4, temperature=0.0), plain)
