"""Judges with a known bias, whose bias must be found; and the town's model as a judge."""

import re

import pytest

from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import judge
from workbook.evaluation.judge import Pair, Verdict, judge_pairs, summary

PAIRS = [Pair("Sum up.", "long and right text", "wrong")] * 30


def by_length(asked):
    """Looks only at the texts: the longer wins."""
    return [0.9 if len(first) > len(second) else 0.1 for _, first, second in asked]


def leaning(bias):
    """Looks at the texts, and adds `bias` for being shown first."""
    return lambda asked: [p + bias for p in by_length(asked)]


def test_an_honest_judge_has_no_bias():
    found = summary(judge_pairs(by_length, PAIRS))
    assert found["position bias"].mean == pytest.approx(0.0)
    assert found["same verdict in both orders"].mean == 1.0
    assert found["right, mean of both orders"].mean == 1.0


@pytest.mark.parametrize("bias", [-0.1, 0.05, 0.1])
def test_a_known_bias_is_found_and_the_mean_of_orders_is_free_of_it(bias):
    verdicts = judge_pairs(leaning(bias), PAIRS)
    assert summary(verdicts)["position bias"].mean == pytest.approx(2 * bias)
    assert verdicts[0].debiased == pytest.approx(0.9)


def test_a_judge_that_looks_only_at_the_place():
    verdicts = judge_pairs(lambda asked: [1.0] * len(asked), PAIRS)
    found = summary(verdicts)
    assert found["position bias"].mean == 1.0
    assert found["right, better text first"].mean == 1.0
    assert found["right, better text second"].mean == 0.0
    assert found["same verdict in both orders"].mean == 0.0
    assert verdicts[0].debiased == 0.5


def test_verdicts_by_hand():
    assert Verdict(0.8, 0.4).debiased == pytest.approx(0.6)
    assert not Verdict(0.8, 0.4).consistent and Verdict(0.8, 0.6).consistent


def test_exchanged_names_are_all_exchanged_and_back_again():
    text = "Ann tells Bo that Annette and Bo's goose wait for Ann."
    swapped = judge.exchanged(text, "Ann", "Bo")
    assert swapped == "Bo tells Ann that Annette and Ann's goose wait for Bo."
    assert judge.exchanged(swapped, "Ann", "Bo") == text


def test_pairs_differ_only_in_who():
    for pair in judge.dialogue_pairs(10):
        other, own = (re.findall(r"\w+", text) for text in (pair.worse, pair.better))
        moved = {frozenset(words) for words in zip(own, other, strict=True) if len({*words}) == 2}
        assert len(moved) == 1, "one pair of names, everywhere exchanged"


def test_the_towns_model_reads_letters_by_place_and_texts_by_likelihood():
    """The likelihood judge cannot depend on the order; the reader, never taught to judge, does."""
    model = load_model("bundled:town-instruct"), load_tokenizer("bundled:town-instruct")
    pairs = judge.dialogue_pairs(8)
    reader = judge_pairs(judge.Reader(*model), pairs)
    assert all(0 <= v.shown_first <= 1 for v in reader)
    assert abs(summary(reader)["position bias"].mean) > 0.3
    likelihood = judge_pairs(judge.LikelierText(*model), pairs)
    for one in likelihood:
        assert one.shown_first == pytest.approx(one.shown_second, abs=1e-6)
    assert summary(likelihood)["right, mean of both orders"].mean > 0.6


def test_likelihood_is_the_mean_over_the_answers_tokens():
    import torch

    lm, tokenizer = load_model("bundled:town-instruct"), load_tokenizer("bundled:town-instruct")
    task, answer = "Is it true? Say yes or no.", "No."
    chat = [{"role": "user", "content": task}]
    text = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    prompt, said = (tokenizer.encode(t, add_special_tokens=False) for t in (text, answer))
    with torch.no_grad():
        logits = lm(torch.tensor([prompt + said])).logits[0].log_softmax(-1)
    places = range(len(prompt) - 1, len(prompt) + len(said) - 1)
    mean = sum(logits[i, t].item() for i, t in zip(places, said, strict=True)) / len(said)
    scores = judge.LikelierText(lm, tokenizer).scores(
        [(task, answer), (task + " Now!", "Yes, yes.")]
    )
    assert scores[0] == pytest.approx(mean, abs=1e-4)
