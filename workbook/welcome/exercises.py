"""The exercises of lesson 00: n-grams, perplexity, interpolation, a mirror, a judge, a route.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: N points, K classes.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from workbook.core.exercises.exercise import Check, Exercise, compare, exercise_set, like, predicted
from workbook.core.runs.seeding import generator
from workbook.welcome.eliza import SWAPS
from workbook.welcome.lifecycle import NEEDS, ROUTES, route
from workbook.welcome.markov import END, Chain, Counts, words

# --- reference answers --------------------------------------------------------------------------

SAID = "the cat saw the dog and the cat ran"
PLACES = (("cat", "the"), ("saw", "the cat"), ("dog", "saw the"))  # (word, after what)
TO_ME = frozenset("for to with about at of from near like".split())  # "you" after these is "me"


def probabilities() -> tuple[float, ...]:
    """Return the conditional probability in `SAID` of each word after its history."""
    chain = Chain([words(SAID)], n=3)
    return tuple(chain.next(words(history)).get(word, 0.0) for word, history in PLACES)


def count_ngrams(words: Sequence[str], n: int) -> dict[tuple[str, ...], Counter[str]]:
    """Return history of n - 1 words -> how often each word follows it."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for place in range(n - 1, len(words)):
        history = tuple(words[place - n + 1 : place])
        counts.setdefault(history, Counter())[words[place]] += 1
    return counts


def perplexity(probabilities: Sequence[float]) -> float:
    """Return e to the mean of -ln p, over the probabilities that a model gave the true tokens."""
    return math.exp(-sum(map(math.log, probabilities)) / len(probabilities))


def interpolated(word: Hashable, history: tuple, counts: Counts, vocabulary: int) -> float:
    """Return p(word | history), mixed from histories of all lengths, the shortest first.

    counts: history -> how often each word follows it, for histories of 0 words or more.
    vocabulary: how many different words there can be.
    """
    p = 1 / vocabulary
    for length in range(len(history) + 1):
        followed = counts.get(history[len(history) - length :])
        if followed is None:
            break
        kinds = len(followed)
        p = (followed.get(word, 0) + kinds * p) / (sum(followed.values()) + kinds)
    return p


PROJECTS = (  # (need, examples, rankings) of the projects that the lesson asks about
    (NEEDS[0], 4, 0),
    (NEEDS[1], 2000, 0),
    (NEEDS[0], 800, 0),
    (NEEDS[2], 800, 20_000),
)


def routes() -> tuple[int, ...]:
    """Return what to try first in each project, as the number of the route from 1."""
    return tuple(1 + ROUTES.index(route(*project)[0]) for project in PROJECTS)


def better_mirror(text: str) -> str:
    """Swap the persons, and say "me" where "you" does not act.

    "you" becomes "me" as the last word and after the words of `TO_ME`, else "I"; "are" after a
    "you" that became "I" becomes "am". Everything else is swapped as in `mirror`.
    """
    given, said = text.split(), []
    for place, word in enumerate(given):
        before = given[place - 1].lower() if place else ""
        if word.lower() == "you":
            last = place == len(given) - 1
            said.append("me" if last or before in TO_ME else "I")
        elif word.lower() == "are" and said and before == "you" and said[-1] == "I":
            said.append("am")
        else:
            said.append(SWAPS.get(word.lower(), word))
    return " ".join(said)


def class_or_none(log_density: Tensor, prior: Tensor, limit: float) -> Tensor:
    """Return the likelier class of each point by Bayes' rule, -1 where the point was never seen.

    log_density: `N K`, ln p(point | class). prior: `K`, p(class). limit: in nats; a point with
    ln p(point) below it was never seen. Returns whole numbers `N`.
    """
    joint = log_density + prior.log()  # N K
    return joint.argmax(-1).masked_fill(joint.logsumexp(-1) < limit, -1)


# --- checks -------------------------------------------------------------------------------------


def _probability(place: int) -> Check:
    """Is one of the three probabilities right?"""
    word, history = PLACES[place]
    says = f"p({word} | {history})"
    form = "(probability, probability, probability)"
    return predicted(place, says, "the probability", probabilities, form, tolerance=0.006)


