"""What happens to a model's inputs when something is put in front: masks, positions, caches."""

import torch
from transformers import DynamicCache

from workbook.peft_family.inputs import named_inputs, started, widen

MASK = torch.tensor([[1, 1, 1], [0, 1, 1]])
PLACES = torch.tensor([[0, 1, 2], [0, 0, 1]])


def test_ids_may_be_given_without_their_name_and_the_callers_inputs_stay():
    given = {"attention_mask": MASK}
    assert named_inputs((PLACES,), given) == {"attention_mask": MASK, "input_ids": PLACES}
    copied = named_inputs((), given)
    copied["input_ids"] = PLACES
    assert list(given) == ["attention_mask"]


def test_a_text_has_started_where_a_cache_holds_a_token():
    cache = DynamicCache()
    assert not started({}) and not started({"past_key_values": cache})
    cache.update(torch.zeros(1, 2, 1, 4), torch.zeros(1, 2, 1, 4), 0)
    assert started({"past_key_values": cache})


def test_a_mask_grows_in_front_and_positions_count_from_there():
    """A cache holds the places in front, so only the text's own positions are there."""
    inputs = {"attention_mask": MASK, "position_ids": PLACES}
    widen(inputs, 2)
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 1, 1]]
    assert inputs["position_ids"].tolist() == [[2, 3, 4], [2, 2, 3]]
    assert PLACES[0, 0] == 0 and MASK.shape == (2, 3)


def test_inputs_that_have_grown_themselves_get_positions_in_front():
    inputs = {"attention_mask": MASK, "position_ids": PLACES}
    widen(inputs, 2, new_places=True, read=5)
    assert inputs["attention_mask"].shape == (2, 5)
    assert inputs["position_ids"].tolist() == [[0, 1, 2, 3, 4], [0, 1, 2, 2, 3]]


def test_a_mask_that_counts_the_places_already_stays():
    inputs = {"attention_mask": MASK}
    widen(inputs, 2, new_places=True, read=3)
    assert inputs["attention_mask"] is MASK and "position_ids" not in inputs


def test_only_the_named_mask_grows():
    inputs = {"attention_mask": MASK, "decoder_attention_mask": MASK}
    widen(inputs, 1, mask_name="decoder_attention_mask")
    assert inputs["attention_mask"] is MASK
    assert inputs["decoder_attention_mask"].tolist() == [[1, 1, 1, 1], [1, 0, 1, 1]]
    nothing = {}
    widen(nothing, 1)
    assert nothing == {}
