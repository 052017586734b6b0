"""The exercises of lesson 11: references right for every seed, wrong answers refused."""

from exercise_rules import rules

from workbook.peft_family.exercises import EXERCISES

WRONG = {
    "peft_family.shares": [
        lambda weights, power: weights**power,
        lambda weights, power: weights / weights.sum(),
    ]
}
test_references, test_messages, test_no_lottery, test_stubs = rules(EXERCISES, WRONG)
