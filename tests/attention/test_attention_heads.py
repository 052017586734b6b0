"""Heads: scores by hand, ablation that is exact and undone, and what the town's model has."""

import statistics

import pytest
import torch

from workbook.attention import Transformer, TransformerConfig
from workbook.attention.heads import (
    ablated,
    after_earlier,
    copied_names,
    copying,
    induction_score,
    neighbours,
    previous_token_score,
    recorded,
    self_attentions,
    weights_of,
)
from workbook.core.hub import load_model, load_tokenizer
from workbook.town import build_town


@pytest.fixture
def small():
    return Transformer(TransformerConfig(50, channels=16, layers=2, heads=4)).eval()


@pytest.fixture(scope="module")
def town_model():
    return Transformer.from_transformers(load_model("base"))


def test_weights_are_recorded_only_inside(small):
    ids = torch.randint(0, 50, (2, 7))
    with recorded(small) as seen:
        inside = small(ids)
    assert len(seen) == 2 and seen[0].shape == (2, 4, 7, 7)
    torch.testing.assert_close(small(ids), inside)
    assert len(seen) == 2, "nothing is recorded afterwards"
    torch.testing.assert_close(weights_of(small, ids), torch.stack(seen))


def test_weights_are_those_of_transformers(tiny_llama):
    tiny_llama.set_attn_implementation("eager")
    ids = torch.randint(0, 97, (2, 9))
    theirs = torch.stack(tiny_llama(ids, output_attentions=True).attentions)
    torch.testing.assert_close(weights_of(Transformer.from_transformers(tiny_llama), ids), theirs)


def test_previous_token_score_by_hand():
    weights = torch.zeros(1, 1, 2, 4, 4)
    weights[0, 0, 0] = torch.eye(4).roll(-1, 1).tril()  # always one back
    weights[0, 0, 1] = torch.eye(4)  # always itself
    assert previous_token_score(weights).tolist() == [[1.0, 0.0]]


def test_induction_score_by_hand():
    ids = torch.tensor([[5, 6, 7, 5, 6]])
    target = after_earlier(ids)[0]
    assert target.nonzero().tolist() == [[3, 1], [4, 2]]  # 5 was followed by 6, 6 by 7
    weights = torch.zeros(1, 1, 2, 5, 5)
    weights[0, 0, 0, 3, 1] = weights[0, 0, 0, 4, 2] = 1.0
    weights[0, 0, 1, 3, 1] = 0.5
    assert induction_score(weights, ids).tolist() == [[1.0, 0.25]]
    with pytest.raises(ValueError, match="no token occurs twice"):
        induction_score(weights, torch.arange(5)[None])


def test_ablation_takes_out_exactly_that_head(small):
    """Against weights of 0 in the columns of the last projection that read this head."""
    ids = torch.randint(0, 50, (2, 7))
    plain = small(ids)
    with ablated(small, [(1, 2), (0, 3)]):
        without = small(ids)
    torch.testing.assert_close(small(ids), plain, msg="undone on leaving")
    assert not torch.allclose(without, plain, atol=1e-4)
    with torch.no_grad():
        for layer, head in ((1, 2), (0, 3)):
            self_attentions(small)[layer].out.weight[:, 4 * head : 4 * head + 4] = 0
    torch.testing.assert_close(small(ids), without)


def test_an_unknown_head_is_refused_and_nothing_is_left_behind(small):
    for heads in ([(2, 0)], [(0, 4)], [(0, 0), (-1, 0)]):
        with pytest.raises(ValueError, match="both count from 0"), ablated(small, heads):
            pass
    assert all(layer.gain is None for layer in self_attentions(small))


def test_copied_names_marks_what_can_only_be_copied():
    tokenizer = load_tokenizer("base")
    ids, scored = copied_names(tokenizer, ["Zuthan Plumling", "Bo"])
    again = tokenizer.encode("Zuthan Plumling", add_special_tokens=False)
    assert ids[0][scored[0]].tolist() == again[1:]
    assert tokenizer.decode(ids[0], skip_special_tokens=True) == "Zuthan Plumling\nZuthan Plumling"


def test_the_town_model_copies_with_its_induction_heads(town_model):
    """The lesson's claim: without two heads of 18, names that were never read cannot be copied."""
    names = [person.name for person in build_town().among("people", "test")]
    ids, scored = copied_names(load_tokenizer("base"), names)

    def share_right(heads):
        with ablated(town_model, heads):
            return statistics.mean(copying(town_model, ids, scored)[1])

    whole, induction, others = share_right([]), share_right([(3, 1), (4, 1)]), []
    others = [share_right([(3, other), (4, other)]) for other in (0, 2)]
    assert whole > 0.9 > 0.6 > induction and min(others) > 0.8
    weights = weights_of(town_model, ids[:, :12])
    best = previous_token_score(weights).flatten().argmax().item()
    assert divmod(best, 3) == (2, 2)


def test_weekdays_are_neighbours(town_model):
    tokenizer = load_tokenizer("base")
    (monday,) = tokenizer.encode(" Monday", add_special_tokens=False)
    near = neighbours(town_model.embedding.weight, monday, 6)
    assert {tokenizer.decode([token]).strip() for token, _ in near} == {
        "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    }  # fmt: skip
    cosines = [cosine for _, cosine in near]
    assert cosines == sorted(cosines, reverse=True) and monday not in dict(near)
