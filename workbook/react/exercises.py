"""The exercises of lesson 16: the parser and the loop first, then five about their surroundings.

Each comes with its checks, its hints and a reference answer; reading on is reading the answers.
How an exercise is asked and judged is explained in `workbook.core.exercises.exercise`.
"""

from __future__ import annotations

import random
import re
import reprlib
from collections.abc import Callable, Sequence
from typing import Any

from workbook.core.exercises.exercise import Check, Exercise, exercise_set, predicted

WORDS = ("mill", "ferry", "Vella Oskmere", "harbour", "baker", "goose", "Linden Steps", "1962")
TOOLS = ("search", "look", "calculate")

# --- reference answers --------------------------------------------------------------------------


def parse_action(reply: str) -> tuple[str, str]:
    """The first `Action: tool[argument]` of a reply as (tool, argument); ("", "") without one."""
    match = re.search(r"Action:\s*(\w+)\[(.*)\]", reply)
    return (match[1], match[2].strip()) if match else ("", "")


def react_loop(
    question: str, model: Callable[[str], str], act: Callable[[str, str], str], most_steps: int
) -> str | None:
    """The answer of a model that may act, or None where it did not finish in `most_steps` replies.

    The text grows: the question, then each reply and "Observation: ..." on lines of their own.
    """
    text = f"Question: {question}\n"
    for _ in range(most_steps):
        reply = model(text)
        tool, argument = parse_action(reply)
        if tool == "finish":
            return argument
        observation = act(tool, argument) if tool else "This is no action."
        text += f"{reply}\nObservation: {observation}\n"
    return None


def goes_round(steps: Sequence[tuple[str, str]], most: int) -> bool:
    """Whether the last (action, observation) stands in the steps `most` times or more."""
    return bool(steps) and steps.count(steps[-1]) >= most


def prompt_tokens(opening: int, replies: Sequence[int], observations: Sequence[int]) -> int:
    """The tokens that a model reads over all steps, when the whole chat is sent each time.

    observations: one after each reply but the last.
    """
    total = length = 0
    for reply, observation in zip(replies, (*observations, 0), strict=True):
        total += opening + length
        length += reply + observation
    return total


def majority(answers: Sequence[str]) -> str:
    """The commonest answer, the earliest of equals; empty ones do not vote, "" without a vote."""
    votes = [answer for answer in answers if answer]
    return max(dict.fromkeys(votes), key=votes.count, default="")


def guard(
    tool: str, history: Sequence[tuple[str, str]], trusted: set[str], writes: set[str]
) -> bool:
    """Whether a call is allowed: a tool that writes, only before untrusted text has been read.

    history: (tool, observation) so far. An empty observation taints nothing.
    """
    tainted = any(used not in trusted and bool(seen) for used, seen in history)
    return tool not in writes or not tainted


SHARES = (0.9, 0.98)  # that one sum of a chain is right; that one line of a program is right
SUMS, LINES = 3, 5
PREDICTED = ("the chain of three sums", "the program of five lines", "the majority of three chains")


def chances() -> tuple[float, float, float]:
    """Probabilities of a right answer: chain, program, majority of three independent chains."""
    chain, program = SHARES[0] ** SUMS, SHARES[1] ** LINES
    return chain, program, chain**3 + 3 * chain**2 * (1 - chain)


# --- checks -------------------------------------------------------------------------------------


def _same(says: str, quantity: str, right: Callable, *inputs: Callable[[int], tuple]) -> Check:
    """Does the answer give exactly what `right` gives, for each of some inputs?"""

    def one(answer: Callable, given: tuple) -> str | None:
        got, want = answer(*given), right(*given)
        if got is None and want is not None:
            return f"{quantity} is None; is a return missing?"
        if type(got) is not type(want):
            return f"{quantity} is of type {type(got).__name__}, not {type(want).__name__}."
        if got == want:
            return None
        if type(want) is int:
            return f"{quantity} is too {'large' if got > want else 'small'}."
        return f"{quantity} is {reprlib.repr(got)}, which is not right."

    def test(answer: Callable, seed: int) -> str | None:
        return next((wrong for each in inputs if (wrong := one(answer, each(seed)))), None)

    return Check(says, test)


