"""The exercises of lesson 16: references right for every seed, wrong answers refused."""

from exercise_rules import rules

from workbook.react.exercises import EXERCISES

WRONG = {
    "react.shares": [
        lambda weights, power: weights**power,
        lambda weights, power: weights / weights.sum(),
    ]
}
test_references, test_messages, test_no_lottery, test_stubs = rules(EXERCISES, WRONG)
