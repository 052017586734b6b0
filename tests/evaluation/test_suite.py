"""The town suite: tasks that can be solved, and the seven metrics by hand."""

import re

import pytest
from made_results import made

from workbook.evaluation import suite
from workbook.evaluation.suite_changes import changed, foreign_names
from workbook.evaluation.systems import Answer, Baseline, Ceiling
from workbook.tasks import TASKS, Case, cases
from workbook.tasks.scores import shared_run
from workbook.town import build_town

EVERY = pytest.mark.parametrize("task", TASKS)


class Says:
    """A system that always says the same, with a given confidence."""

    name = "says"

    def __init__(self, text, log_prob=-0.1):
        self.said = Answer(text, log_prob, len(text.split()) + 1, 0.0)

    def answer(self, task, asked):
        return [self.said for _ in asked]


class Knows:
    """A system that answers some prompts rightly and says nothing to all others."""

    name = "knows"

    def __init__(self, *known):
        self.known, self.asked = {case.prompt: case.reference for case in known}, []

    def answer(self, task, asked):
        self.asked += [case.prompt for case in asked]
        return [Answer(self.known.get(case.prompt, ""), -2.0, 3, 0.5) for case in asked]


def test_there_are_eight_tasks_and_seven_metrics():
    assert len(TASKS) == 8 and len(suite.METRICS) == 7


@EVERY
def test_the_truth_scores_1_and_cases_are_the_same_every_time(task):
    asked = cases(task, 30)
    assert asked == cases(task, 30) and asked[:10] == cases(task, 10)
    assert len({case.prompt for case in asked}) > 25
    for case in asked:
        assert TASKS[task].score(case.reference, case) == 1.0, case
        assert TASKS[task].score("", case) < 1.0
        assert 0 <= TASKS[task].score(TASKS[task].baseline(case.prompt), case) <= 1


@EVERY
def test_nobody_in_a_case_was_met_in_training(task):
    """Held-out people and places: no full name of the training split stands in a prompt."""
    town = build_town()
    known = [e.name for table in ("people", "places") for e in town.among(table, "train")]
    prompts = "\n".join(case.prompt for case in cases(task, 60))
    met = [name for name in known if re.search(rf"\b{re.escape(name)}\b", prompts)]
    met_places = {e.name for e in town.among("places", "train")} & set(met)
    assert set(met) <= met_places and (not met or task in WITH_OLD_PLACES), met


# A new person may be employed at a place that the model knows.
WITH_OLD_PLACES = ("open_book", "entailment", "sentiment", "summarise", "extract", "arithmetic")


def test_yes_and_no_take_turns():
    """Guards against a lopsided draw: 126 of the first 200 were "Yes.", a gift to a constant."""
    assert [case.reference for case in cases("entailment", 20)] == ["Yes.", "No."] * 10


def test_shared_run_is_the_longest_run():
    assert shared_run("Oi! Mend the gate now, fool", "Please mend the gate now.") == (
        "mend", "the", "gate", "now",
    )  # fmt: skip
    assert shared_run("abc", "def") == ()


@EVERY
def test_the_ceiling_is_reached_and_the_baseline_is_not(task):
    top, low = (suite.run_task(system, task, 25) for system in (Ceiling(), Baseline()))
    assert set(top.scores["plain"]) == {1.0} == set(top.scores["names"])
    assert sum(low.scores["plain"]) < 22
    measured = suite.measure(top, draws=20)
    assert measured["accuracy"].mean == measured["robustness"].mean == 1.0
    assert measured["calibration"] is None is measured["efficiency"]


def test_metrics_by_hand():
    measured = suite.measure(made())
    assert measured["accuracy"].mean == 0.5 == measured["fairness"].mean
    assert measured["calibration"].mean == pytest.approx(0.0), "50 % sure, 50 % right"
    assert measured["bias"].mean == 0.0 == measured["toxicity"].mean
    assert measured["efficiency"].mean == 1.0


def test_two_tosses_of_a_coin_are_both_right_a_quarter_of_the_time():
    """Why a fairness of .25 beside an accuracy of .5 need not be a loss."""
    tosses = {"plain": [1.0, 1.0, 0.0, 0.0] * 10, "typos": [1.0] * 40,
              "names": [1.0, 0.0, 1.0, 0.0] * 10}  # fmt: skip
    coin = made(scores=tosses, renamed=[True] * 40)
    assert suite.measure(coin)["fairness"].mean == 0.25
    assert suite.renamed_scores(coin) == (tosses["plain"], tosses["names"])
    some = suite.renamed_scores(made(scores=tosses, renamed=[True, False] * 20))
    assert some == ([1.0, 0.0] * 10, [1.0, 1.0] * 10), "places of the renamed cases only"


def test_the_worse_of_two_versions_counts():
    """Right only with typos where it was wrong without, and the other way round: 0, not a half."""
    turned = {"plain": [1.0, 0.0] * 20, "typos": [0.0, 1.0] * 20, "names": [1.0, 0.0] * 20}
    measured = suite.measure(made(scores=turned))
    assert measured["robustness"].mean == 0.0 and measured["accuracy"].mean == 0.5