def _pick(seed: int, count: int = 1) -> list[str]:
    return random.Random(seed).sample(WORDS, count)


def _plain_reply(seed: int) -> tuple[str]:
    (word,), tool = _pick(seed), TOOLS[seed % 3]
    return (f"Thought: I need {word}.\nAction: {tool}[{word}; job]",)


def _finish_reply(seed: int) -> tuple[str]:
    return (f"Thought: Done.\nAction: finish[{_pick(seed)[0]}]",)


def _no_action(seed: int) -> tuple[str]:
    return (f"Thought: What about {_pick(seed)[0]}?",)


def _two_actions(seed: int) -> tuple[str]:
    one, two = _pick(seed, 2)
    return (f"Thought: x\nAction: search[{one}]\nObservation: y\nAction: finish[{two}]",)


class _World:
    """A scripted model and a tool that note what they get."""

    def __init__(self, replies: Sequence[str]) -> None:
        self.replies, self.texts, self.calls = list(replies), [], []  # type: ignore[var-annotated]

    def model(self, text: str) -> str:
        self.texts.append(text)
        return self.replies[min(len(self.texts), len(self.replies)) - 1]

    def act(self, tool: str, argument: str) -> str:
        self.calls.append((tool, argument))
        return f"about {argument}"


def _looped(
    says: str,
    wrong: str,
    view: Callable[[_World, Any], Any],
    replies: Callable[[int], list[str]],
    most: int = 5,
) -> Check:
    """Does the learner's loop do to a scripted world what the reference does?"""

    def test(answer: Callable, seed: int) -> str | None:
        mine, reference = _World(replies(seed)), _World(replies(seed))
        question = f"Where is {_pick(seed)[0]}?"
        got = view(mine, answer(question, mine.model, mine.act, most))
        want = view(reference, react_loop(question, reference.model, reference.act, most))
        return None if got == want else wrong

    return Check(says, test)  # fmt: skip


def _three_steps(seed: int) -> list[str]:
    one, two, three = _pick(seed, 3)
    return [f"Thought: a\nAction: search[{one}]", f"Thought: b\nAction: look[{two}; job]",
            f"Thought: c\nAction: finish[{three}]"]  # fmt: skip


def _with_a_slip(seed: int) -> list[str]:
    one, two, _ = _three_steps(seed), "I am lost.", None
    return [one[0], two, one[2]]


def _never(seed: int) -> list[str]:
    return [f"Action: search[{_pick(seed)[0]}]"]


def _steps(seed: int, again: int) -> tuple[list[tuple[str, str]], int]:
    source = random.Random(seed)
    others = [(f"search[{word}]", f"about {word}") for word in source.sample(WORDS, 4)]
    last = ("look[the mill; owner]", "Vella")
    return [*others[:2], *[last] * (again - 1), *others[2:], last], 3


def _same_action_other_news(seed: int) -> tuple[list[tuple[str, str]], int]:
    return [("calculate[1 + 1]", str(n)) for n in range(3 + seed % 4)], 3


def _left_behind(seed: int) -> tuple[list[tuple[str, str]], int]:
    """A pair that came three times, and then something else."""
    steps, most = _steps(seed, 3)
    return [*steps, (f"search[{_pick(seed)[0]}]", "news")], most


def _lengths(seed: int, steps: int) -> tuple[int, list[int], list[int]]:
    source = random.Random(seed)
    replies = [source.randint(5, 30) for _ in range(steps)]
    return source.randint(40, 90), replies, [source.randint(5, 50) for _ in range(steps - 1)]


def _votes(seed: int) -> tuple[list[str]]:
    a, b, c = random.Random(seed).sample(range(10, 99), 3)
    return ([str(a), str(b), str(c), str(b), "", "", ""],)