def _random_words(seed: int) -> list[str]:
    source = random.Random(seed)
    return [source.choice("the a cat dog saw ran and".split()) for _ in range(60)]


def _ngrams(says: str, n: int, view: Callable[[dict], object], wrong: str) -> Check:
    """Is one view of the counts of fresh words right?"""

    def test(answer: Callable, seed: int) -> str | None:
        given = _random_words(seed)
        got, want = answer(list(given), n), count_ngrams(given, n)
        if not isinstance(got, dict):
            return "the result is not a dict."
        return None if view(got) == view(want) else wrong

    return Check(says, test)


def _histories(counts: dict) -> object:
    return set(counts)


def _numbers(counts: dict) -> object:
    return {history: dict(found) for history, found in counts.items()}


def _sum(counts: dict) -> object:
    return sum(sum(found.values()) for found in counts.values())


def _perplexity(says: str, probabilities: Callable[[random.Random], list[float]]) -> Check:
    def test(answer: Callable, seed: int) -> str | None:
        given = probabilities(random.Random(seed))
        return compare("the perplexity", answer(list(given)), perplexity(given), 1e-4)

    return Check(says, test)


def _uniform(source: random.Random) -> list[float]:
    return [1 / source.randint(2, 9)] * 12


def _uneven(source: random.Random) -> list[float]:
    return [source.uniform(0.01, 0.99) for _ in range(20)]


def _long(source: random.Random) -> list[float]:
    """So many tokens that their product is 0 in the computer."""
    return [source.uniform(0.001, 0.1) for _ in range(2000)]


VOCABULARY = (*"the a cat dog saw ran and".split(), END, "moon", "sun")  # two are never seen


def _smooth(
    says: str, quantity: str, histories: Callable[[list[str]], list[tuple]], view: Callable = list
) -> Check:
    """Are the probabilities of all words after some histories of a fresh text right?"""

    def test(answer: Callable, seed: int) -> str | None:
        given = _random_words(seed)[:24]  # short: an edition without answers stores each call
        counts, size = Chain([given], 3).after, len(VOCABULARY)

        def rows(mix: Callable) -> list:
            mixed = [
                [mix(word, history, counts, size) for word in VOCABULARY]
                for history in histories(given)
            ]
            return [view(row) for row in mixed]

        return compare(quantity, rows(answer), rows(interpolated), 1e-6)

    return Check(says, test)


def _never_seen(probabilities: list[float]) -> float:
    return probabilities[-1]


def _known_pairs(given: list[str]) -> list[tuple]:
    pairs = {(a, b) for a, b in pairwise(given[:-1]) if a != b}
    return sorted(pairs)[:4]


def _known_words(given: list[str]) -> list[tuple]:
    return [(word,) for word in sorted(set(given))[:3]]


def _new_beginnings(given: list[str]) -> list[tuple]:
    return [("moon", *history) for history in _known_words(given)]


def _route(place: int) -> Check:
    says = f"project {place + 1}"
    return predicted(place, says, "the number of the route", routes, "(1 to 4, four times)")


def _mirrored(says: str, sentence: Callable[[random.Random], str]) -> Check:
    """Does the answer swap a fresh sentence as it should?"""

    def test(answer: Callable, seed: int) -> str | None:
        given = sentence(random.Random(seed))
        got, want = answer(given), better_mirror(given)
        if not isinstance(got, str):
            return "the result is not a text; is a return missing?"
        if len(got.split()) != len(want.split()):
            return f"of “{given}” it makes {len(got.split())} words; swap word by word."
        wrong = [a for a, b in zip(got.split(), want.split(), strict=True) if a != b]
        return f"of “{given}” it makes “{got}”; look at “{wrong[0]}”." if wrong else None

    return Check(says, test)


def _plain(source: random.Random) -> str:
    thing = source.choice(["hat", "boat", "recipe", "ladder"])
    return f"i gave my {thing} and your mitten to the {source.choice(['baker', 'smith'])}"


def _whole_words(source: random.Random) -> str:
    return f"{source.choice(['sailing', 'fishing', 'baking'])} in amber mist is mine"


