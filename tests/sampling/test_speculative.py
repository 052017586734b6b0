"""Speculative decoding: the model's own distribution and greedy tokens, whatever the draft."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from tiny_drafts import seven_tokens, sure_draft, wrong_draft

from workbook.core.hub import bundled
from workbook.core.runs.seeding import generator
from workbook.inference import encode
from workbook.sampling import SamplingConfig, generate
from workbook.sampling.drafts import ChainDraft, ModelDraft
from workbook.sampling.speculative import accept_or_leftover, expected_tokens, speculate

GREEDY = SamplingConfig(temperature=0)


@pytest.fixture(scope="module")
def tiny():
    return seven_tokens()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(2, 12), st.floats(0.1, 4.0))
def test_accepting_and_the_leftover_give_the_models_distribution(seed, size, scale):
    """Over all proposed tokens and all numbers, exactly: sum of q min(1, p/q), and the leftover."""
    source = torch.Generator().manual_seed(seed)
    p, q = (torch.randn(size, generator=source).mul(scale).softmax(-1) for _ in range(2))
    kept = torch.zeros(size)
    for token in range(size):
        ratio = min(1.0, float(p[token] / q[token]))
        kept[token] = q[token] * ratio
        assert accept_or_leftover(p, q, token, ratio * 0.999)[0]
        if ratio < 0.999:
            assert not accept_or_leftover(p, q, token, ratio + 0.0005)[0]
    leftover = accept_or_leftover(p, q, 0, 0.5)[1]
    torch.testing.assert_close(kept + (1 - kept.sum()) * leftover, p, atol=1e-5, rtol=1e-4)


def test_a_draft_that_is_the_model_is_always_accepted():
    p = torch.tensor([0.2, 0.5, 0.3])
    accepted, leftover = accept_or_leftover(p, p, 1, 0.9999)
    assert accepted and torch.equal(leftover, p)


@pytest.mark.parametrize(
    ("draft", "config"),
    [(wrong_draft, SamplingConfig()), (sure_draft, SamplingConfig(0.7, top_p=0.9))],
)
def test_two_tokens_have_the_models_joint_distribution(tiny, draft, config):
    """Chi-square over the 49 pairs of tokens, those too rare for it taken together."""
    ids, exact = torch.tensor([[1, 2]]), {}
    for a in range(7):
        with torch.no_grad():
            p = config.adjust(tiny(torch.tensor([[1, 2, a]])).logits[0, 1:].float()).softmax(-1)
        exact |= {(a, b): float(p[0, a] * p[1, b]) for b in range(7)}
    source, count, runs = generator(0), dict.fromkeys(exact, 0), 400
    for _ in range(runs):
        out = speculate(
            tiny, draft, ids, max_new_tokens=3, draft_tokens=2, config=config, generator=source
        )
        count[tuple(out.ids[0, 2:4].tolist())] += 1
    often = [pair for pair, p in exact.items() if p * runs >= 5]
    assert len(often) > 10
    assert all(count[pair] == 0 for pair, p in exact.items() if p == 0)
    wanted = [exact[pair] * runs for pair in often]
    seen = [count[pair] for pair in often]
    wanted.append(runs - sum(wanted))
    seen.append(runs - sum(seen))
    if wanted[-1] < 1:
        wanted, seen = wanted[:-1], seen[:-1]
    assert chisquare(seen, wanted, sum_check=False).pvalue > 0.001


def test_a_rule_that_accepts_all_is_caught_by_the_same_test(tiny):
    """What the chi-square above is worth: without the rule, the draft's leaning shows at once."""
    source, ids = generator(0), torch.tensor([[1, 2]])
    with torch.no_grad():
        p = tiny(ids).logits[0, -1].softmax(-1)
    said = [
        int(speculate(tiny, wrong_draft, ids, max_new_tokens=2, draft_tokens=1, generator=source,
                      accept=lambda p, q, token, uniform: (True, p)).ids[0, 2])
        for _ in range(300)
    ]  # fmt: skip
    seen = torch.bincount(torch.tensor(said), minlength=7)
    assert chisquare(seen, 300 * p.double() / p.double().sum()).pvalue < 0.001


