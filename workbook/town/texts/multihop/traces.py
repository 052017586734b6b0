"""Traces of an agent that answers a question with tools: thought, action, observation, again.

Most questions are those of `multihop.py` about any town, so that nothing can be remembered; some
need one fact only, some a sum, and some ask about a name that nobody has. Most traces look up one
fact at a time, some search first, a few make a mistake and mend it; the tool `calculate` makes the
comparisons. What the tools say is exactly what `tools.act` returns. Leaves out traces that fail.
Lesson 16 tunes an agent on these.
"""

from typing import NamedTuple

from workbook.town.texts.chat import Messages, chat_document
from workbook.town.texts.multihop import trace_phrases as say
from workbook.town.texts.multihop.multihop import RANKS, Thing, called, role_of
from workbook.town.texts.multihop.proofs import Case, draw_case
from workbook.town.texts.multihop.tools import (
    ACTIONS,
    SHOWN,
    TABLES,
    Finish,
    act,
    find,
    search,
)
from workbook.town.texts.questions.questions import PERSON_QUESTIONS
from workbook.town.texts.questions.recall import ask, facts_of
from workbook.town.writer import Document, Fact, Phrases, Writer, upper

TRACE_SORTS = {  # sort of question: how often it comes; the first three are those of `proofs.py`
    "bridge": 0.4, "comparison": 0.25, "yes-no": 0.15, "one hop": 0.1, "not known": 0.05,
    "sum": 0.05,
}  # fmt: skip
NOT_KNOWN = "not known"  # the answer about a name that nobody has
SEARCHES, MISTAKES = 0.2, 0.08  # how many traces begin with a search, or with a mistake
RELATION_OF = {  # relation of `multihop.py`: its name for `tools.look`, where it is another
    "workplace": "employer",
    "home": "street",
    "host": "place",
}


class Step(NamedTuple):
    """A thought, an action, and what the tool said; nothing after `finish`."""

    thought: str
    action: str
    observation: str | None


class _Agent:
    """Writes the steps of one trace: thinks in phrases of the split and runs the tools."""

    def __init__(self, writer: Writer):
        self.writer, self.steps = writer, []

    def do(self, action: str, thought: Phrases, **slots: str) -> None:
        """Add one step."""
        done = act(self.writer.town, action)
        observation = None if isinstance(done, Finish) else done.text
        self.steps.append(Step(upper(self.writer.say(thought, **slots)), action, observation))

    def look(self, thing: Thing, relation: str, thought: Phrases, **slots: str) -> None:
        """Look up one relation of a thing."""
        self.do(f"look[{thing.name}; {relation}]", thought, **slots)

    def search(self, thing: Thing, thought: Phrases, **slots: str) -> None:
        """Search for a thing by its whole name."""
        self.do(f"search[{thing.name}]", thought, **slots)


def trace(writer: Writer, sort: str | None = None) -> Document:
    """Write a question, then thoughts, actions and observations up to `finish`.

    sort: a key of TRACE_SORTS; drawn by them when not given.
    Fields: question, answer_value, actions, observations, sort, answer (the last step's content).
    Raises ValueError for a sort that does not exist.
    """
    steps, fields = _solve(writer, sort)
    lines = [f"Question: {fields['question']}"]
    for step in steps:
        lines.append(_spoken(step))
        if step.observation is not None:
            lines.append(f"Observation: {step.observation}")
    return writer.document("trace", "\n".join(lines), **fields, answer=_spoken(steps[-1]))


def trace_chat(writer: Writer, sort: str | None = None) -> Document:
    """Write the same as a chat: assistant messages think and act, tool messages answer.

    In one chat of four a system message lists the tools.
    """
    steps, fields = _solve(writer, sort)
    messages: Messages = []
    if writer.source.chance(0.25):
        system = writer.say(say.SYSTEM, tools=", ".join(ACTIONS))
        messages.append({"role": "system", "content": system})
    requests = say.BARE_REQUESTS if messages else say.REQUESTS
    messages.append({"role": "user", "content": writer.say(requests, ask=fields["question"])})
    for step in steps:
        messages.append({"role": "assistant", "content": _spoken(step)})
        if step.observation is not None:
            messages.append({"role": "tool", "content": step.observation})
    return chat_document(writer, "trace", messages, **fields)


def _spoken(step: Step) -> str:
    return f"Thought: {step.thought}\nAction: {step.action}"


def _solve(writer: Writer, sort: str | None) -> tuple[list[Step], dict[str, object]]:
    """The steps of one trace and the fields of its document."""
    if sort is None:
        sort = writer.source.weighted(tuple(TRACE_SORTS), tuple(TRACE_SORTS.values()))
    if sort not in TRACE_SORTS:
        raise ValueError(f"no sort of question {sort!r}; choose one of {', '.join(TRACE_SORTS)}")
    agent = _Agent(writer)
    question, answer = SHORT.get(sort, _hops)(agent, sort)
    fields: dict[str, object] = {
        "question": question,
        "answer_value": answer,
        "actions": [step.action for step in agent.steps],
        "observations": [step.observation for step in agent.steps[:-1]],
        "sort": sort,
    }
    return agent.steps, fields


def _hops(agent: _Agent, sort: str) -> tuple[str, str]:
    """Answer a question of several hops; returns question and answer."""
    writer = agent.writer
    case = draw_case(writer, sort, said=False)
    facts = case.puzzle.facts
    writer.facts.extend(facts)
    _first(agent, facts[0])
    for fact in facts[1:]:
        thing, relation, words = _what(writer, fact)
        agent.look(thing, relation, say.NEXT if sort == "bridge" else say.NEXT_OF, **words)
    _conclude(agent, case)
    return case.puzzle.question, case.puzzle.answer


