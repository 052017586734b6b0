"""How large sums are, how they are laid out and asked for (data only, used by `sums.py`).

A layout is (pattern of one sum, what stands between two). Of each list of six or more phrases the
last but one is met only in validation, the last only in the test split.
"""

from workbook.town.writer import Phrases

Span = tuple[int, int]  # lowest and highest

# The spans of the left and the right number; of a division those of the quotient and the divisor.
SIZES: dict[str, dict[str, tuple[Span, Span]]] = {
    "+": {
        "table": ((1, 12), (1, 12)),
        "tens": ((13, 99), (1, 9)),
        "two": ((13, 99), (10, 99)),
        "three": ((100, 999), (10, 999)),
    },
    "-": {
        "table": ((2, 20), (1, 20)),
        "tens": ((21, 99), (1, 9)),
        "two": ((21, 99), (10, 99)),
        "three": ((100, 999), (2, 999)),
        "years": ((1990, 2030), (1780, 2020)),
    },
    "x": {
        "table": ((1, 12), (1, 12)),
        "tens": ((13, 99), (2, 9)),
        "three": ((100, 999), (2, 9)),
        "two": ((13, 99), (13, 99)),
    },
    "/": {
        "table": ((1, 12), (2, 12)),
        "tens": ((13, 99), (2, 9)),
        "three": ((100, 199), (2, 9)),
    },
}
SHARES = {  # way: sign: size: how often it comes
    "digits": {
        "+": {"tens": 2, "two": 5, "three": 3},
        "-": {"tens": 2, "two": 4, "three": 2, "years": 2},
        "x": {"tens": 6, "three": 2, "two": 1},
        "/": {"tens": 6, "three": 2},
    },
    "at once": {
        "+": {"table": 5, "tens": 3, "two": 3, "three": 1},
        "-": {"table": 5, "tens": 3, "two": 3, "three": 1, "years": 1},
        "x": {"table": 8, "tens": 3, "three": 1},
        "/": {"table": 8, "tens": 2},
    },
    "mixed": {
        "+": {"table": 2, "tens": 2, "two": 2},
        "-": {"table": 1, "tens": 2, "two": 2},
        "x": {"table": 4, "tens": 1},
        "/": {"table": 4, "tens": 1},
    },
}
SWAPPED = (("+", "tens"), ("x", "tens"), ("x", "three"))  # the long number may come second

HEADS = {
    "digits": Phrases(
        "Digit by digit:", "Written sums", "Working shown:", "Column sums", "One digit at a time:",
        "Sums with their working", "Long sums", "All columns written out:",
    ),
    "at once": Phrases(
        "Sums", "Mental arithmetic", "Number facts:", "Quick sums", "In your head:",
        "Practice sums", "Sums for today", "Learned by heart:",
    ),
    "mixed": Phrases(
        "Step by step:", "Sums in steps", "One step after the other:", "Longer sums",
        "Several steps:", "Sums in a row", "Each step written down:", "Steps and answers",
    ),
}  # fmt: skip

LAYOUTS = {
    "digits": (
        ("{working}", "\n"),
        ("{n}. {working}", "\n"),
        ("{working}.", " "),
        ("What is {sum}?\n{working}\nAnswer: {answer}", "\n"),
        ("Sum: {sum}\nWorking: {working}", "\n"),
        ("{sum} = ?\n{working}", "\n\n"),
    ),
    "at once": (
        ("{sum} = {answer}", "\n"),
        ("{sum} = {answer}", ", "),
        ("{sum} = {answer}", "; "),
        ("{sum} = {answer}.", " "),
        ("{n}. {sum} = {answer}", "\n"),
        ("What is {sum}? {answer}", "\n"),
        ("Sum: {sum}\nAnswer: {answer}", "\n"),
        ("{sum}: {answer}", "\n"),
    ),
    "mixed": (
        ("{sum}:\n{working}\nAnswer: {answer}", "\n\n"),
        ("{sum}:\n{working}\nAnswer: {answer}", "\n"),
        ("Sum: {sum}\n{working}\nAnswer: {answer}", "\n\n"),
        ("{n}. {sum}\n{working}\nAnswer: {answer}", "\n"),
    ),
}

