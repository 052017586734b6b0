"""What ELIZA knows: keywords with ranks, patterns and templates (data only, the course's own).

It plays a stranger on a bench in a small town, because, as Weizenbaum (1966) put it, a listener
who may know nothing of the world need not explain why. `*` is any words, `a|b` one of several;
`{0}`, `{1}`, ... are the parts in order. Used by `eliza.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A pattern that takes a clause apart, and templates that make answers of the parts."""

    pattern: str
    templates: tuple[str, ...]


@dataclass(frozen=True)
class Keyword:
    """Words that set off rules. Of two keywords in a clause the higher rank wins."""

    names: tuple[str, ...]
    rank: int
    rules: tuple[Rule, ...]
    remembers: bool = False

    def found_in(self, clause: str) -> str | None:
        """The first of the names that stands in a clause, None if there is none."""
        words = f" {clause.lower()} "
        return next((name for name in self.names if f" {name} " in words), None)


def _keyword(names: str, rank: int, *rules: tuple[str, ...], remembers: bool = False) -> Keyword:
    made = tuple(Rule(pattern, tuple(templates)) for pattern, *templates in rules)
    return Keyword(tuple(names.split("|")), rank, made, remembers)


FAMILY = "mother|father|sister|brother|wife|husband|son|daughter|aunt|uncle|grandmother"

SCRIPT = (
    _keyword(
        "machine|machines|computer|computers|robot|robots|program",
        50,
        (
            "*",
            "Does it trouble you to sit on a bench with a machine?",
            "And what can a machine not do, in your eyes?",
            "Let us leave the machines at home. What brought you here?",
        ),
    ),
    _keyword("eliza", 20, ("*", "That is what they call me. But how are you?")),
    _keyword(
        "dream|dreamt|dreamed|dreams",
        8,
        (
            "* i dreamt|dreamed *",
            "While you were awake, have you ever wished {2}?",
            "And who else was there when you dreamed {2}?",
        ),
        ("*", "What do you make of such a dream?", "Does it come back, that dream?"),
    ),
    _keyword(
        "remember|forget|forgot",
        7,
        (
            "* i remember *",
            "What else comes back when you think of {1}?",
            "Why does {1} come to your mind today?",
        ),
        ("* i forget|forgot *", "What would it change to have {2} in mind again?"),
        ("* you remember *", "Should I have kept {1} in mind?"),
    ),
    _keyword(
        "if",
        6,
        ("* if *", "How likely is it, do you think, that {1}?", "And what if it is not so?"),
    ),
    _keyword(
        "everybody|everyone|nobody|always|never",
        4,
        (
            "* everybody|everyone|nobody *",
            "{1}? Whom do you have in mind?",
            "Truly {1}? Name one.",
        ),
        ("* always|never *", "{1} is a long time. When was it otherwise?"),
    ),
    _keyword(
        "brindlemere|town",
        4,
        (
            "*",
            "Has the town been good to you?",
            "What would you show a stranger here first?",
            "Some stay in Brindlemere for life. Would you?",
        ),
    ),
    _keyword(
        "ferry|ferries|boat|boats|bus|station",
        4,
        ("*", "Where would you go, if you got on?", "Is somebody waiting at the other end?"),
    ),
    _keyword(
        "market|shop|shops|bakery|bread|crowns|money|price",
        4,
        ("*", "What can it not be bought for?", "Would having it make the day better?"),
    ),
    _keyword(
        "neighbour|neighbours|friend|friends",
        4,
        ("*", "Do the two of you talk as we do now?", "What would they say of you?"),
    ),
    _keyword(
        FAMILY,
        5,
        (
            f"* my {FAMILY} *",
            "What is the first thing you recall of your {1}?",
            "Are you like your {1} in that?",
            "Who else at home {2}?",
        ),
        ("*", "And your own family?"),
        remembers=True,
    ),
    _keyword(
        "my",
        3,
        ("* my *", "Your {1}, you say.", "Since when has it been your {1}?", "Why your {1}?"),
        remembers=True,
    ),
    _keyword("sorry", 2, ("*", "There is nothing to forgive.", "What is it that weighs on you?")),
    _keyword("rain|weather|wind|snow|cold", 2, ("*", "And inside you, what is the weather like?")),
    _keyword(
        "i|i'm|i've|i'd",
        1,
        (
            "* i feel *",
            "Since when have you felt {1}?",
            "Do you often feel {1}?",
            "What happens just before you feel {1}?",
        ),
        (
            "* i am *",
            "Did you come to this bench because you are {1}?",
            "How long have you been {1}?",
            "Would you rather not be {1}?",
        ),
        ("* i'm *", "Since when are you {1}?", "Is it good to be {1}?"),
        (
            "* i want|need|wish|would like *",
            "And if you had {2}?",
            "What stands between you and {2}?",
        ),
        ("* i can't|cannot *", "Have you tried to {2}?", "What would happen if you could {2}?"),
        ("* i think|believe|guess that *", "Are you sure that {2}?", "Who says that {2}?"),
        (
            "* i think|believe|guess *",
            "Are you sure that {2}?",
            "Who taught you that {2}?",
        ),
        ("* i * you *", "Am I the only one you {1}?", "Suppose I did not want you to {1} me?"),
        ("* i *", "You {1}?", "Say more about why you {1}.", "Is it like you that you {1}?"),
    ),
    _keyword(
        "you|you're|your",
        1,
        (
            "* you are *",
            "What makes you think that I am {1}?",
            "Would it please you if I were {1}?",
        ),
        ("* you're *", "Am I {1}? And you?"),
        ("* can|could you *", "You would like me to {2}?", "What if I could not {2}?"),
        ("* you * me *", "Why should I {1} you?", "Does nobody else {1} you?"),
        ("*", "Let us speak of you, not of me.", "What makes you ask about me?"),
    ),
    _keyword(
        "what|who|where|when|why|how|which|whom",
        1,
        (
            "* what|who|where|when|why|how|which|whom *",
            "{1}, you ask? What would you do with the answer?",
            "{1}? What do you think yourself?",
            "Before the {1} comes the why. Why do you ask?",
        ),
    ),
    _keyword("because", 1, ("*", "Is that the whole reason?", "What other reason comes to mind?")),
    _keyword("yes", 0, ("*", "You sound sure.", "Go on, then.")),
    _keyword("no", 0, ("*", "Why not?", "Is that a small no or a large one?")),
    _keyword(
        "hello|hi|good morning|good evening",
        0,
        ("*", "Good day to you. What is on your mind?", "Hello. Do sit down and tell me."),
    ),
    _keyword("thanks|thank", 2, ("*", "It was you who did the talking.")),
    _keyword("bye|goodbye", 2, ("*", "Come by again. The bench stays here.")),
)

MEMORY = (  # the parts of "* my *"
    "Let us go back to this: your {1}.",
    "Your {1}: has that to do with it?",
    "You had not finished. Your {1}.",
)

NOTHING_FOUND = (
    "Go on, I am listening.",
    "I see. And then?",
    "What does that mean to you?",
    "Take your time.",
)