def _object(source: random.Random) -> str:
    return f"nobody in {source.choice(['town', 'Harbour Row', 'the mill'])} believes you"


def _after_a_word(source: random.Random) -> str:
    return f"i dance {source.choice(sorted(TO_ME))} you on the {source.choice(['quay', 'pier'])}"


def _acting(source: random.Random) -> str:
    return f"you are {source.choice(['late', 'kind', 'cold'])} and you know that we are lost"


def _refused(classes: Tensor) -> Tensor:
    return (classes == -1).sum()


def _near(seed: int) -> tuple:
    """Points that both classes know well, and priors that decide many of them."""
    log_density = 0.5 * torch.randn(40, 2, generator=generator(seed)) - 2
    return log_density, torch.tensor([0.9, 0.1]), -30.0


def _far(seed: int) -> tuple:
    """Points so far away that e to the log density is 0 in the computer; class 1 is nearer."""
    nearer = -800 - 100 * torch.rand(20, generator=generator(seed))
    return torch.stack([nearer - 60, nearer], 1), torch.tensor([0.5, 0.5]), -2000.0


def _mixed(seed: int) -> tuple:
    """Near and far points in turns, with three classes; far ones are sure of their class."""
    source = generator(seed)
    log_density = torch.randn(30, 3, generator=source) - 2
    log_density[::2] += torch.tensor([-40.0, -90.0, -70.0])
    return log_density, torch.tensor([0.2, 0.5, 0.3]), -10.0


def _border(seed: int) -> tuple:
    """Points known by both classes alike: each density is below the limit, their sum is not."""
    log_density = torch.full((12, 2), -4.1) + 0.1 * torch.rand(12, 2, generator=generator(seed))
    return log_density, torch.tensor([0.5, 0.5]), -4.3


# --- the exercises ------------------------------------------------------------------------------

