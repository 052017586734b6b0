"""Our metrics inside the `evaluate` library, offline: loaded, in batches, and combined."""

import pytest
from odd_texts import odd_pairs

import workbook.evaluation as ours

PREDICTIONS, REFERENCES = odd_pairs(60, seed=4)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """`evaluate.load`, its cache in a folder of its own. HF_HOME is read when it is imported."""
    import evaluate

    def call(name):
        return evaluate.load(ours.module_path(name), cache_dir=str(tmp_path), keep_in_memory=True)

    return call


def test_rouge_is_the_same_number(load):
    found = load("rouge").compute(predictions=PREDICTIONS, references=REFERENCES, use_stemmer=True)
    assert found == ours.rouge(PREDICTIONS, REFERENCES, use_stemmer=True)


def test_bleu_is_the_same_number_also_in_batches(load):
    metric = load("bleu")
    for start in range(0, 60, 20):
        metric.add_batch(
            predictions=PREDICTIONS[start : start + 20], references=REFERENCES[start : start + 20]
        )
    metric.add(prediction="one more text", reference="one more text")
    expected = ours.bleu([*PREDICTIONS, "one more text"], [*REFERENCES, "one more text"])
    assert metric.compute()["bleu"] == pytest.approx(expected, abs=1e-12)


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
