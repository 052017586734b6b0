"""Multiple choice scored three ways, the benchmark items, pass@k, and who is called she."""

import pytest
import torch

from workbook.core.hub import load_model, load_tokenizer
from workbook.evaluation import benchmark_items, gender_bias, multiple_choice, pass_at_k
from workbook.evaluation.judge import answer_log_probs, first_token_log_probs
from workbook.evaluation.multiple_choice import Question
from workbook.inference import chat_ids
from workbook.tasks import cases


@pytest.fixture(scope="module")
def model():
    return load_model("bundled:town-instruct")


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer("bundled:town-instruct")


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


def test_items_are_marked():
    text = benchmark_items.exam()
    assert text.count("\n   A. ") == len(benchmark_items.ITEMS) == 5
    right = [item.question.right for item in benchmark_items.ITEMS]
    letters = "".join("ABCD"[place] for place in right)
    assert benchmark_items.choices(letters.lower()) == right
    assert benchmark_items.choices("") == [None] * 5
    table = benchmark_items.marked({"you": right, "nobody": [None] * 5, "worse": [1, 0, 0, 1, 0]})
    assert list(table["you"]) == list(table["right"]) and set(table["nobody"]) == {""}
    assert all(cell.endswith(" (wrong)") for cell in table["worse"])
    for wrong in ("AB", "DDDDD", "ABCABC"):
        with pytest.raises(ValueError, match="Write 5 letters"):
            benchmark_items.choices(wrong)


def test_pass_at_k_of_the_lesson():
    assert pass_at_k.pass_at_k(10, 3, 1) == pytest.approx(0.3)
    assert pass_at_k.pass_at_k(10, 3, 8) == 1
    for wrong in ((5, 6, 1), (5, 1, 0), (5, 1, 6), (5, -1, 2)):
        with pytest.raises(ValueError, match=r"pass@k needs"):
            pass_at_k.pass_at_k(*wrong)


def test_sampled_answers_are_counted(model, tokenizer):
    asked = cases("sentiment", 2)
    found = pass_at_k.right_of(model, tokenizer, asked, 4)
    assert found == pass_at_k.right_of(model, tokenizer, asked, 4)
    assert len(found) == 2 and all(0 <= count <= 4 for count in found) and sum(found) > 0


def test_who_is_called_she(model, tokenizer):
    shares = gender_bias.text_shares()
    assert len(shares) > 10 and 0.4 < sum(shares.values()) / len(shares) < 0.6
    people = gender_bias.new_people(6)
    assert list(people.values()) == ["she", "he"] * 3
    jobs = list(shares)[:2]
    found = gender_bias.she_probabilities(model, tokenizer, jobs, list(people))
    assert list(found) == jobs and all(len(row) == 6 for row in found.values())
    words = [tokenizer.encode(word, add_special_tokens=False)[0] for word in (" She", " He")]
    from workbook.inference import text_ids
    from workbook.town.writer import an

    text = f"{list(people)[1]} works as {an(jobs[1])}."
    with torch.no_grad():
        logits = model(torch.tensor([text_ids(tokenizer, text)])).logits[0, -1, words]
    assert found[jobs[1]][1] == pytest.approx(logits.softmax(-1)[0].item(), abs=1e-3)


def test_amplification_by_hand():
    found = gender_bias.amplification({"a": 0.6, "b": 0.4}, {"a": 0.9, "b": 0.5})
    assert found.mean == pytest.approx(((0.4 - 0.1) + (0.0 - 0.1)) / 2)
