"""Two cheap drafts, counted and cut from the model, and the table of what a draft does."""

import pytest
import torch
from scipy.stats import chisquare
from tiny_drafts import seven_tokens, sure_draft, wrong_draft
from tiny_models import llama
from tiny_models import tiny as tiny_of

from workbook.core.runs.seeding import generator
from workbook.sampling import SamplingConfig, naive
from workbook.sampling.drafts import ChainDraft, ModelDraft, first_layers, pair_table
from workbook.sampling.speculative import speculate


class Letters:
    """A tokenizer of seven tokens; a learner reads the tokens of a pair, not their ids."""

    def decode(self, ids):
        return " 'bcdef"[ids[0]]


@pytest.fixture(scope="module")
def tiny():
    return seven_tokens()


def test_the_chain_proposes_what_followed():
    draft = ChainDraft([[1, 2, 3], [1, 2, 4], [1, 2, 4]], n=3, vocabulary=6, end_id=5)
    torch.testing.assert_close(draft([1, 2]), torch.tensor([0, 0, 0, 1 / 3, 2 / 3, 0]))
    assert draft([2, 3])[5] == 1, "the end of a text is the end token"
    torch.testing.assert_close(draft([]), torch.tensor([0, 1.0, 0, 0, 0, 0]))


def test_the_first_layers_are_a_model_of_their_own(tiny):
    short, ids = first_layers(tiny, 1), torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        states = tiny.model(ids, output_hidden_states=True).hidden_states[1]
        wanted = tiny.lm_head(tiny.model.norm(states))
        torch.testing.assert_close(short(ids).logits, wanted)
        whole = tiny(ids).logits
    assert tiny.config.num_hidden_layers == 2 and not torch.allclose(whole, wanted)
    torch.testing.assert_close(first_layers(tiny, 2)(ids).logits, whole)
    with pytest.raises(ValueError, match="2 layers; it cannot be cut to 3"):
        first_layers(tiny, 3)


def test_the_table_of_pairs_has_the_models_numbers_and_shows_a_wrong_rule(tiny):
    ids = torch.tensor([[1, 2]])
    table = pair_table(tiny, wrong_draft, ids, 150, generator(2))
    assert table.expected.sum() == pytest.approx(150) and table.drawn.sum() == 150
    with torch.no_grad():
        p = tiny(ids).logits[0, -1].softmax(-1)
        for name in table.index[:-1]:
            a, b = map(int, name.split(" + "))
            second = tiny(torch.tensor([[1, 2, a]])).logits[0, -1].softmax(-1)
            assert table.expected[name] == pytest.approx(150 * float(p[a] * second[b]), rel=1e-3)
    spoilt = pair_table(
        tiny, sure_draft, ids, 200, generator(2), lambda p, q, token, uniform: (True, p), Letters()
    )  # fmt: skip
    assert set(spoilt.index[:-1]) < {f"{a} + {b}" for a in "␣'bcdef" for b in "␣'bcdef"}
    assert chisquare(spoilt.drawn, spoilt.expected, sum_check=False).pvalue < 0.001


def test_a_chain_falls_back_on_what_it_has_seen():
    """After 4 3 nothing was seen, after 3 something; each draft is a distribution."""
    draft = ChainDraft([[1, 2, 3], [3, 3, 1]], n=3, vocabulary=6, end_id=5)
    torch.testing.assert_close(draft([4, 3]), torch.tensor([0, 1 / 3, 0, 1 / 3, 0, 1 / 3]))
    torch.testing.assert_close(draft([1, 4, 4]), draft([4]), msg="only the known end counts")
    for text in ([], [1], [1, 2], [3, 3], [4, 4, 4]):
        assert draft(text).sum() == pytest.approx(1) and draft(text)[4] == 0


def test_a_model_as_a_draft_gives_its_own_next_distribution(tiny):
    text = [3, 1, 4]
    with torch.no_grad():
        expected = tiny(torch.tensor([text])).logits[0, -1].softmax(-1)
    probs = ModelDraft(tiny)(text)
    torch.testing.assert_close(probs, expected)
    assert probs.shape == (7,) and not probs.requires_grad
    half = ModelDraft(llama().bfloat16())([5, 6])
    assert half.dtype == torch.float32 and half.sum() == pytest.approx(1, abs=1e-4)


def test_a_cut_model_shares_the_weights_and_leaves_the_model_whole(tiny):
    short = first_layers(tiny, 1)
    owned = {weight.data_ptr() for weight in tiny.parameters()}
    assert {weight.data_ptr() for weight in short.parameters()} < owned
    assert short.config.vocab_size == 7 and short.model.config.num_hidden_layers == 1
    assert len(tiny.model.layers) == 2 and len(short.model.layers) == 1
    assert short.model.layers[0] is tiny.model.layers[0]


def test_a_model_that_cannot_be_cut_is_refused_in_one_sentence(tiny):
    with pytest.raises(ValueError, match="^the model has no list of layers; .* cut to 1.$"):
        first_layers(tiny_of("gpt2"), 1)
    with pytest.raises(ValueError, match="2 layers; it cannot be cut to 0"):
        first_layers(tiny, 0)


def test_a_model_as_a_draft_reads_only_what_is_new():
    """Fault: it read the whole text again for each token, which made every such draft slow."""
    model, read = llama(), []
    model.register_forward_pre_hook(
        lambda _, args, kwargs: read.append((args or (kwargs.get("input_ids"),))[0].shape[1]),
        with_kwargs=True,
    )
    draft = ModelDraft(model)
    for text in ([5, 6, 7], [5, 6, 7, 8], [5, 6, 7, 8, 9], [5, 6, 9], [5, 6, 9, 9], [5, 6, 9, 9]):
        with torch.no_grad():
            expected = llama()(torch.tensor([text])).logits[0, -1].softmax(-1)
        torch.testing.assert_close(draft(text), expected)
    assert read == [3, 1, 1, 1, 1, 1]


def test_the_first_layers_as_a_draft_keep_a_cache_of_their_own(tiny):
    draft = ModelDraft(first_layers(tiny, 1))
    ids = torch.tensor([[1, 2, 3]])
    for text in ([1, 2, 3], [1, 2, 3, 4], [1, 2, 4]):
        with torch.no_grad():
            expected = first_layers(tiny, 1)(torch.tensor([text])).logits[0, -1].softmax(-1)
        torch.testing.assert_close(draft(text), expected)
    assert len(draft.reader.cache) == 1
    out = speculate(tiny, draft, ids, max_new_tokens=8, config=SamplingConfig(temperature=0))
    assert torch.equal(out.ids, naive(tiny, ids, max_new_tokens=8))
