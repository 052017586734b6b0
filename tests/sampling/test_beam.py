"""Beam search: token for token as transformers, whatever the penalty, the padding and the ends."""

from __future__ import annotations

import pytest
import torch
from tiny_models import FAMILIES, llama, prompts, theirs, tiny

from workbook.sampling import beam_search, generate

ENGINES = ("auto", "clear")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def stop_sets(model, ids):
    """No end, one that the greedy text meets, and several."""
    free = theirs(model, ids)[:, 9:]
    return [], [int(free[0, 3])], free[:, 2].tolist()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("length_penalty", [-1.0, 0.0, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_equals_transformers_token_for_token(family, length_penalty, padded, engine):
    model, (ids, keep_mask) = tiny(family), prompts()
    keep_mask = keep_mask if padded else None
    lengths = set()
    for stops in stop_sets(model, ids):
        for width in (2, 5):
            expected = theirs(
                model, ids, keep_mask, num_beams=width, length_penalty=length_penalty,
                eos_token_id=stops or None, pad_token_id=96, max_new_tokens=14,
            )  # fmt: skip
            ours = beam_search(
                model, ids, num_beams=width, length_penalty=length_penalty,
                eos_id=stops or None, pad_id=96, max_new_tokens=14, keep_mask=keep_mask,
                engine=engine,
            )  # fmt: skip
            assert torch.equal(ours, expected)
            lengths |= {len([t for t in row if t != 96]) for row in ours[:, 9:].tolist()}
    assert len(lengths) > 1  # some texts ended early, some did not


def test_one_beam_is_greedy():
    model, (ids, keep_mask) = tiny("llama"), prompts()
    for eos in (None, int(theirs(model, ids)[1, 14])):
        settings = {"max_new_tokens": 15, "eos_id": eos, "pad_id": 0, "keep_mask": keep_mask}
        beam = beam_search(model, ids, num_beams=1, **settings)
        assert torch.equal(beam, generate(model, ids, temperature=0, **settings))


def test_wider_beams_find_likelier_texts():
    model, (ids, _) = tiny("llama"), prompts()

    @torch.no_grad()
    def log_prob(text):
        logits = model(text[:, :-1]).logits.log_softmax(-1)
        return logits.gather(2, text[:, 1:, None])[:, -10:].sum().item()

    greedy = log_prob(generate(model, ids, max_new_tokens=10, temperature=0))
    assert log_prob(beam_search(model, ids, num_beams=8, max_new_tokens=10)) > greedy + 0.1


def test_the_best_two_tokens_of_all():
    """Against every pair there is: with half the vocabulary as beams, none can be missed that
    begins with one of the likeliest half."""
    model = llama(vocab_size=12)
    ids = prompts()[0][:2] % 12
    with torch.no_grad():
        first = model(ids).logits[:, -1].log_softmax(-1)  # B V
        longer = torch.cat([ids.repeat_interleave(12, 0), torch.arange(12).repeat(2)[:, None]], 1)
        second = model(longer).logits[:, -1].log_softmax(-1).view(2, 12, 12)
    total = first[..., None] + second
    best = total.flatten(1).argmax(1)
    assert all(first[row].argsort(descending=True)[:6].eq(best[row] // 12).any() for row in (0, 1))
    out = beam_search(model, ids, num_beams=6, max_new_tokens=2)
    assert out[:, -2:].tolist() == [[int(each) // 12, int(each) % 12] for each in best]


def test_the_callers_things_stay_as_they_were():
    model, (ids, keep_mask) = llama().train(), prompts()
    before = ids.clone(), keep_mask.clone()
    out = beam_search(model, ids, num_beams=3, max_new_tokens=4, keep_mask=keep_mask)
    assert model.training
    assert torch.equal(ids, before[0]) and torch.equal(keep_mask, before[1])
    model(out, labels=out).loss.backward()  # no inference tensors


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_beams": 0}, "num_beams must be a whole number of at least 1"),
        ({"num_beams": 1.5}, "num_beams must be a whole number"),
        ({"num_beams": 49}, "49 beams are too many for a vocabulary of 97"),
        ({"max_new_tokens": 0}, "max_new_tokens must be a whole number"),
        ({"length_penalty": float("nan")}, "length_penalty must be a finite number"),
        ({"length_penalty": None}, "length_penalty must be a finite number"),
        ({"keep_mask": prompts()[1].flip(1)}, "padding must be on the left"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(changes, words):
    arguments = {"num_beams": 2, "max_new_tokens": 3} | changes
    with pytest.raises(ValueError, match=words):
        beam_search(tiny("llama"), prompts()[0], **arguments)


def test_a_nan_in_the_weights_is_told():
    model = llama()
    with torch.no_grad():
        model.lm_head.weight[3, 3] = torch.nan
    with pytest.raises(ValueError, match="NaN among the logits"):
        beam_search(model, prompts()[0], num_beams=2, max_new_tokens=3)
