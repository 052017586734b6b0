"""BLEU inside the `evaluate` library: the course's numbers, in batches and with its options."""

import pytest
from odd_texts import odd_pairs

import workbook.evaluation as ours

PREDICTIONS, REFERENCES = odd_pairs(60, seed=4)


def test_bleu_is_the_same_number_also_in_batches(load):
    metric = load("bleu")
    for start in range(0, 60, 20):
        metric.add_batch(
            predictions=PREDICTIONS[start : start + 20], references=REFERENCES[start : start + 20]
        )
    metric.add(prediction="one more text", reference="one more text")
    expected = ours.bleu([*PREDICTIONS, "one more text"], [*REFERENCES, "one more text"])
    assert metric.compute()["bleu"] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "options", [{"tokenizer": "none"}, {"smoothing": "add-k"}, {"tokenizer": "intl"}]
)
def test_options_reach_the_score(load, options):
    texts = (["don't sit, goose!"], ["don't sit, old goose!"])
    found = load("bleu").compute(predictions=texts[0], references=texts[1], **options)
    assert found == {"bleu": ours.bleu(*texts, **options)}
    assert found["bleu"] != ours.bleu(*texts), "or the option would prove nothing"
