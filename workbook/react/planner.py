"""A "model" without weights that acts by rules: it reads a question, and it reads observations.

It knows the town's ways to ask (`town/texts/multihop/multihop_phrases.py`) and what a look says;
it knows no fact. So it shows what a loop can do at best with these tools, gives tests a model whose
next thought depends on the last observation, and is a baseline for models that learn. Left out:
questions in other words, of which it says that it cannot read them. Lesson 16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbook.react.actions import Call, parse
from workbook.react.models import STOP, Message, Reply, word_reply
from workbook.town.texts.multihop.multihop import RANKS, SAMES, STEPS, VALUES
from workbook.town.texts.multihop.multihop_phrases import ATTRIBUTES, BRIDGES, COMPARISONS
from workbook.town.texts.multihop.tools import RELATIONS
from workbook.town.texts.multihop.trace_phrases import BARE_REQUESTS, REQUESTS
from workbook.town.texts.multihop.traces import RELATION_OF
from workbook.town.writer import upper

ROLES = {"spouse": "wife|husband", "parent": "mother|father"}
NOT_KNOWN = "not known"
NAME = r"[A-Za-z][\w' &-]*?"


class Plan(NamedTuple):
    """What to look up. Without `scale` a walk: one name, relations one after another."""

    names: tuple[str, ...]  # one, or the two that are compared
    relations: tuple[str, ...]  # as `tools.look` calls them
    scale: str = ""  # "min", "max" or "="


class Planner:
    """Follows its plan as far as the observations allow, one action a turn."""

    def __call__(
        self, messages: Sequence[Message], *, stop: Sequence[str] = STOP, max_tokens: int = 0
    ) -> Reply:
        """Return the next thought and action."""
        return word_reply(messages, self.next_turn(messages), stop)

    def next_turn(self, messages: Sequence[Message]) -> str:
        """Return what comes next as text."""
        question = next(one["content"] for one in messages if one["role"] == "user")
        plan = read_question(question)
        if plan is None:
            return _say("I cannot read this question.", f"finish[{NOT_KNOWN}]")
        seen = dict(_observed(messages))
        return _compare(plan, seen) if plan.scale else _walk(plan, seen)


def _walk(plan: Plan, seen: dict[str, str]) -> str:
    """Look up one relation after another, each of what the last one gave."""
    name = plan.names[0]
    for relation in plan.relations:
        value = _fact(name, relation, seen)
        if value is None:
            return _look(name, relation)
        if not value:
            return _give_up(relation, name)
        name = value
    article = "the " if plan.relations[-1] in ("employer", "favourite") else ""
    return _say(f"That answers the question: {name}.", f"finish[{upper(article + name)}]")


def _compare(plan: Plan, seen: dict[str, str]) -> str:
    """Look up one relation of both, have `calculate` compare them, then say which."""
    values = []
    for name in plan.names:
        value = _fact(name, plan.relations[0], seen)
        if value is None:
            return _look(name, plan.relations[0])
        if not value:
            return _give_up(plan.relations[0], name)
        values.append(value)
    a, b = values
    named = [f"{_bare(name)} {value}" for name, value in zip(plan.names, values, strict=True)]
    sum_ = f"{a} = {b}" if plan.scale == "=" else f"{plan.scale} {', '.join(named)}"
    action = f"calculate[{sum_}]"
    if action not in seen:
        return _say(f"I have both values, {a} and {b}. Now I can compare them.", action)
    found = seen[action].strip()
    if plan.scale == "=" and found in ("yes", "no"):
        return _say(f"The tool says {found}.", f"finish[{upper(found)}]")
    if plan.scale != "=" and found in named:
        best = plan.names[named.index(found)]
        return _say(f"{values[named.index(found)]} belongs to {best}.", f"finish[{upper(best)}]")
    return _say("I cannot read that result.", f"finish[{NOT_KNOWN}]")


def _look(name: str, relation: str) -> str:
    bare = _bare(name)
    return _say(f"I need the {relation} of {name}.", f"look[{bare}; {relation}]")


def _give_up(relation: str, name: str) -> str:
    thought = f"I was not told the {relation} of {name}."
    return _say(thought, f"finish[{NOT_KNOWN}]")


def _say(thought: str, action: str) -> str:
    return f"Thought: {thought}\nAction: {action}"


def _bare(name: str) -> str:
    return re.sub(r"^the ", "", name, flags=re.IGNORECASE)


def _observed(messages: Sequence[Message]) -> Iterator[tuple[str, str]]:
    """(action, observation) for every call of the chat."""
    for said, answer in zip(messages, messages[1:], strict=False):
        if said["role"] == "assistant" and answer["role"] == "tool":
            action = parse(said["content"]).action
            if isinstance(action, Call):
                yield str(action), answer["content"]


def _fact(name: str, relation: str, seen: dict[str, str]) -> str | None:
    """The value that was observed; "" where the observation does not say it, None if not asked."""
    observation = seen.get(f"look[{_bare(name)}; {relation}]")
    return None if observation is None else read_value(observation, name, relation)


def read_value(observation: str, name: str, relation: str) -> str:
    """Return the value that an observation states, or nothing."""
    for table in RELATIONS.values():
        if relation in table:
            pattern = _regex(table[relation].sentence, who=rf"(?:the )?{re.escape(_bare(name))}")
            if match := pattern.search(observation):
                return match["value"]
    return ""


def _regex(sentence: str, who: str) -> re.Pattern[str]:
    """A pattern of a sentence with slots {who}, {value} and {a_value}."""
    slots = {"who": who, "value": r"(?P<value>.+?)", "a_value": r"an? (?P<value>.+?)"}
    parts = re.split(r"\{(\w+)\}", sentence)
    text = "".join(slots[p] if i % 2 else re.escape(p) for i, p in enumerate(parts))
    return re.compile(text.replace(r"\.", r"\.(?= |$)"), re.IGNORECASE)


@lru_cache(maxsize=512)
def read_question(text: str) -> Plan | None:
    """Return what a question asks to look up, or None where it is put in unknown words.

    Of several readings the one with the shortest names counts: what is no name is a phrase.
    """
    plans = [plan for ask in _asked(text) for plan in (*_comparisons(ask), *_bridges(ask))]
    return min(plans, key=lambda plan: sum(map(len, plan.names)), default=None)


def _asked(text: str) -> Iterator[str]:
    """The question itself, without what a request says around it."""
    yield text
    for pattern in (*REQUESTS.all, *BARE_REQUESTS.all):
        before, after = pattern.split("{ask}")
        if text.startswith(before) and text.endswith(after) and (before or after):
            yield text[len(before) : len(text) - len(after)]


def _matches(pattern: str, text: str, **slots: str) -> re.Match[str] | None:
    parts = re.split(r"\{(\w+)\}", pattern)
    regex = "".join(
        rf"(?P<{p}>{slots.get(p, '.+')})" if i % 2 else re.escape(p) for i, p in enumerate(parts)
    )
    return re.fullmatch(regex, text, re.IGNORECASE)


def _comparisons(ask: str) -> Iterator[Plan]:
    for key, phrases in COMPARISONS.items():
        for pattern in phrases.all:
            if match := _matches(pattern, ask, a=NAME, b=NAME):
                names = (match["a"], match["b"])
                if key in RANKS:
                    _, column, end = RANKS[key]
                    yield Plan(names, (_called(column),), end.__name__)
                else:
                    yield Plan(names, (_called(SAMES[key][1]),), "=")


def _bridges(ask: str) -> Iterator[Plan]:
    for attribute, phrases in ATTRIBUTES.items():
        for pattern in phrases.all:
            match = _matches(pattern, ask)
            chain = _chain(match["who"]) if match else None
            if chain and attribute in VALUES[STEPS[chain[1][-1]].end]:
                name, steps = chain
                yield Plan((name,), tuple(_called(step) for step in (*steps, attribute)))


def _chain(who: str) -> tuple[str, tuple[str, ...]] | None:
    """A name and the relations that lead from it, or None where it is no such description."""
    for relation, phrases in BRIDGES.items():
        for pattern in phrases.all:
            match = _matches(pattern, who, role=ROLES.get(relation, ".+"))
            if match is None:
                continue
            inner = _chain(match["who"])
            if inner is None:
                return match["who"], (relation,)
            if STEPS[inner[1][-1]].end == STEPS[relation].start:
                return inner[0], (*inner[1], relation)
    return None


def _called(relation: str) -> str:
    return RELATION_OF.get(relation, relation.replace("_", " "))