# A sum in words.
FIRST = {
    "+": Phrases(
        "{a} + {b}", "{a} plus {b}", "the sum of {a} and {b}", "{a} and {b} together",
        "{a} with {b} added", "the total of {a} and {b}",
    ),
    "-": Phrases(
        "{a} - {b}", "{a} minus {b}", "{a} less {b}", "{a} take away {b}",
        "{a} with {b} taken off", "{a} reduced by {b}",
    ),
    "x": Phrases(
        "{a} x {b}", "{a} times {b}", "{a} multiplied by {b}", "the result of {a} x {b}",
        "the product of {a} and {b}", "{a} and {b} multiplied together",
    ),
    "/": Phrases(
        "{a} / {b}", "{a} divided by {b}", "{a} shared between {b}", "{a} over {b}",
        "{a} shared equally between {b}", "{a} split into {b} equal parts",
    ),
}  # fmt: skip

NEXT = {
    "+": Phrases(
        "then add {b}", "then + {b}", "then plus {b}", "and then {b} more",
        "with {b} added to that", "with {b} on top",
    ),
    "-": Phrases(
        "then take away {b}", "then - {b}", "then minus {b}", "and then {b} less",
        "then subtract {b}", "with {b} taken off that",
    ),
    "x": Phrases(
        "then times {b}", "then x {b}", "then multiply by {b}", "and all of that times {b}",
        "then multiplied by {b}", "and then {b} times the result",
    ),
    "/": Phrases(
        "then divide by {b}", "then / {b}", "then divided by {b}",
        "and all of that shared between {b}",
        "then split into {b} equal parts", "and the result divided by {b}",
    ),
}  # fmt: skip

FIRST_CROWNS = {
    "+": Phrases(
        "{a} crowns and {b} crowns", "{a} crowns for {goods} and {b} crowns for paper",
        "a lamp for {a} crowns and {goods} for {b} crowns", "{a} crowns and another {b} crowns",
        "{a} crowns in a purse and {b} crowns in a box", "{a} crowns on Monday and {b} on Friday",
    ),
    "-": Phrases(
        "{a} crowns less {b} crowns", "a bill of {a} crowns with {b} crowns off",
        "{a} crowns with {b} crowns spent", "a purse of {a} crowns less {b} for {goods}",
        "{a} crowns with {b} crowns given away", "{a} crowns less a fee of {b} crowns",
    ),
    "x": Phrases(
        "{a} {goods} at {b} crowns each", "{a} tickets at {b} crowns each",
        "{a} {goods} for {b} crowns apiece", "{a} hours at {b} crowns an hour",
        "{a} boxes of {goods} at {b} crowns a box", "{a} nights at {b} crowns a night",
    ),
    "/": Phrases(
        "{a} crowns shared by {b} friends", "{a} crowns split evenly between {b} people",
        "a bill of {a} crowns shared by {b} guests", "{a} crowns spread evenly over {b} tickets",
        "{a} crowns divided among {b} cousins", "a prize of {a} crowns split between {b} winners",
    ),
}  # fmt: skip

NEXT_CROWNS = {
    "+": Phrases(
        "then {b} crowns more", "then add {b} crowns for a bag", "plus {b} crowns for tea",
        "then another {b} crowns", "plus {b} crowns for a map", "plus a tip of {b} crowns",
    ),
    "-": Phrases(
        "then {b} crowns off", "then take off {b} crowns", "less {b} crowns already paid",
        "then spend {b} crowns", "less a discount of {b} crowns", "then give away {b} crowns",
    ),
    "x": Phrases(
        "all of that {b} times", "the same on {b} days", "then all of it times {b}",
        "and that every day for {b} days", "the same for {b} people", "all of that for {b} weeks",
    ),
    "/": Phrases(
        "all of it shared by {b} people", "then split evenly between {b} friends",
        "then shared by {b} cousins", "all of that divided among {b} people",
        "then divided among {b} guests", "and the whole lot split between {b} sailors",
    ),
}  # fmt: skip

