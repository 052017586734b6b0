"""A thousand seeded pairs of texts with all that trips a scorer: odd marks, scripts, nothing."""

import random

WORDS = (
    "the the the cat sat on mat. don't (it's) -- 3.14, 5-6 1,000 ½ naïve café Straße 東京 İstanbul "
    "running runs runner's generalization relational &amp; &quot; <skipped> A-b U.S.A. "
    "e\u0301 🙂 x_y @# … “quoted” µ ﬁ ١٢ \u00a0 ok"
).split(" ")
GAPS = (" ", " ", " ", "\n", "  ", "\t", " \n ", "-\n")


def odd_text(source: random.Random) -> str:
    words = source.choices(WORDS, k=source.choice((0, 0, 1, 2, 3, 5, 8, 13, 25)))
    return source.choice(GAPS).join(words)


def odd_pairs(count: int = 1000, seed: int = 1) -> tuple[list[str], list[str]]:
    """(predictions, references); half of the references are a prediction with words left out."""
    source = random.Random(seed)
    predictions = [odd_text(source) for _ in range(count)]
    references = [
        odd_text(source)
        if source.random() < 0.5
        else " ".join(word for word in text.split(" ") if source.random() < 0.8)
        for text in predictions
    ]
    return predictions, references
