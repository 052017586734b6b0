"""The exercises of lesson 00: a warm-up by counting, a better mirror, a judge that can say no.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.

Shapes: N points, K classes.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor

from workbook.core.exercises.exercise import Check, Exercise, like, predicted
from workbook.core.runs.seeding import generator
from workbook.welcome.eliza import SWAPS
from workbook.welcome.markov import Chain, words

# --- reference answers --------------------------------------------------------------------------

SAID = "the cat saw the dog and the cat ran"
PLACES = (("cat", "the"), ("saw", "the cat"), ("dog", "saw the"))  # (word, after what)
TO_ME = frozenset("for to with about at of from near like".split())  # "you" after these is "me"


def shares() -> tuple[float, ...]:
    """How often each word follows its history in `SAID`, of all times the history is there."""
    chain = Chain([words(SAID)], n=3)
    return tuple(chain.next(words(history)).get(word, 0.0) for word, history in PLACES)


def better_mirror(text: str) -> str:
    """Swaps the persons, and says "me" where "you" does not act.

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
    """The likelier class of each point by Bayes' rule, -1 where the point was never seen.

    log_density: `N K`, ln p(point | class). prior: `K`, p(class). limit: in nats; a point with
    ln p(point) below it was never seen. Returns whole numbers `N`.
    """
    joint = log_density + prior.log()  # N K
    return joint.argmax(-1).masked_fill(joint.logsumexp(-1) < limit, -1)


# --- checks -------------------------------------------------------------------------------------


def _share(place: int) -> Check:
    """Is one of the three shares right?"""
    word, history = PLACES[place]
    says = f"p({word} | {history})"
    return predicted(place, says, "the share", shares, "(share, share, share)", tolerance=0.006)


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

_ALL = (
    Exercise(
        id="welcome.count_words",
        title="What follows what",
        points=1,
        difficulty=1,
        minutes=5,
        checks=tuple(_share(place) for place in range(len(PLACES))),
        hints=(
            "Find every place where the history stands in the sentence, and look one word on.",
            "The share is: how often the word comes next, divided by how often the history is "
            "there with a word after it.",
            "“the” is there three times; twice “cat” comes next.",
        ),
        reference=shares,
        wants="value",
    ),
    Exercise(
        id="welcome.better_mirror",
        title="A mirror that knows me from I",
        points=2,
        difficulty=2,
        minutes=15,
        checks=(
            _mirrored("swaps what mirror swaps, each word once", _plain),
            _mirrored("swaps whole words only", _whole_words),
            _mirrored("“you” as the last word is “me”", _object),
            _mirrored("“you” after one of the listed words is “me”", _after_a_word),
            _mirrored("“you” that acts is “I”, and its “are” is “am”", _acting),
        ),
        hints=(
            "Go through text.split() with the place of each word, and build a new list.",
            "You need to look back: at the word before “you”, and for “are” at whether the word "
            "before it was “you”.",
            "if word == 'you': 'me' if it is the last or the word before is in TO_ME, else 'I'; "
            "elif word == 'are' and the word before was 'you': 'am'; else SWAPS.get(word, word).",
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
            like("it works where e to the log density is 0", "the class", class_or_none, _far),
            like("it says -1 where, and only where, p(point) is below the limit",
                 "the number of points called never seen", class_or_none, _mixed, _refused),
            like("the classes' probabilities add up to p(point)",
                 "the number of points called never seen", class_or_none, _border, _refused),
            like("the class of the points it knows", "the class", class_or_none, _mixed),
        ),
        hints=(
            "Bayes' rule: p(class | point) is proportional to p(point | class) times p(class).",
            "Stay with logarithms: a product becomes a sum, and ln of a sum is torch.logsumexp.",
            "joint = log_density + prior.log(); the class is joint.argmax(-1); ln p(point) is "
            "joint.logsumexp(-1), to be compared with limit.",
        ),
        reference=class_or_none,
    ),
)  # fmt: skip

EXERCISES = {each.id: each for each in _ALL}
