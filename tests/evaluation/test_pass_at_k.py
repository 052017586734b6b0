"""pass@k against every way to draw k answers, and the counting of sampled answers."""

from itertools import combinations

import pytest

from workbook.evaluation.pass_at_k import pass_at_k, right_of
from workbook.inference import complete
from workbook.tasks import TASKS, cases


def test_pass_at_k_of_the_lesson():
    assert pass_at_k(10, 3, 1) == pytest.approx(0.3)
    assert pass_at_k(10, 3, 8) == 1
    for wrong in ((5, 6, 1), (5, 1, 0), (5, 1, 6), (5, -1, 2)):
        with pytest.raises(ValueError, match=r"pass@k needs"):
            pass_at_k(*wrong)


def test_sampled_answers_are_counted(model, tokenizer):
    asked = cases("sentiment", 2)
    found = right_of(model, tokenizer, asked, 4)
    assert found == right_of(model, tokenizer, asked, 4)
    assert len(found) == 2 and all(0 <= count <= 4 for count in found) and sum(found) > 0


@pytest.mark.parametrize(("n", "c"), [(6, 0), (6, 2), (6, 5), (4, 4)])
def test_it_is_the_share_of_all_draws_that_hold_a_right_answer(n, c):
    for k in range(1, n + 1):
        draws = list(combinations([True] * c + [False] * (n - c), k))
        assert pass_at_k(n, c, k) == pytest.approx(sum(map(any, draws)) / len(draws))


def test_at_temperature_0_every_sample_is_the_greedy_answer(model, tokenizer):
    task, asked = TASKS["sentiment"], cases("sentiment", 4)
    said = complete(model, tokenizer, [case.prompt for case in asked], task.max_new_tokens)
    greedy = [task.score(answer.text, case) == 1 for answer, case in zip(said, asked, strict=True)]
    assert right_of(model, tokenizer, asked, 3, temperature=0) == [3 * one for one in greedy]
