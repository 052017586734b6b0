"""Guesses: what a learner expects before a cell is run, kept in the log, shown beside the result.

    guess("sampling.tokens_kept", 3)                  # before
    guess("sampling.tokens_kept", result=len(kept))   # after: You guessed 3; the result is 2.

A guess has no points and is never wrong; `progress()` counts those that were made. Left out:
questions with a right answer, which are exercises.
"""

from __future__ import annotations

from typing import Any

from workbook.core.exercises import attempts, exercise, feedback


def guess(guess_id: str, value: Any = None, result: Any = None) -> None:
    """Write down a guess, or show the last one beside the result.

    Args:
        guess_id: the lesson's topic and a name, as in "sampling.tokens_kept".
        value: the guess: a number, a text, or a list of them. None: not made yet.
        result: what came out; given, it is shown beside the guess.

    Raises ValueError, in one sentence, for an id without a topic of the course.
    """
    exercise.check_topic(guess_id, "guess")
    if value is None or value is ...:
        made = attempts.guesses().get(guess_id)
    else:
        _write_down(guess_id, made := value)
    if result is not None:
        said = "You made no guess" if made is None else f"You guessed {_shown(made)}"
        feedback.show("guess", f"{said}; the result is {_shown(result)}.", [])
    elif made is None:
        feedback.show("unanswered", "No guess yet: write it in place of None.", [])
    else:
        feedback.show("guess", f"Your guess: {_shown(made)}.", [])


def _write_down(guess_id: str, value: Any) -> None:
    try:
        attempts.note(guess_id, "guess", value=value)
    except ValueError:
        kind = type(value).__name__
        raise feedback.Refusal(
            f"A guess is a number, a text, or a list of them, not of type {kind}."
        ) from None


def _shown(value: Any) -> str:
    """A guess in words: a number as it was written, a list without its brackets."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