def test_fairness_looks_only_at_cases_whose_names_changed():
    scores = {"plain": [1.0] * 40, "typos": [1.0] * 40, "names": [0.0] * 30 + [1.0] * 10}
    assert suite.measure(made(scores=scores))["fairness"].mean == 0.0
    assert suite.measure(made(renamed=[True] * 19 + [False] * 21))["fairness"] is None


@pytest.mark.parametrize("version", ["plain", "typos", "names"])
def test_each_version_is_asked_and_scored_by_itself(version):
    """A system that is right in one version only: its scores stand under that version's name."""
    plain = cases("open_book", 12)
    versions = {"plain": plain} | {c: [changed(o, c) for o in plain] for c in ("typos", "names")}
    system = Knows(*versions[version])
    result = suite.run_task(system, "open_book", 12)
    assert system.asked == [case.prompt for several in versions.values() for case in several]
    for name, several in versions.items():
        known = [float(case.prompt in system.known) for case in several]
        assert result.scores[name] == known, name
    assert result.scores[version] == [1.0] * 12 and 0.0 in result.scores["plain"] + [
        score for name in ("typos", "names") if name != version for score in result.scores[name]
    ]


def test_renamed_are_the_cases_in_which_somebody_has_a_foreign_name():
    renamed = suite.run_task(Baseline(), "polite", 40).renamed
    foreign = [bool(foreign_names(c.prompt + c.reference)) for c in cases("polite", 40)]
    assert renamed == foreign and 0 < sum(renamed) < 40


def test_confidence_is_the_probability_of_the_whole_answer():
    """Not of a token: an answer of three tokens at ln p = -2 has e^-2, and none is above 1."""
    result = suite.run_task(Knows(), "open_book", 2)
    assert result.confidence == [0.1353] * 2 and result.seconds == 0.5
    assert suite.run_task(Says("Yes.", 1e-9), "entailment", 2).confidence == [1.0] * 2
    assert suite.run_task(Baseline(), "entailment", 2).confidence is None


def test_bias_is_the_distance_from_the_truths_share():
    fewer = [[0, 1, 1, 1]] * 40  # the answers say only he: as far from the truth as only she
    assert suite.measure(made(she_he=fewer))["bias"].mean == pytest.approx(0.5)
    counts = [[1, 0, 1, 1]] * 40  # the answers say only she, the truth both alike
    assert suite.measure(made(she_he=counts))["bias"].mean == pytest.approx(0.5)
    assert suite.measure(made(she_he=[[0, 0, 1, 1]] * 40))["bias"] is None


def test_rude_words_are_seen_behind_punctuation():
    """Guards against a rude word that escapes because a comma stands behind it."""
    result = suite.run_task(Says("Fie, you soggabout, wait!"), "polite", 4)
    assert all(result.rude) and set(result.scores["plain"]) == {0.0}
    assert not any(suite.run_task(Says("Please wait."), "polite", 4).rude)


def test_calibration_only_where_one_answer_is_right():
    assert suite.measure(made(task="summarise"))["calibration"] is None
    assert suite.measure(made(task="translate"))["calibration"] is not None
    assert suite.measure(made(confidence=None))["calibration"] is None


def test_half_right_is_not_right_in_calibration():
    """Fault D: a translation with half its words right counted as right, a confidence as earned."""
    half = {name: [0.5] * 40 for name in ("plain", "typos", "names")}
    system = made(task="translate", scores=half, confidence=[0.9] * 40)
    assert suite.measure(system)["calibration"].mean == pytest.approx(0.9)
    nearly = {name: [0.9999] * 40 for name in half}
    system = made(task="translate", scores=nearly, confidence=[0.9] * 40)
    assert suite.measure(system)["calibration"].mean == pytest.approx(0.9)


def test_efficiency_counts_wasted_words():
    thrifty, wordy = (
        suite.run_task(Says(text), "sentiment", 30).thrift
        for text in ("Positive.", "Positive. " * 10)
    )
    assert thrifty == [1.0] * 30 and max(wordy) < 0.3


def test_overall_is_turned_so_that_1_is_best():
    means = suite.overall([made(rude=[True] * 40), made(confidence=None)])
    assert means["toxicity"] == pytest.approx(0.5), "one task all rude, one not at all"
    assert means["calibration"] == pytest.approx(1.0), "the task without it does not count"
    assert means["accuracy"] == 0.5


def test_results_come_back_from_the_record_and_the_last_run_counts(tmp_path):
    file = tmp_path / "suite.jsonl"
    suite.save([made(), made(task="polite")], file)
    suite.save([made(seconds=9.0)], file)
    found = suite.recorded(file)
    assert list(found) == ["made"]
    assert {result.task: result.seconds for result in found["made"]} == {
        "open_book": 9.0, "polite": 0.1,
    }  # fmt: skip
    assert found["made"][1] == made(task="polite")


def test_mistakes_are_one_sentence():
    for call, says in (
        (lambda: cases("poetry", 3), "there is no task 'poetry'"),
        (lambda: cases("polite", 0), "at least one case"),
        (lambda: changed(Case("a", "b", "c"), "colours"), "no change is called"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)
