"""Greedy decoding in batches: what one plain loop over logits says, and how sure it was."""

import pytest
import torch

from workbook.training.greedy import end_ids, padded, write

PROMPTS = [[1, 5, 9], [1, 7], [1, 30, 31, 32, 33, 40], [1, 8]]


class Names:
    """As much of a tokenizer as greedy decoding asks for."""

    def __init__(self, eos_token_id, pad_token_id=None):
        self.eos_token_id, self.pad_token_id = eos_token_id, pad_token_id


def by_hand(model, row, limit, ends):
    """One prompt, the whole text read anew for each token."""
    ids, log_probs = [], []
    with torch.no_grad():
        while len(ids) < limit and not (ids and ids[-1] in ends):
            logits = model(torch.tensor([[*row, *ids]])).logits[0, -1].log_softmax(-1)
            ids.append(int(logits.argmax()))
            log_probs.append(float(logits.max()))
    return ids, log_probs


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_it_is_the_plain_loop_for_each_prompt(tiny_llama, batch):
    written = write(tiny_llama, Names(2, 0), PROMPTS, 7, batch)
    for row, (ids, log_probs) in zip(PROMPTS, written, strict=True):
        wanted, sure = by_hand(tiny_llama, row, 7, {2})
        assert ids == wanted
        assert log_probs == pytest.approx(sure, abs=1e-4)


def test_a_text_stops_at_any_of_its_ends(tiny_llama):
    """The tokens after an end are padding, and their probabilities nobody's."""
    (free,) = write(tiny_llama, Names(2), PROMPTS[:1], 6)
    tiny_llama.generation_config.eos_token_id = [96, free.ids[3]]
    cut = write(tiny_llama, Names(2), PROMPTS, 6)[0]
    length = free.ids.index(free.ids[3]) + 1
    assert cut.ids == free.ids[:length] and len(cut.log_probs) == length
    assert end_ids(tiny_llama, Names(2)) == [96, free.ids[3]]


def test_ends_come_from_the_model_then_from_the_tokenizer(tiny_llama):
    tiny_llama.generation_config.eos_token_id = None
    assert end_ids(tiny_llama, Names(5)) == [5]
    assert end_ids(tiny_llama, Names(None)) == []


def test_padding_goes_to_the_side_that_the_model_needs():
    ids, keep_mask = padded([[5, 6, 7], [8]], pad=0, left=True)
    assert ids.tolist() == [[5, 6, 7], [0, 0, 8]]
    assert keep_mask.tolist() == [[True] * 3, [False, False, True]]
    ids, keep_mask = padded([[5, 6, 7], [0]], pad=0, left=False)
    assert ids.tolist() == [[5, 6, 7], [0, 0, 0]]
    assert keep_mask.tolist() == [[True] * 3, [True, False, False]], "a real token may be the pad"
