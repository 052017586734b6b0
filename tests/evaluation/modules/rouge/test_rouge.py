"""ROUGE inside the `evaluate` library: the course's numbers, with and without the stemmer."""

from odd_texts import odd_pairs

import workbook.evaluation as ours

PREDICTIONS, REFERENCES = odd_pairs(60, seed=4)


def test_rouge_is_the_same_number(load):
    found = load("rouge").compute(predictions=PREDICTIONS, references=REFERENCES, use_stemmer=True)
    assert found == ours.rouge(PREDICTIONS, REFERENCES, use_stemmer=True)


def test_the_stemmer_is_off_unless_it_is_asked_for(load):
    texts = {"predictions": ["he runs"], "references": ["he was running"]}
    metric = load("rouge")
    assert metric.compute(**texts)["rouge1"] == 0.4, "he, of two and of three words"
    assert metric.compute(**texts, use_stemmer=True)["rouge1"] == 0.8
    assert set(metric.compute(**texts)) == {"rouge1", "rouge2", "rougeL", "rougeLsum"}
