"""Our metrics side by side in the `evaluate` library, offline: several references, combined."""

import pytest
from odd_texts import odd_pairs

import workbook.evaluation as ours

PREDICTIONS, REFERENCES = odd_pairs(60, seed=4)


def test_several_references(load):
    several = [[one, other] for one, other in zip(REFERENCES, PREDICTIONS[::-1], strict=True)]
    for name, metric in (("rouge", ours.rouge), ("bleu", ours.bleu)):
        found = load(name).compute(predictions=PREDICTIONS, references=several)
        expected = metric(PREDICTIONS, several)
        assert (found if name == "rouge" else found["bleu"]) == expected


def test_combined_with_each_other(load):
    import evaluate

    both = evaluate.combine([load("rouge"), load("answers"), load("bleu")])
    found = both.compute(predictions=["the red boat", "a goose"], references=["red boat", "goose"])
    assert found["exact_match"] == 1.0 == found["f1"]
    assert found["rouge1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert found["bleu"] == ours.bleu(["the red boat", "a goose"], ["red boat", "goose"])


def test_a_name_that_does_not_exist_is_one_sentence():
    with pytest.raises(ValueError, match="there are answers, bleu, rouge"):
        ours.module_path("meteor")
