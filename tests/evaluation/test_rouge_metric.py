"""ROUGE against rouge-score, the figures of papers and courses, and a real lab's table."""

import csv
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import odd_pairs, odd_text
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import BootstrapAggregator

from workbook.evaluation import rouge, rouge_bootstrap, rouge_scores
from workbook.evaluation.rouge_metric import TYPES, rouge_l, rouge_n, rouge_pair
from workbook.tasks.scores import rouge as tasks_rouge

WORDS = st.lists(st.sampled_from("abcd"), max_size=9)


@pytest.mark.parametrize("use_stemmer", [False, True])
def test_it_is_rouge_score_on_a_thousand_odd_pairs(use_stemmer):
    predictions, references = odd_pairs()
    scorer = RougeScorer(list(TYPES), use_stemmer=use_stemmer)
    ours = rouge_scores(predictions, references, use_stemmer)
    means = rouge(predictions, references, use_stemmer)
    for kind in TYPES:
        theirs = [scorer.score(r, p)[kind] for p, r in zip(predictions, references, strict=True)]
        for mine, other in zip(ours, theirs, strict=True):
            assert tuple(mine[kind]) == pytest.approx(tuple(other), abs=1e-9)
        mean = sum(one.fmeasure for one in theirs) / len(theirs)
        assert means[kind] == pytest.approx(mean, abs=1e-9)


def test_several_references_are_score_multi():
    """The best F1 of each type by itself, as rouge-score and `evaluate` have it."""
    source = random.Random(5)
    predictions = [odd_text(source) for _ in range(200)]
    references = [[odd_text(source) for _ in range(source.randint(1, 4))] for _ in predictions]
    scorer = RougeScorer(list(TYPES))
    for mine, prediction, several in zip(
        rouge_scores(predictions, references), predictions, references, strict=True
    ):
        theirs = scorer.score_multi(several, prediction)
        for kind in TYPES:
            assert mine[kind].f1 == pytest.approx(theirs[kind].fmeasure, abs=1e-9)


@pytest.mark.parametrize(
    "kind, reference, prediction, expected",
    [  # rouge_score 0.1.2, rouge_scorer_test.py (Apache-2.0)
        ("rouge1", "testing one two", "testing", (1, 1 / 3, 1 / 2)),
        ("rouge2", "testing one two", "testing one", (1, 1 / 2, 2 / 3)),
        ("rougeL", "testing one two", "testing two", (1, 2 / 3, 4 / 5)),
        ("rougeLsum", "w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", (0.4, 0.8, 8 / 15)),
        # Lin (2004), section 3.1
        ("rougeL", "police killed the gunman", "police kill the gunman", (0.75, 0.75, 0.75)),
        ("rougeL", "police killed the gunman", "the gunman kill police", (0.5, 0.5, 0.5)),
        ("rouge2", "police killed the gunman", "police kill the gunman", (1 / 3, 1 / 3, 1 / 3)),
        ("rouge2", "police killed the gunman", "the gunman kill police", (1 / 3, 1 / 3, 1 / 3)),
        # the course's example; its ROUGE-L took the longest substring, 2, for the subsequence, 4
        ("rouge1", "It is cold outside", "It is very cold outside", (0.8, 1.0, 8 / 9)),
        ("rouge2", "It is cold outside", "It is very cold outside", (0.5, 2 / 3, 4 / 7)),
        ("rougeL", "It is cold outside", "It is very cold outside", (0.8, 1.0, 8 / 9)),
        ("rouge1", "It is cold outside", "It is not cold outside", (0.8, 1.0, 8 / 9)),
        ("rouge2", "It is cold outside", "It is not cold outside", (0.5, 2 / 3, 4 / 7)),
        ("rougeL", "It is cold outside", "It is not cold outside", (0.8, 1.0, 8 / 9)),
    ],
)
def test_published_figures(kind, reference, prediction, expected):
    assert tuple(rouge_pair(prediction, reference)[kind]) == pytest.approx(expected, abs=1e-12)


@pytest.fixture
def lab(shared_data):
    """(references, {column: predictions}) of the labs' 1,500 summaries."""
    file = shared_data / "labs" / "dialogue-summary-training-results.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    references = [row["human_baseline_summaries"] for row in rows]
    return references, {column: [row[column] for row in rows] for column in LAB}