EXERCISES = exercise_set(
    "welcome",
    Exercise(
        id="welcome.count_words",
        title="What follows what",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_probability(place) for place in range(len(PLACES))),
        hints=(
            "Find every place where the history occurs in the sentence, and look at the next word.",
            "The probability is how often the word comes next, divided by how often the history "
            "occurs with any word after it.",
            "“the” occurs three times; “cat” follows it twice.",
        ),
        reference=probabilities,
        wants="value",
    ),
    Exercise(
        id="welcome.count_ngrams",
        title="From pairs to n-grams",
        points=2,
        difficulty=2,
        minutes=12,
        checks=(
            _ngrams("n = 2: pairs, as in the lesson", 2, _numbers,
                    "the counts are wrong; is each key a tuple, and is the last word counted?"),
            _ngrams("n = 4: histories of three words", 4, _histories,
                    "the histories are wrong; are they tuples of n - 1 words?"),
            _ngrams("n = 4: what follows them", 4, _numbers,
                    "the counts are wrong; does each word come after the n - 1 words before it?"),
            _ngrams("n = 1: no history at all", 1, _sum,
                    "the number of counted words is wrong; here every word counts."),
        ),
        hints=(
            "Go through the places of the text; the history is the n - 1 words before each.",
            "A list cannot be a key of a dict; a tuple can. For n = 1 it is the empty tuple.",
            "from collections import Counter\n"
            "counts = {}\n"
            "for place in range(n - 1, len(words)):\n"
            "    history = tuple(words[place - n + 1:place])\n"
            "    counts.setdefault(history, Counter())[words[place]] += 1\n"
            "return counts",
        ),
        reference=count_ngrams,
    ),
    Exercise(
        id="welcome.perplexity",
        title="Perplexity",
        points=2,
        difficulty=2,
        minutes=8,
        checks=(
            _perplexity("k equally likely tokens give k", _uniform),
            _perplexity("uneven probabilities", _uneven),
            _perplexity("a long text, with many small probabilities", _long),
        ),
        hints=(
            "First take the mean of -ln p over the tokens, then e to the power of that mean.",
            "Do not multiply: the product of many probabilities is 0 in the computer. Add logs.",
            "import math\n"
            "return math.exp(sum(-math.log(p) for p in probabilities) / len(probabilities))",
        ),
        reference=perplexity,
    ),
    Exercise(
        id="welcome.interpolated",
        title="A probability for everything",
        points=4,
        difficulty=4,
        minutes=20,
        checks=(
            _smooth("no history: a word never seen", "the probability", lambda _: [()],
                    _never_seen),
            _smooth("one word of history", "the probability", _known_words),
            _smooth("two words of history", "the probability", _known_pairs),
            _smooth("a history never seen: its end decides", "the probability", _new_beginnings),
            _smooth("over the whole vocabulary", "the sum of the probabilities", _known_pairs, sum),
        ),
        hints=(
            "Start at p = 1 / V and go from the empty history to the longest: each step makes "
            "p_k from p_(k-1).",
            "The end of a history that has `length` words is history[len(history) - length:]. "
            "`m` is len of what followed it, not the sum of its counts.",
            "p = 1 / vocabulary\n"
            "for length in range(len(history) + 1):\n"
            "    followed = counts.get(history[len(history) - length:])\n"
            "    if followed is None:\n"
            "        break\n"
            "    m = len(followed)\n"
            "    p = (followed.get(word, 0) + m * p) / (sum(followed.values()) + m)\n"
            "return p",
        ),
        reference=interpolated,
    ),
    Exercise(
        id="welcome.better_mirror",
        title="A mirror that knows me from I",
        points=2,
        difficulty=2,
        minutes=15,
        checks=(
            _mirrored("swaps the words in SWAPS, each word once", _plain),
            _mirrored("swaps whole words only", _whole_words),
            _mirrored("“you” as the last word is “me”", _object),
            _mirrored("“you” after a word in TO_ME is “me”", _after_a_word),
            _mirrored("any other “you” is “I”, and only its “are” is “am”", _acting),
        ),
        hints=(
            "Go through text.split() with the position of each word, and build a new list.",
            "You need to look back: at the word before “you”, and for “are” at whether the word "
            "before it was “you”.",
            "given, said = text.split(), []\n"
            "for place, word in enumerate(given):\n"
            "    before = given[place - 1].lower() if place else ''\n"
            "    if word.lower() == 'you':\n"
            "        last = place == len(given) - 1\n"
            "        said.append('me' if last or before in TO_ME else 'I')\n"
            "    elif word.lower() == 'are' and before == 'you' and said[-1] == 'I':\n"
            "        said.append('am')\n"
            "    else:\n"
            "        said.append(SWAPS.get(word.lower(), word))\n"
            "return ' '.join(said)",
        ),
        reference=better_mirror,
    ),
    Exercise(
        id="welcome.class_or_none",
        title="A judge that can say: never seen",
        points=3,
        difficulty=3,
        minutes=15,
        checks=(
            like("the prior counts", "the class", class_or_none, _near),
            like("it works where log_density.exp() is 0", "the class", class_or_none, _far),
            like("it says -1 where, and only where, p(point) is below the limit",
                 "the number of points called never seen", class_or_none, _mixed, _refused),
            like("the classes' probabilities add up to p(point)",
                 "the number of points called never seen", class_or_none, _border, _refused),
            like("the class of the points it knows", "the class", class_or_none, _mixed),
        ),
        hints=(
            "Bayes' rule: p(class | point) is proportional to p(point | class) times p(class). "
            "Added over the classes, these products are p(point).",
            "Stay with logarithms: a product becomes a sum. torch.logsumexp gives the ln of "
            "a sum whose terms you have as logarithms.",
            "joint = log_density + prior.log()\n"
            "return joint.argmax(-1).masked_fill(joint.logsumexp(-1) < limit, -1)",
        ),
        reference=class_or_none,
    ),
    Exercise(
        id="welcome.route",
        title="What would you try first?",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_route(place) for place in range(len(PROJECTS))),
        hints=(
            "Does the model lack facts, a form, or judgement? Facts come from documents, judgement "
            "from answers that people ranked.",
            "For a form: a few examples fit into a prompt, several hundred are enough to tune.",
            "from workbook.welcome.lifecycle import NEEDS, route; route(NEEDS[0], examples=4)",
        ),
        reference=routes,
        wants="value",
    ),
)  # fmt: skip