def _one_hop(agent: _Agent, _sort: str) -> tuple[str, str]:
    """Answer a question about one fact."""
    writer = agent.writer
    draw = writer.pick((writer.person, writer.place, writer.product, writer.event))
    facts = list(facts_of(writer.town, draw()))
    while not all(_in_split(writer, fact.value) for fact in facts):  # a search tells several
        facts = list(facts_of(writer.town, draw()))
    fact = writer.pick(facts)
    writer.fact(fact.name, fact.trait, fact.value)
    _first(agent, Fact(fact.name, fact.trait, fact.value))
    thing = find(writer.town, fact.value)
    value = called(thing) if thing else fact.value
    agent.do(f"finish[{upper(value)}]", say.KNOWN, value=value)
    return ask(writer, fact), upper(value)


def _in_split(writer: Writer, value: str) -> bool:
    """Whether a value names nothing that another split has."""
    thing = find(writer.town, value)
    return thing is None or thing.split == writer.split


def _nobody(agent: _Agent, _sort: str) -> tuple[str, str]:
    """Look and search for somebody who does not exist, and say so."""
    writer = agent.writer
    who = writer.visitor().name
    while not search(writer.town, who).startswith("No name"):
        who = writer.visitor().name
    trait = writer.pick(("job", "employer", "street", "hobby"))
    wanted, of_whom = say.WANTED[trait]
    words = {"wanted": wanted, "whole": f"{wanted} {of_whom.format(who=who)}"}
    agent.do(f"look[{who}; {trait}]", say.FIRST, **words)
    agent.do(f"search[{who}]", say.WRONG_NAME, who=who)
    agent.do(f"finish[{NOT_KNOWN}]", say.NOBODY)
    return writer.say(PERSON_QUESTIONS[trait], who=who), NOT_KNOWN


def _sum(agent: _Agent, _sort: str) -> tuple[str, str]:
    """Leave a sum of two numbers to the tool."""
    writer = agent.writer
    a, b = (writer.source.integer(11, 999) for _ in range(2))
    a, b = max(a, b), min(a, b)
    words = f"{a} {writer.pick(('+', '-', 'x'))} {b}"
    agent.do(f"calculate[{words}]", say.SUM)
    value = agent.steps[-1].observation
    agent.do(f"finish[{value}]", say.KNOWN, value=value)
    return writer.say(say.SUM_QUESTIONS, sum=words), value


SHORT = {"one hop": _one_hop, "not known": _nobody, "sum": _sum}  # the others have several hops


def _what(writer: Writer, fact: Fact) -> tuple[Thing, str, dict[str, str]]:
    """What to look up for a fact: the thing, the relation, and the words for both."""
    thing = find(writer.town, fact.subject)
    relation = RELATION_OF.get(fact.relation, fact.relation.replace("_", " "))
    wanted, of_whom = say.WANTED[relation]
    wanted = wanted.format(role=role_of(relation, find(writer.town, fact.value)))
    return thing, relation, {
        "wanted": wanted, "whole": f"{wanted} {of_whom.format(who=fact.subject)}",
    }  # fmt: skip


def _first(agent: _Agent, fact: Fact) -> None:
    """Find the first fact: at once, by a search, or after a mistake."""
    thing, relation, words = _what(agent.writer, fact)
    source = agent.writer.source
    if source.chance(SEARCHES):
        agent.search(thing, say.SEARCH, who=fact.subject)
    elif not source.chance(MISTAKES / (1 - SEARCHES)):
        agent.look(thing, relation, say.FIRST, **words)
        return
    elif relation in say.MISNAMED and source.chance(0.5):
        agent.look(thing, agent.writer.pick(say.MISNAMED[relation]), say.FIRST, **words)
        agent.look(thing, relation, say.WRONG_RELATION, word=relation)
        return
    else:
        agent.do(f"look[{_misspelt(agent, thing)}; {relation}]", say.FIRST, **words)
        agent.search(thing, say.WRONG_NAME, who=fact.subject)
    if relation not in SHOWN[TABLES[type(thing)]]:
        agent.look(thing, relation, say.NOT_THERE, **words)


def _misspelt(agent: _Agent, thing: Thing) -> str:
    """A name that nothing in town has: cut off after its first word, or with a letter left out."""
    name, town = thing.name, agent.writer.town
    short = name.split()[0]
    if agent.writer.source.chance(0.5) and not find(town, short):
        return short
    letters = [i for i in range(1, len(name)) if name[i].isalpha()]
    at = agent.writer.pick([i for i in letters if not find(town, name[:i] + name[i + 1 :])])
    return name[:at] + name[at + 1 :]


def _conclude(agent: _Agent, case: Case) -> None:
    """Weigh the two values of a comparison with `calculate`, then finish."""
    answer, facts = case.puzzle.answer, case.puzzle.facts
    finish = f"finish[{answer}]"
    a, b = facts[0].value, facts[-1].value
    if case.sort == "bridge":
        agent.do(finish, say.DONE, value=b)
    elif case.sort == "yes-no":
        agent.do(f"calculate[{a} = {b}]", say.WEIGH, a=a, b=b)
        agent.do(finish, say.YES if answer == "Yes" else say.NO)
    else:
        end = RANKS[case.scale][2].__name__  # min or max
        one, other = (find(agent.writer.town, fact.subject).name for fact in (facts[0], facts[-1]))
        agent.do(f"calculate[{end} {one} {a}, {other} {b}]", say.WEIGH, a=a, b=b)
        best = next(fact for fact in facts if upper(fact.subject) == answer)
        agent.do(finish, say.BEST, value=best.value, best=best.subject)
