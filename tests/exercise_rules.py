"""What every exercise of every lesson must satisfy, as tests that a lesson's test file takes over.

    WRONG = {"sampling.top_p": [typical wrong answers], ...}
    globals().update(rules(EXERCISES, WRONG))

What an exercise is about, its test file holds against an independent source itself.
"""

import inspect
import textwrap

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.core.exercises import checks
from workbook.core.exercises import exercise as ex
from workbook.grading import asking

SEEDS = st.integers(0, 2**31 - 1)


def reference_answer(exercise):
    return exercise.reference() if exercise.wants == "value" else exercise.reference


def outcome(exercise_id, answer, seed=11):
    """The result, and all that a learner reads about a wrong answer, as one text."""
    result = ex.check(exercise_id, answer, seed)
    return result, " | ".join(f"{f.says}: {f.wrong}" for f in result.findings if f.wrong)


def rules(exercises, wrong, **names):
    """Seven tests by name: right references, messages that differ, no lottery, stubs left
    unanswered, last hints that run when pasted, a grader that says what the lesson says, messages
    that do not give a predicted number away.

    exercises: the lesson's exercises by id. wrong: two or more wrong answers to each, by id. names:
    what the lesson has, beside torch, when a hint is pasted there.
    """
    assert wrong.keys() == exercises.keys()

    @settings(max_examples=25)
    @given(SEEDS)
    def references_are_right_for_every_seed(seed):
        for each in exercises.values():
            result, said = outcome(each.id, reference_answer(each), seed)
            assert result.status == "right", said

    @pytest.mark.parametrize("exercise_id", exercises)
    def wrong_answers_get_different_messages(exercise_id):
        said = []
        for answer in wrong[exercise_id]:
            result, text = outcome(exercise_id, answer)
            assert result.status == "wrong", answer
            said.append(text)
        assert len(set(said)) == len(said) >= 2, said

    @settings(max_examples=15)
    @given(SEEDS)
    def wrong_answers_fail_for_every_seed(seed):
        """A check that passes a wrong answer for some seeds would be a lottery."""
        for exercise_id, answers in wrong.items():
            for answer in answers:
                status = outcome(exercise_id, answer, seed)[0].status
                assert status == "wrong", (exercise_id, answer)

    @pytest.mark.parametrize("exercise_id", exercises)
    def a_stub_is_not_answered(exercise_id):
        def stub(*_):
            raise NotImplementedError

        if exercises[exercise_id].wants == "function":
            stub.__signature__ = inspect.signature(exercises[exercise_id].reference)
            assert ex.check(exercise_id, stub).status == "unanswered"
        else:
            assert ex.check(exercise_id, None).status == "unanswered"

    functions = [name for name, each in exercises.items() if each.wants == "function"]

    @pytest.mark.parametrize("exercise_id", functions)
    def the_last_hint_runs_when_pasted(exercise_id):
        asked = exercises[exercise_id]
        parameters = ", ".join(inspect.signature(asked.reference).parameters)
        code = f"def pasted({parameters}):\n{textwrap.indent(asked.hints[-1], '    ')}"
        made = {"torch": torch, **names}
        exec(code, made)
        result, said = outcome(exercise_id, made["pasted"])
        assert result.status == "right", said

    def no_message_gives_a_prediction_away():
        for exercise_id in exercises.keys() - set(functions):
            for answer in wrong[exercise_id]:
                said = [f.wrong or "" for f in outcome(exercise_id, answer)[0].findings]
                told = "".join(text for text in said if "has another form" not in text)
                assert not any(character.isdigit() for character in told), said

    @pytest.mark.parametrize("exercise_id", functions)
    def the_grader_says_what_the_lesson_says(exercise_id):
        """A wrong answer that is handed in reads the sentences that it read in the lesson."""
        asked = exercises[exercise_id]
        for answer in wrong[exercise_id]:
            if checks.same_parameters(asked.reference, answer):
                continue
            here = checks.run_checks(asked.checks, answer, 11, ex.CHECK_SECONDS).findings
            there = [asking.answer_with(answer)(check, asked, 11) for check in asked.checks]
            assert [f.wrong for f in there[: len(here)]] == [f.wrong for f in here]

    return {
        "test_the_reference_is_right_for_every_seed": references_are_right_for_every_seed,
        "test_wrong_answers_fail_with_different_messages": wrong_answers_get_different_messages,
        "test_wrong_answers_fail_for_every_seed": wrong_answers_fail_for_every_seed,
        "test_a_stub_is_not_answered": a_stub_is_not_answered,
        "test_the_last_hint_runs_when_pasted": the_last_hint_runs_when_pasted,
        "test_the_grader_says_what_the_lesson_says": the_grader_says_what_the_lesson_says,
        "test_no_message_gives_the_prediction_away": no_message_gives_a_prediction_away,
    }
