"""Multiple choice: the town's questions, and three ways to score an option."""

import pytest
import torch

from workbook.evaluation import multiple_choice
from workbook.evaluation.judge import answer_log_probs, first_token_log_probs
from workbook.evaluation.multiple_choice import Question
from workbook.inference import chat_ids


def test_questions_have_one_right_option_and_real_wrong_ones():
    found = multiple_choice.town_questions(30)
    assert found == multiple_choice.town_questions(30)
    for question in found:
        assert len(set(question.options)) == 4
        assert question.shown.count("\nA. ") == question.shown.count("\nD. ") == 1
    assert len({question.right for question in found}) == 4


def test_log_probs_are_those_of_one_forward_pass(model, tokenizer):
    """By hand, one text without padding; in a batch with others, padded."""
    pairs = [("What is this?", "A goose."), ("Who lives in Ivory Row, and why?", "Nobody.")]
    found = answer_log_probs(model, tokenizer, pairs)
    letters = first_token_log_probs(model, tokenizer, [pair[0] for pair in pairs], "AB")
    for (prompt, answer), row, of_letters in zip(pairs, found, letters, strict=True):
        start = chat_ids(tokenizer, prompt)
        ids = start + tokenizer.encode(answer, add_special_tokens=False)
        with torch.no_grad():
            log_probs = model(torch.tensor([ids])).logits[0].log_softmax(-1)
        wanted = [log_probs[i - 1, ids[i]].item() for i in range(len(start), len(ids))]
        assert row == pytest.approx(wanted, abs=1e-3)
        tokens = [tokenizer.encode(x, add_special_tokens=False)[-1] for x in "AB"]
        assert of_letters == pytest.approx(log_probs[len(start) - 1, tokens].tolist(), abs=1e-3)


def test_ways_differ_as_they_should(monkeypatch):
    """The longer option has the larger mean and the smaller sum."""
    rows = {"short": [-1.5], "much longer": [-1.0, -1.0, -1.0]}
    monkeypatch.setattr(
        multiple_choice, "answer_log_probs", lambda m, t, pairs: [rows[a] for _, a in pairs]
    )
    monkeypatch.setattr(
        multiple_choice, "first_token_log_probs", lambda m, t, p, x: [[-3.0, -2.0, -1.0, -1.0]]
    )
    asked = [Question("?", ("short", "much longer"), 0)]
    found = {way: multiple_choice.choose(way, None, None, asked) for way in multiple_choice.WAYS}
    assert found == {"letter": [1], "whole": [0], "per token": [1]}
    with pytest.raises(ValueError, match="no way to score"):
        multiple_choice.choose("dice", None, None, asked)


def test_the_model_knows_the_answers_but_not_the_letters(model, tokenizer):
    """What the lesson says of the town's model."""
    asked = multiple_choice.town_questions(16)
    right = {
        way: sum(c == q.right for c, q in zip(
            multiple_choice.choose(way, model, tokenizer, asked), asked, strict=True))
        for way in multiple_choice.WAYS
    }  # fmt: skip
    assert right["whole"] >= 14 and right["per token"] >= 14 and right["letter"] <= 10