LAB = {  # what the labs print on their full test set: ROUGE-1, -2, -L with stemming
    "original_model_summaries": (0.2334, 0.0760, 0.2015),
    "instruct_model_summaries": (0.4216, 0.1804, 0.3384),
    "peft_model_summaries": (0.4081, 0.1633, 0.3251),
}


def test_the_labs_table(lab):
    """The labs print medians of 1,000 resampled means: within 2e-4 of the mean, and with one seed
    of a hundred or so, to the last digit."""
    references, systems = lab
    for column, predictions in systems.items():
        means = rouge(predictions, references, use_stemmer=True)
        medians = rouge_bootstrap(predictions, references, use_stemmer=True, seed=42)
        assert round(medians["rouge1"].mean, 4) == LAB[column][0]
        for kind, printed in zip(("rouge1", "rouge2", "rougeL"), LAB[column], strict=True):
            assert means[kind] == pytest.approx(printed, abs=2e-4)
            assert medians[kind].low < printed < medians[kind].high


def test_the_labs_means_are_rouge_scores(lab):
    references, systems = lab
    predictions = systems["peft_model_summaries"]
    scorer = RougeScorer(["rouge1"], use_stemmer=True)
    pairs = zip(references, predictions, strict=True)
    theirs = [scorer.score(wanted, said)["rouge1"].fmeasure for wanted, said in pairs]
    ours = rouge(predictions, references, use_stemmer=True)["rouge1"]
    assert ours == pytest.approx(sum(theirs) / len(theirs), abs=1e-9)


def test_the_bootstrap_is_rouge_scores_aggregator():
    """The same draws, so the same numbers to 1e-9."""
    predictions, references = odd_pairs(80, seed=6)
    scorer, aggregator = RougeScorer(list(TYPES)), BootstrapAggregator(n_samples=150)
    for prediction, reference in zip(predictions, references, strict=True):
        aggregator.add_scores(scorer.score(reference, prediction))
    np.random.seed(9)
    theirs = aggregator.aggregate()
    ours = rouge_bootstrap(predictions, references, draws=150, seed=9)
    for kind in TYPES:
        expected = [getattr(theirs[kind], part).fmeasure for part in ("mid", "low", "high")]
        assert list(ours[kind]) == pytest.approx(expected, abs=1e-9)


@given(WORDS, WORDS, st.integers(1, 4))
def test_properties_of_overlap(first, second, n):
    one, other = rouge_n(first, second, n), rouge_n(second, first, n)
    assert (one.precision, one.recall) == (other.recall, other.precision)
    assert one.f1 == pytest.approx(other.f1)
    assert rouge_l(first, second).f1 <= rouge_n(first, second, 1).f1 + 1e-12
    if len(first) >= n:
        assert rouge_n(first, first, n) == (1, 1, 1)


@pytest.mark.parametrize(
    "predictions, references, says",
    [
        ([], [], "no prediction"),
        (["a"], ["a", "b"], "1 predictions and 2 references"),
        (["a", "b"], [["a"], []], "Prediction 1 has no reference"),
        ("a text", ["a text"], "predictions are a list of texts, not a single str"),
        (["a text"], "a text", "references are a list of texts, not a single str"),
        (None, ["a"], "predictions are a list of texts, not a single NoneType"),
        (["a"], 3.0, "references are a list of texts, not a single float"),
        (["a"], [[None]], "not NoneType"),
        (["a"], [None], "not NoneType"),
        (["a"], [float("nan")], "not float"),
        (["a", "b"], ["a", 7], "not int"),
        ([None], ["a"], "not NoneType"),
        ([float("nan")], ["a"], "not float"),
    ],
)
def test_bad_input_is_one_sentence(predictions, references, says):
    with pytest.raises(ValueError, match=says) as error:
        rouge(predictions, references)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["東京は雨です。", "Привет, Ада! 3", "नमस्ते"])
def test_a_script_that_rouge_throws_away_is_a_warning(text):
    """Fault A16: a perfect summary in another script got 0 without a word."""
    for measure in (rouge, tasks_rouge):
        with pytest.warns(UserWarning, match="ROUGE reads only a-z and 0-9") as found:
            measure([text, "one"], [text, "one"])
        assert len(found) == 1 and "\n" not in str(found[0].message)


@pytest.mark.parametrize("text", ["", "!?", "naïve café", "Ada Hull, 3 o'clock"])
def test_latin_texts_are_no_warning(text):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rouge([text], ["one"])
        tasks_rouge([text], ["one"])
