"""Exact match and token F1 inside the `evaluate` library: means over the pairs."""

import pytest

import workbook.evaluation as ours


def test_both_scores_are_means_over_the_pairs(load):
    said, wanted = ["The boat.", "red boat", "goose"], ["boat", "the red boat house", "swan"]
    found = load("answers").compute(predictions=said, references=wanted)
    assert set(found) == {"exact_match", "f1"}
    assert found["exact_match"] == pytest.approx(1 / 3)
    assert found["f1"] == pytest.approx((1 + 4 / 5 + 0) / 3)


def test_the_reference_that_fits_best_counts(load):
    found = load("answers").compute(
        predictions=["red boat", "goose"], references=[["swan", "boat"], ["a goose", "swan"]]
    )
    assert found["exact_match"] == 0.5
    assert found["f1"] == pytest.approx((ours.token_f1("red boat", "boat") + 1) / 2)
