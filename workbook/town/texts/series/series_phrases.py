"""What surrounds the examples of a series: separators, headings, requests, labels, remarks.

Data only. Of each list of phrases the last but one is met only in validation, the last only in
the test split; separators and pairs of labels have a table for each split.
"""

from workbook.town.writer import Phrases

# between an item and its value; the second table is for items that are no whole sentences
SYMBOLS = {
    "train": (": ", " -> ", " = ", " - ", " | ", " > ", " : ", "=", " / "),
    "validation": (" => ", " -- "),
    "test": (" >> ", " == "),
}
WORDS = {
    "train": (" is ", " means ", " gives "),
    "validation": (" becomes ",),
    "test": (" makes ",),
}
SEPARATORS = {split: SYMBOLS[split] + WORDS[split] for split in SYMBOLS}
ARROWS = {"train": (" -> ", " = ", " > "), "validation": (" => ",), "test": (" >> ",)}
JOINTS = ("\n", "; ", " , ")  # between two examples
JOINT_WEIGHTS = (0.74, 0.16, 0.1)

HEADINGS = Phrases(
    "Examples",
    "Examples:",
    "Here is a list.",
    "A list with one rule",
    "Find the rule.",
    "What is the rule?",
    "The rule is the same all the way through.",
    "A small puzzle",
    "Exercise",
    "One rule for all of them:",
    "Each item and what goes with it",
    "Pairs",
    "Notes",
    "The same rule each time",
    "Look for the pattern:",
)

REQUESTS = Phrases(  # {ask} is the item with its separator
    "{shown}\n{ask}",
    "{shown}\n\n{ask}",
    "Continue the list.\n{shown}\n{ask}",
    "Find the rule in these examples.\n{shown}\nWhat comes after this?\n{ask}",
    "Here are some examples.\n{shown}\nNow do this one.\n{item}",
    "Look at the list and give the missing value.\n{shown}\n{ask}",
    "Examples:\n{shown}\n\nNow you:\n{ask}",
    "Work out the rule and give the value alone.\n{shown}\n\n{item}",
    "I have done the first few. You do the last one.\n{shown}\n{ask}",
    "{shown}\n\nWhat goes with this?\n{item}",
    "Complete the last line in the same way.\n{shown}\n{ask}",
    "Use the same rule for the last item, please.\n{shown}\n\nLast item:\n{item}",
)
UNSHOWN = Phrases(  # without examples
    "{ask}",
    "There are no examples, so take a guess.\n{ask}",
    "What would you say here?\n{item}",
    "Which of them fits here?\n{item}",
    "Try it without examples.\n{ask}",
    "What goes with this?\n{item}",
    "Give an answer for this one.\n{item}",
    "Give the value that fits.\n{ask}",
    "No examples this time.\n{ask}",
    "Just have a go.\n{item}",
)
NAMED = Phrases(  # {choices} is "zib, morl or tak"
    "Answer with {choices}.",
    "The answer is {choices}.",
    "Say {choices}.",
    "Choose {choices}.",
    "Reply with {choices} and nothing else.",
    "Only these answers are allowed: {choices}.",
    "It must be {choices}.",
    "Your answer should be {choices}.",
    "Pick {choices}.",
    "Write {choices}.",
)
LATER = Phrases(  # a further item in a later turn
    "{ask}",
    "{item}",
    "And this?\n{item}",
    "Next:\n{ask}",
    "Now this one.\n{item}",
    "The same for this:\n{item}",
    "One more.\n{ask}",
    "Another one:\n{item}",
    "Go on.\n{ask}",
    "And then this one, please.\n{item}",
)

LABEL_PAIRS = {
    "train": (
        ("up", "down"), ("yes", "no"), ("good", "bad"), ("happy", "sad"), ("light", "dark"),
        ("plus", "minus"), ("warm", "cold"), ("high", "low"), ("win", "lose"), ("open", "shut"),
        ("sweet", "sour"), ("smile", "frown"), ("praise", "blame"), ("left", "right"),
        ("north", "south"), ("first", "last"), ("odd", "even"), ("day", "night"), ("big", "small"),
        ("buy", "sell"), ("soft", "hard"), ("cat", "dog"), ("sun", "rain"), ("gold", "lead"),
    ),
    "validation": (("fast", "slow"), ("east", "west"), ("true", "false")),
    "test": (("top", "bottom"), ("near", "far"), ("rich", "poor")),
}  # fmt: skip