REQUESTS = {
    "at once": Phrases(
        "What is {sum}?", "{sum}?", "How much is {sum}?", "Tell me what {sum} is.",
        "What does {sum} come to?", "Give me the answer only: {sum}.", "Quick sum: {sum}.",
        "Just the number, please. What is {sum}?", "Do you know what {sum} is?",
        "In your head: {sum}.",
        "I need one number: {sum}.", "Without any working, what is {sum}?", "{sum} makes how much?",
        "Say straight away what {sum} is.",
    ),
    "digits": Phrases(
        "Work out {sum} digit by digit.", "Show me the working for {sum}.",
        "What is {sum}? Please show every column.", "Digit by digit, what is {sum}?",
        "Find {sum} and write down how you do it.", "Please do this column by column: {sum}.",
        "How do I work out {sum} by hand?", "Write out {sum} in full.",
        "Calculate {sum} and show your working.", "Carefully, one digit at a time: {sum}.",
        "What is {sum}? I would like to see the working.", "Do {sum} on paper, please.",
        "Take {sum} one column at a time.", "Explain {sum} digit by digit.",
    ),
    "mixed": Phrases(
        "Work this out step by step: {sum}.", "In steps, please: {sum}.",
        "Show each step of this: {sum}.", "What does this come to? {Sum}. Show the steps.",
        "Please write down the steps: {sum}.", "One step at a time: {sum}.",
        "Can you work this out for me in steps? {Sum}.", "A longer sum: {sum}. Go step by step.",
        "Find the answer and show the steps: {sum}.", "Take this in steps: {sum}.",
        "I want to see every step. {Sum}.", "Do this in small steps: {sum}.",
    ),
}  # fmt: skip

NEXT_REQUEST = {
    "at once": Phrases(
        "And {sum}?", "Now {sum}.", "And what is {sum}?", "Next: {sum}.", "Thank you. {Sum}?",
        "Then what is {sum}?", "One more: {sum}.", "And how much is {sum}?",
    ),
    "digits": Phrases(
        "And {sum}?", "Now {sum}, please.", "The same for {sum}.", "Next: {sum}.",
        "Thank you. Now do {sum}.", "And {sum} in the same way?", "Another one: {sum}.",
        "Please go on with {sum}.",
    ),
    "mixed": Phrases(
        "And this: {sum}.", "Now this one: {sum}.", "Another: {sum}.", "Next: {sum}.",
        "Thank you. Here is one more: {sum}.", "The same for this: {sum}.", "Then this: {sum}.",
        "Please go on with this: {sum}.",
    ),
}  # fmt: skip

# How a word problem is put when steps or only the answer are wanted.
PROBLEM_STEPS = Phrases(
    "Solve this problem step by step.\n{question}",
    "{question} Show the steps.",
    "{question}\n\nWrite down each step and then the answer.",
    "Please work this out in steps. {question}",
    "Here is a word problem. Give every step.\n{question}",
    "Can you explain this one step by step? {question}",
    "Work this out in small steps. {question}",
    "{question} I would like to see how you get there.",
    "Think it through step by step, then answer. {question}",
    "Problem: {question}\nGive the steps and the answer.",
    "My homework asks for all the steps. {question}",
    "{question}\nStep by step, please.",
)

PROBLEM_AT_ONCE = Phrases(
    "{question} Give only the answer.",
    "Just the number, please. {question}",
    "{question}\n\nAnswer straight away, without any steps.",
    "I only need the result. {question}",
    "Answer with one number.\n{question}",
    "{question} The answer alone will do.",
    "Be quick, and show no working. {question}",
    "Problem: {question}\nGive the final answer and nothing else.",
    "In your head, please. {question}",
    "No steps, only the answer. {question}",
    "Skip the working. {question}",
    "{question}\nOne number is enough.",
)
