"""The exercises of lesson 10: references right for every seed, wrong answers refused."""

from exercise_rules import rules

from workbook.lora.exercises import EXERCISES

WRONG = {
    "lora.shares": [
        lambda weights, power: weights**power,
        lambda weights, power: weights / weights.sum(),
    ]
}
test_references, test_messages, test_no_lottery, test_stubs = rules(EXERCISES, WRONG)