# what a remark is about: things, kinds of place by their nouns, praise, blame
ASPECTS = (
    (
        ("soup", "bread", "stew", "pie", "tea", "cake", "fish", "cheese", "breakfast", "porridge"),
        ("Inn", "Tea House", "Bakery"),
        ("tasty", "fresh", "delicious", "full of flavour", "excellent", "well made", "wonderful"),
        ("bland", "spoiled", "disgusting", "tasteless", "badly prepared", "awful", "dreadful"),
    ),
    (
        ("room", "hall", "garden", "waiting room", "reading room", "entrance", "courtyard"),
        ("Inn", "Library", "Tea House", "Clinic", "Baths"),
        ("bright", "clean", "cosy", "spotless", "charming", "welcoming", "beautifully kept"),
        ("gloomy", "dirty", "noisy", "damp", "cramped", "shabby", "badly kept"),
    ),
    (
        ("owner", "young man at the door", "woman at the desk", "new assistant", "apprentice"),
        ("Inn", "Bank", "Post Office", "Pharmacy", "Bookshop", "Station", "Museum"),
        ("friendly", "helpful", "patient", "cheerful", "attentive", "kind", "well informed"),
        ("unfriendly", "careless", "impatient", "grumpy", "bored", "unkind", "badly informed"),
    ),
    (
        ("chair", "table", "stool", "shelf", "bench", "toy boat", "bookcase", "cradle"),
        ("Workshop", "Boatyard", "Mill", "Forge"),
        ("well made", "sturdy", "lovely", "cleverly designed", "perfect", "neatly finished"),
        ("badly made", "flimsy", "ugly", "poorly designed", "useless", "badly scratched"),
    ),
    (
        ("concert", "play", "lecture", "guided tour", "exhibition", "puppet show", "reading"),
        ("Theatre", "Concert Hall", "Gallery", "Museum", "School", "Library"),
        ("exciting", "moving", "well organised", "entertaining", "splendid", "inspiring"),
        ("dull", "tiring", "badly organised", "disappointing", "chaotic", "dreary"),
    ),
    (
        ("repair", "delivery", "visit", "service", "treatment", "whole business"),
        ("Post Office", "Clinic", "Clocks", "Shoes", "Barbers", "Tailors"),
        ("quick", "smooth", "fairly priced", "well planned", "pleasant", "faultless"),
        ("slow", "clumsy", "overpriced", "badly planned", "muddled", "unsatisfactory"),
    ),
)
REMARKS = Phrases(
    "The {thing} at the {place} was {a}",
    "The {thing} was {a} and {b}",
    "The {thing} at the {place} was {a}, {end}",
    "The {thing} was really {a}, {end}",
    "At the {place}, the {thing} was {a} and {b}",
    "I must say that the {thing} was {a}, {end}",
    "On {day}, the {thing} at the {place} was {a}",
    "We went to the {place} on {day}, and the {thing} was {a}",
    "My {who} says that the {thing} was {a}, {end}",
    "The {place} has changed, and the {thing} is now {a}",
    "For me, the {thing} at the {place} was {a} and {b}",
    "Last {season} the {thing} was {a}, {end}",
    "Everyone agreed that the {thing} at the {place} was {a}",
    "If you ask me, the {thing} was {a} and {b}",
    "My {who} and I found that the {thing} was {a} and {b}",
    "It was a {day}, and the {thing} at the {place} was {a}, {end}",
    "What I remember about the {place} is that the {thing} was {a}",
    "To be honest, the {thing} at the {place} was {a}, {end}",
)
ENDS = (
    (
        "and I will be back soon", "and we stayed until closing time", "so I told all my friends",
        "and I would gladly pay twice", "and everybody was smiling", "and it made my day",
        "which was a lovely surprise", "and my sister loved it", "so I highly recommend it",
        "and we left in a good mood", "just as I had hoped", "and I could not be happier",
    ),
    (
        "and I will not be going back", "and we left early", "so I warned all my friends",
        "and I asked for my money back", "and nobody was smiling", "and it spoiled my day",
        "which was a nasty surprise", "and my sister hated it", "so I cannot recommend it",
        "and we left in a bad mood", "just as I had feared", "and I could not be angrier",
    ),
)  # fmt: skip
RELATIVES = ("sister", "brother", "mother", "father", "aunt", "uncle", "neighbour", "cousin")
SEASONS = ("spring", "summer", "autumn", "winter", "week", "month")