@pytest.mark.parametrize("draft_tokens", [1, 3, 6])
@pytest.mark.parametrize("draft", [wrong_draft, sure_draft])
def test_greedy_tokens_are_the_same(tiny, draft, draft_tokens):
    ids = torch.tensor([[3, 1, 4]])
    out = speculate(
        tiny, draft, ids, max_new_tokens=20, draft_tokens=draft_tokens, config=GREEDY
    )  # fmt: skip
    assert torch.equal(out.ids, generate(tiny, ids, max_new_tokens=20, temperature=0))
    assert out.new_tokens == 20 and out.passes <= 20


def test_the_model_as_its_own_draft_saves_passes(tiny):
    ids = torch.tensor([[3, 1, 4]])
    out = speculate(
        tiny, ModelDraft(tiny), ids, max_new_tokens=20, draft_tokens=4, config=GREEDY
    )  # fmt: skip
    assert (out.acceptance, out.passes, out.tokens_per_pass) == (1.0, 4, 5.0)
    assert torch.equal(out.ids, generate(tiny, ids, max_new_tokens=20, temperature=0))


def test_it_ends_where_generate_ends(tiny):
    ids = torch.tensor([[3, 1, 4]])
    free = generate(tiny, ids, max_new_tokens=20, temperature=0)[0, 3:].tolist()
    end = free[6]
    stopped = generate(tiny, ids, max_new_tokens=20, temperature=0, eos_id=end)
    for draft in (ModelDraft(tiny), wrong_draft):
        out = speculate(
            tiny, draft, ids, max_new_tokens=20, draft_tokens=4, config=GREEDY, eos_id=end
        )  # fmt: skip
        assert torch.equal(out.ids, stopped)


def test_expected_tokens_by_the_formula():
    for a in (0.1, 0.5, 0.9):
        assert expected_tokens(a, 4) == pytest.approx((1 - a**5) / (1 - a))
    assert expected_tokens(1.0, 4) == 5


@pytest.mark.parametrize(
    ("ids", "how", "says"),
    [
        ([[1], [2]], {}, "one text at a time, not on 2"),
        ([[1]], {"draft_tokens": 0}, "draft_tokens must be a whole number"),
        ([[1]], {"config": SamplingConfig(repetition_penalty=1.2)}, "without penalties"),
        ([[1]], {"config": SamplingConfig(frequency_penalty=0.2)}, "without penalties"),
        ([[1]], {"max_new_tokens": 90}, "built for 64"),
    ],
)
def test_what_it_does_not_do_is_refused(tiny, ids, how, says):
    with pytest.raises(ValueError, match=says):
        speculate(tiny, wrong_draft, torch.tensor(ids), **{"max_new_tokens": 4} | how)


def test_the_towns_model_with_a_chain_as_its_draft():
    """The real model and its bundled text: the same greedy tokens in fewer passes."""
    from itertools import islice

    from workbook.town import mixture

    model, tokenizer = bundled("town-lm")
    texts = [
        tokenizer.encode(document.text, add_special_tokens=False)
        for document in islice(mixture(seed=2), 300)
    ]
    draft = ChainDraft(texts, 4, model.config.vocab_size, tokenizer.eos_token_id)
    ids, _ = encode(tokenizer, "Bridor Mossbrock\nBridor Mossbrock")
    out = speculate(model, draft, ids, max_new_tokens=40, config=GREEDY)
    assert torch.equal(out.ids, generate(model, ids, max_new_tokens=40, temperature=0))
    assert out.passes < 35


def test_acceptance_counts_what_was_decided_on(tiny):
    """Guards against a rate that also counts the tokens behind a refused one."""
    ids = torch.tensor([[3, 1, 4]])

    def third_time(p, q, token, uniform, calls=[]):  # noqa: B006 - it remembers its calls
        calls.append(token)
        return len(calls) % 3 != 0, p

    out = speculate(tiny, wrong_draft, ids, max_new_tokens=31, draft_tokens=5, accept=third_time,
                    generator=generator(0))  # fmt: skip
    assert out.acceptance == pytest.approx(2 / 3, abs=0.04)
    assert out.accepted + out.passes == out.new_tokens
