"""Generating: token for token as transformers, the same by every road, and in the right shares."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from scipy.stats import chisquare
from tiny_models import FAMILIES, V, llama, prompts, theirs, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import (
    SamplingConfig,
    apply_temperature,
    cached,
    generate,
    greedy,
    min_p_filter,
    naive,
    top_k_filter,
    top_p_filter,
)

ENGINES = ("auto", "clear")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_greedy_equals_transformers_token_for_token(family, padded, engine):
    model, (ids, keep_mask) = tiny(family), prompts()
    keep_mask = keep_mask if padded else None
    ours = generate(
        model, ids, max_new_tokens=20, temperature=0, keep_mask=keep_mask, engine=engine
    )
    assert torch.equal(ours, theirs(model, ids, keep_mask))
    assert len(ours[:, 9:].unique()) > 10  # the texts are no constant


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_rows_end_where_transformers_ends_them(family, padded, engine):
    model, (ids, keep_mask) = tiny(family), prompts()
    keep_mask = keep_mask if padded else None
    free = theirs(model, ids, keep_mask)[:, 9:]
    for stops in ([int(free[0, 4])], [int(free[1, 2]), int(free[2, 7])], free[:, 3].tolist()):
        eos = {1: stops[0], 2: stops, 4: torch.tensor(stops)}[len(stops)]
        ours = generate(
            model, ids, max_new_tokens=20, temperature=0, keep_mask=keep_mask, eos_id=eos,
            pad_id=0, engine=engine,
        )  # fmt: skip
        assert torch.equal(ours, theirs(model, ids, keep_mask, eos_token_id=stops))
        assert (ours[:, 9:] == 0).any() or ours.shape[1] < 29


@pytest.mark.parametrize("engine", ENGINES)
def test_after_its_end_a_row_holds_only_padding(engine):
    model, (ids, _) = tiny("llama"), prompts()
    free = generate(model, ids, max_new_tokens=20, temperature=0)
    eos = int(free[0, 9 + 5])
    at = 9 + free[0, 9:].tolist().index(eos)
    for pad_id, fill in ((None, eos), (50, 50)):
        out = generate(
            model, ids, max_new_tokens=20, temperature=0, eos_id=eos, pad_id=pad_id, engine=engine
        )
        assert out[0, : at + 1].tolist() == free[0, : at + 1].tolist()
        assert (out[0, at + 1 :] == fill).all()
    alone = generate(model, ids[:1], max_new_tokens=20, temperature=0, eos_id=eos, engine=engine)
    assert alone.shape == (1, at + 1)  # it returns as soon as all have ended


@pytest.mark.parametrize("family", FAMILIES)
def test_the_four_roads_agree(family):
    """Naive, cached, clear and fast; in shares as well: the same random numbers, the same text."""
    model, (ids, _) = tiny(family), prompts()
    expected = naive(model, ids, max_new_tokens=15)
    assert torch.equal(cached(model, ids, max_new_tokens=15), expected)
    for engine in ENGINES:
        out = generate(model, ids, max_new_tokens=15, temperature=0, engine=engine)
        assert torch.equal(out, expected)
    settings = SamplingConfig(temperature=0.9, top_k=40, top_p=0.9, min_p=0.01)
    source = generator(3)
    expected = naive(
        model, ids, max_new_tokens=15, choose=lambda x: settings.sample(x, ids, generator=source)
    )
    for engine in ENGINES:
        out = generate(
            model, ids, max_new_tokens=15, temperature=0.9, top_k=40, top_p=0.9, min_p=0.01,
            generator=generator(3), engine=engine,
        )  # fmt: skip
        assert torch.equal(out, expected)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_repetition_penalty_sees_the_growing_text(family, engine):
    model, (ids, _) = tiny(family), prompts()
    expected = theirs(model, ids, repetition_penalty=1.6)
    ours = generate(
        model, ids, max_new_tokens=20, temperature=0, repetition_penalty=1.6, engine=engine
    )
    assert torch.equal(ours, expected)
    assert not torch.equal(ours, theirs(model, ids))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("penalty", [1.0, 1.5])
def test_a_row_does_not_depend_on_its_company(family, engine, penalty):
    """Guards against padding that is looked at, positions counted from the padding on, and a
    penalty on what stands in the padding."""
    model, (ids, keep_mask) = tiny(family), prompts()
    settings = {"temperature": 0, "repetition_penalty": penalty, "engine": engine}
    together = generate(model, ids, max_new_tokens=12, keep_mask=keep_mask, **settings)[:, -12:]
    alone = [
        generate(model, row[real][None], max_new_tokens=12, **settings)[0, -12:]
        for row, real in zip(ids, keep_mask, strict=True)
    ]
    assert torch.equal(torch.stack(alone), together)
    said = together[:, :1].expand_as(ids)  # a token that the row is about to say
    other = torch.where(keep_mask, ids, said)
    changed = generate(model, other, max_new_tokens=12, keep_mask=keep_mask, **settings)
    assert torch.equal(changed[:, -12:], together)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_token_follows_the_filtered_distribution(engine):
    """Drawn 6,000 times, against the probabilities computed without `generate`."""
    model, (ids, _) = tiny("llama"), prompts()
    ids = ids[2:3].expand(6000, -1)
    settings = {"temperature": 1.3, "top_k": 30, "top_p": 0.95, "min_p": 0.2}
    with torch.no_grad():
        logits = apply_temperature(model(ids[:1]).logits[:, -1], 1.3)
    left = [top_k_filter(logits, 30)]
    left += [top_p_filter(left[0], 0.95)]
    left += [min_p_filter(left[1], 0.2)]
    sizes = [int(each.isfinite().sum()) for each in left]
    assert 30 == sizes[0] > sizes[1] > sizes[2] > 2  # each of them cuts something
    probs = left[2].softmax(-1)[0]
    drawn = generate(
        model, ids, max_new_tokens=1, generator=generator(2), engine=engine, **settings
    )
    counts = drawn[:, -1].bincount(minlength=V)
    possible = probs > 0
    assert counts[~possible].sum() == 0
    expected = probs[possible].double() * 6000
    assert chisquare(counts[possible], expected * 6000 / expected.sum()).pvalue > 0.001


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_text(engine):
    model, (ids, _) = tiny("llama"), prompts()

    def text(seed):
        source = generator(seed)
        return generate(model, ids, max_new_tokens=15, generator=source, engine=engine)

    assert torch.equal(text(1), text(1))
    assert not torch.equal(text(1), text(2))
    torch.manual_seed(9)
    once = generate(model, ids, max_new_tokens=15, engine=engine)
    torch.manual_seed(9)
    assert torch.equal(once, generate(model, ids, max_new_tokens=15, engine=engine))


def test_greedy_takes_the_lowest_id_of_a_tie_and_no_nan():
    assert greedy(torch.tensor([[0.0, 2.0, 2.0], [-torch.inf, -torch.inf, 1.0]])).tolist() == [1, 2]
    with pytest.raises(ValueError, match="NaN among the logits"):
        greedy(torch.tensor([[0.0, torch.nan]]))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_callers_things_stay_as_they_were(engine):
    model = llama(attention_dropout=0.5).train()
    model.model.layers[1].eval()  # a mixed state must come back mixed
    modes = [module.training for module in model.modules()]
    ids, keep_mask = prompts()
    before = ids.clone(), keep_mask.clone()
    out = generate(model, ids, max_new_tokens=5, temperature=0, keep_mask=keep_mask, engine=engine)
    assert torch.equal(ids, before[0]) and torch.equal(keep_mask, before[1])
    assert [module.training for module in model.modules()] == modes
    again = generate(
        model.eval(), ids, max_new_tokens=5, temperature=0, keep_mask=keep_mask, engine=engine
    )
    assert torch.equal(out, again)  # dropout was off


@pytest.mark.parametrize("engine", ENGINES)
def test_generated_text_can_be_trained_on(engine):
    """Guards against ids made under inference_mode, which no backward pass may keep."""
    model, (ids, keep_mask) = llama(), prompts()
    for eos in (None, int(generate(model, ids, max_new_tokens=1, temperature=0)[0, -1])):
        out = generate(
            model, ids, max_new_tokens=5, temperature=0, keep_mask=keep_mask, eos_id=eos,
            engine=engine,
        )  # fmt: skip
        model(out, labels=out).loss.backward()
    assert model.lm_head.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_nan_in_the_weights_is_told(engine):
    model, (ids, _) = llama(), prompts()
    with torch.no_grad():
        model.lm_head.weight[3, 3] = torch.nan
    for temperature in (0, 1.0):
        with pytest.raises(ValueError, match="NaN among the logits"):
            generate(model, ids, max_new_tokens=2, temperature=temperature, engine=engine)


def test_a_mask_of_integers_and_an_all_true_one_are_fine():
    model, (ids, keep_mask) = tiny("llama"), prompts()
    plain = generate(model, ids, max_new_tokens=6, temperature=0)
    full = generate(
        model, ids, max_new_tokens=6, temperature=0, keep_mask=torch.ones_like(keep_mask)
    )
    assert torch.equal(plain, full)
    as_bool, as_int = (
        generate(model, ids, max_new_tokens=6, temperature=0, keep_mask=mask)
        for mask in (keep_mask, keep_mask.int())
    )
    assert torch.equal(as_bool, as_int) and not torch.equal(as_bool, plain)


IDS, KEEP = prompts()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"temperature": -1}, "temperature must be 0"),
        ({"top_k": 0}, "top_k must be a whole number"),
        ({"top_p": 0}, "top_p must be above 0 and at most 1"),
        ({"top_p": 1.5}, "top_p must be above 0 and at most 1"),
        ({"min_p": -0.1}, "min_p must be above 0 and at most 1"),
        ({"repetition_penalty": 0}, "penalty must be a positive number"),
        ({"temperature": 0, "top_k": 0}, "top_k must be a whole number"),  # even if unused
        ({"max_new_tokens": 0}, "max_new_tokens must be a whole number of at least 1"),
        ({"max_new_tokens": 2.5}, "max_new_tokens must be a whole number"),
        ({"max_new_tokens": 120}, "9 tokens and 120 new ones make 129"),
        ({"ids": IDS[0]}, "ids must be a tensor B T"),
        ({"ids": IDS[:, :0]}, "ids must be a tensor B T"),
        ({"ids": IDS.tolist()}, "ids must be a tensor B T"),
        ({"ids": IDS.float()}, "ids must be whole numbers"),
        ({"ids": IDS + V}, "every id must be from 0 to 96"),
        ({"ids": IDS - V}, "every id must be from 0 to 96"),
        ({"keep_mask": KEEP[:, 1:]}, "keep_mask and ids must have one shape"),
        ({"keep_mask": KEEP.flip(1)}, "padding must be on the left"),
        ({"keep_mask": KEEP.flip(1) | KEEP}, "padding must be on the left"),  # a hole inside
        ({"keep_mask": torch.zeros_like(KEEP)}, "padding must be on the left"),
        ({"eos_id": []}, "eos_id must be a token id or several"),
        ({"eos_id": "</s>"}, "eos_id must be a token id or several"),
        ({"engine": "warp"}, "there is no engine 'warp'"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(changes, words):
    arguments = {"ids": IDS, "max_new_tokens": 3} | changes
    with pytest.raises(ValueError, match=words) as caught:
        generate(tiny("llama"), **arguments)
    assert "\n" not in str(caught.value)


def test_importing_sampling_loads_no_transformers():
    code = "import sys; from workbook.sampling import *; print('transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