def _tie(seed: int) -> tuple[list[str]]:
    a, b = random.Random(seed).sample(range(10, 99), 2)
    return ([str(max(a, b)), str(min(a, b)), str(min(a, b)), str(max(a, b))],)


def _tie_in_turns(seed: int) -> tuple[list[str]]:
    a, b = random.Random(seed).sample(range(10, 99), 2)
    return ([str(min(a, b)), str(max(a, b))] * 2,)


def _case(tool: str, *history: tuple[str, str]) -> Callable[[int], tuple]:
    return lambda seed: (tool, list(history), {"calculate"}, {"send", "delete"})


def _number(place: int) -> Check:
    form = "(chain, program, majority)"
    return predicted(place, PREDICTED[place], "it", chances, form, 5e-3)


EXERCISES = exercise_set(
    "react",
    Exercise(
        id="react.parse",
        title="Read an action",
        points=3,
        difficulty=2,
        minutes=10,
        checks=(
            _same("a call of a tool", "the result", parse_action, _plain_reply),
            _same("a finish", "the result", parse_action, _finish_reply),
            _same("a reply without an action", "the result", parse_action, _no_action),
            _same("two actions, of which the first counts", "the result", parse_action,
                  _two_actions),
        ),
        hints=(
            "re.search finds the first place where a pattern fits.",
            r"The pattern: r'Action:\s*(\w+)\[(.*)\]'. A dot matches anything but a line end.",
            "import re\nmatch = re.search(r'Action:\\s*(\\w+)\\[(.*)\\]', reply)\n"
            "return (match[1], match[2].strip()) if match else ('', '')",
        ),
        reference=parse_action,
    ),
    Exercise(
        id="react.loop",
        title="Think, act, observe",
        points=5,
        difficulty=3,
        minutes=20,
        checks=(
            _looped("the answer comes back", "it is not the argument of finish.",
                    lambda w, out: out, _three_steps),
            _looped("the tools get the actions", "`act` should get each tool and argument once.",
                    lambda w, out: w.calls, _three_steps),
            _looped("the model reads all that went before", "a text is not "
                    "`Question: ...`, then each reply and `Observation: ...`, each ended by \\n.",
                    lambda w, out: w.texts, _three_steps),
            _looped("a reply without an action does not end the loop",
                    "it should go on, and call no tool for that reply.",
                    lambda w, out: (out, w.calls), _with_a_slip),
            _looped("after such a reply the model reads what was wrong",
                    "its observation should be `This is no action.`.",
                    lambda w, out: w.texts, _with_a_slip),
            _looped("it ends at the step limit with None",
                    "it should ask the model `most_steps` times and then return None.",
                    lambda w, out: (out, len(w.texts)), _never, 4),
        ),
        hints=(
            "Keep one text; each round adds a reply and an observation to it.",
            "for _ in range(most_steps): ask the model, read the action with parse_action; finish "
            "returns, everything else adds f'{reply}\\nObservation: {observation}\\n'.",
            "from workbook.react.exercises import parse_action\n"
            "text = f'Question: {question}\\n'\nfor _ in range(most_steps):\n"
            "    reply = model(text)\n    tool, argument = parse_action(reply)\n"
            "    if tool == 'finish':\n        return argument\n"
            "    observation = act(tool, argument) if tool else 'This is no action.'\n"
            "    text += f'{reply}\\nObservation: {observation}\\n'\nreturn None",
        ),
        reference=react_loop,
    ),
    Exercise(
        id="react.round",
        title="Notice a loop",
        points=2,
        difficulty=2,
        minutes=8,
        checks=(
            _same("three times, not all in a row, is a loop", "the result",
                  goes_round, lambda seed: _steps(seed, 3)),
            _same("twice is no loop where most is 3", "the result", goes_round,
                  lambda seed: _steps(seed, 2)),
            _same("the same action with new observations is no loop", "the result",
                  goes_round, _same_action_other_news),
            _same("only the last pair counts", "the result", goes_round, _left_behind,
                  lambda seed: _steps(seed, 3)),
            _same("an empty list is no loop", "the result", goes_round, lambda seed: ([], 1)),
        ),
        hints=(
            "steps.count(pair) says how often a pair occurs in the list.",
            "Compare whole pairs, not only actions. An empty list has no last pair to compare.",
            "return bool(steps) and steps.count(steps[-1]) >= most",
        ),
        reference=goes_round,
    ),
    Exercise(
        id="react.cost",
        title="What the loop reads",
        points=3,
        difficulty=3,
        minutes=12,
        checks=(
            _same("one step, which reads the opening only", "the number of tokens", prompt_tokens,
                  lambda seed: _lengths(seed, 1)),
            _same("four steps", "the number of tokens", prompt_tokens,
                  lambda seed: _lengths(seed, 4)),
            _same("seven steps", "the number of tokens", prompt_tokens,
                  lambda seed: _lengths(seed, 7)),
        ),
        hints=(
            "Step 1 reads the opening; step 2 reads it again, plus the first reply and "
            "observation.",
            "Keep the length of what has been added; each step adds opening + length to the total.",
            "total = length = 0\nfor reply, seen in zip(replies, (*observations, 0)):\n"
            "    total += opening + length\n    length += reply + seen\nreturn total",
        ),
        reference=prompt_tokens,
    ),
    Exercise(
        id="react.vote",
        title="Self-consistency",
        points=2,
        difficulty=2,
        minutes=8,
        checks=(
            _same("the most common wins, empty ones do not vote", "the vote", majority, _votes),
            _same("a tie goes to the one that comes first", "the vote", majority, _tie),
            _same("and not to the one that comes last", "the vote", majority, _tie_in_turns),
            _same("only empty answers", "the vote", majority, lambda seed: (["", ""],)),
        ),
        hints=(
            "Leave the empty answers out before you count.",
            "dict.fromkeys(votes) keeps each answer once, in order; max takes the first of equals.",
            "votes = [a for a in answers if a]\n"
            "return max(dict.fromkeys(votes), key=votes.count, default='')",
        ),
        reference=majority,
        forbids=("workbook.react.pal.vote",),
    ),
    Exercise(
        id="react.guard",
        title="Privilege separation",
        points=4,
        difficulty=4,
        minutes=15,
        checks=(
            _same("a tool that only reads is allowed", "the result", guard,
                  _case("search", ("search", "a page"))),
            _same("writing before anything was read is allowed", "the result",
                  guard, _case("send")),
            _same("writing after a page was read, even earlier, is refused", "the result",
                  guard, _case("send"),
                  _case("send", ("calculate", "3"), ("search", "a page"), ("calculate", "4"))),
            _same("what a trusted tool says is harmless", "the result", guard,
                  _case("delete", ("calculate", "yes"))),
            _same("an empty observation is harmless", "the result", guard,
                  _case("send", ("search", ""))),
            _same("a trusted tool that writes is refused like any other", "the result", guard,
                  lambda seed: ("send", [("search", "a page")], {"calculate", "send"}, {"send"})),
        ),
        hints=(
            "Two questions: does this tool write, and has anything untrusted been read?",
            "Something untrusted has been read if any pair has a tool that is not in `trusted` and "
            "an observation that is not empty.",
            "tainted = any(u not in trusted and bool(seen) for u, seen in history)\n"
            "return tool not in writes or not tainted",
        ),
        reference=guard,
    ),
    Exercise(
        id="react.chances",
        title="Where a program wins",
        points=3,
        difficulty=3,
        minutes=10,
        checks=(_number(0), _number(1), _number(2)),
        hints=(
            "All sums of a chain, or lines of a program, have to be right: multiply.",
            "The vote is right when two or three of the chains are: p^3 + 3 p^2 (1 - p).",
            "chain = 0.9**3\n(chain, 0.98**5, chain**3 + 3 * chain**2 * (1 - chain))",
        ),
        reference=chances,
        wants="value",
    ),
)  # fmt: skip
