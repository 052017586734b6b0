"""The exercises of lesson 06: references right for every seed, wrong answers refused."""

from exercise_rules import rules

from workbook.scaling_laws.exercises import EXERCISES

WRONG = {
    "scaling_laws.shares": [
        lambda weights, power: weights**power,
        lambda weights, power: weights / weights.sum(),
    ]
}
test_references, test_messages, test_no_lottery, test_stubs = rules(EXERCISES, WRONG)
