"""The exercises of lesson 05: references right for every seed, wrong answers refused."""

from exercise_rules import rules

from workbook.quantization.exercises import EXERCISES

WRONG = {
    "quantization.shares": [
        lambda weights, power: weights**power,
        lambda weights, power: weights / weights.sum(),
    ]
}
test_references, test_messages, test_no_lottery, test_stubs = rules(EXERCISES, WRONG)
