"""Questions of several hops with the facts to answer them, and the proof read out step by step.

The facts stand in the prompt, among others about people and places that look alike. The answer
first repeats the facts it uses, in the order needed, then weighs two values where the question
compares, then says the answer. The questions are those of `multihop.py`; the town is any town, so
that nothing can be remembered. Leaves out questions that the facts do not answer. Lesson 16.
"""

from typing import NamedTuple

from workbook.town.texts.chat import chat_document, exchange
from workbook.town.texts.multihop.multihop import (
    IN_WORDS,
    RANKS,
    SAMES,
    STEPS,
    VALUES,
    Puzzle,
    Thing,
    bridge,
    called,
    rank,
    role_of,
    same,
    state,
)
from workbook.town.texts.multihop.proof_phrases import CONCLUSIONS, DIFFERENT, ORDER, REQUESTS, SAME
from workbook.town.texts.multihop.tools import TABLES, amount, by_word, find
from workbook.town.writer import Document, Fact, Writer, upper

SORTS = {"bridge": 0.5, "comparison": 0.3, "yes-no": 0.2}  # sort of question: how often it comes
MOST_DISTRACTORS = 8
# What may be said of a thing besides the proof; the employer of a person is the "workplace".
RELATIONS = {
    "people": ("spouse", "parent", "neighbour", *VALUES["people"]),
    "places": ("owner", *VALUES["places"], "closes"),
    "products": ("maker", "seller", "price"),
    "events": ("organiser", "host", "first_year"),
}


class Case(NamedTuple):
    """A question of one sort; `scale` is its key in RANKS or SAMES, "" for a bridge."""

    sort: str
    scale: str
    puzzle: Puzzle


class ProofTask(NamedTuple):
    """What a proof asks and how it is answered; both renderings print it."""

    context: str
    reasoning: str
    fields: dict[str, object]


def proof(writer: Writer, sort: str | None = None) -> Document:
    """Write facts, a question, the steps of the proof, the answer.

    sort: "bridge", "comparison" or "yes-no"; drawn by SORTS when not given.
    Fields: question, answer_value, proof (the sentences used, in order), sort, hops, distractors,
    answer (all that the model should say). Raises ValueError for a sort that does not exist.
    """
    task = _task(writer, sort)
    text = f"Facts: {task.context}\nQuestion: {task.fields['question']}\nReasoning: "
    answer = _answer(task)
    return writer.document("proof", text + answer, **task.fields, answer=answer)


def proof_chat(writer: Writer, sort: str | None = None) -> Document:
    """Write the same as a chat: the user gives facts and question, the assistant the proof."""
    task = _task(writer, sort)
    request = writer.say(REQUESTS, facts=task.context, ask=task.fields["question"])
    return chat_document(writer, "proof", exchange((request, _answer(task))), **task.fields)


def draw_case(writer: Writer, sort: str | None, said: bool = True) -> Case:
    """Draw a question of `multihop.py`; said: whether its facts are put into sentences.

    Raises ValueError for a sort that does not exist.
    """
    if sort is None:
        sort = writer.source.weighted(tuple(SORTS), tuple(SORTS.values()))
    if sort not in SORTS:
        raise ValueError(f"no sort of question {sort!r}; choose one of {', '.join(SORTS)}")
    if sort == "bridge":
        return Case(sort, "", bridge(writer, said))
    scale = writer.pick(tuple(RANKS if sort == "comparison" else SAMES))
    return Case(sort, scale, (rank if sort == "comparison" else same)(writer, scale, said))


def verdict(case: Case) -> str:
    """Return the sentence that decides a comparison from its two values; empty for a bridge.

    Years and prices are first read digit by digit, in the order of the facts.
    """
    if case.sort == "bridge":
        return ""
    a, b = (fact.value for fact in case.puzzle.facts)
    if case.sort == "yes-no":
        return upper((SAME if case.puzzle.answer == "Yes" else DIFFERENT).format(a=a, b=b))
    unit, _ = amount(a)
    low, high = sorted((a, b), key=lambda value: amount(value)[1])
    best = next(f for f in case.puzzle.facts if upper(f.subject) == case.puzzle.answer).subject
    order = ORDER[unit].format(low=low, high=high)
    conclusion = CONCLUSIONS[case.scale].format(best=best)
    return f"{_side_by_side(a, b, unit)}{upper(order)}, so {conclusion}."


def _side_by_side(a: str, b: str, unit: str) -> str:
    """Two years or prices digit by digit, up to the first pair that differs: 1 and 1, 9 and 8."""
    if unit == "hour":
        return ""
    one, two = a.split()[0], b.split()[0]
    whole = [len(words.partition(".")[0]) for words in (one, two)]
    if whole[0] != whole[1]:
        long, short = (one, two) if whole[0] > whole[1] else (two, one)
        return f"{long} has more digits before the point than {short}. "
    pairs = []
    for pair in zip(one, two, strict=True):
        if pair != (".", "."):
            pairs.append(" and ".join(pair))
        if pair[0] != pair[1]:
            break
    return f"{one} and {two}: {', '.join(pairs)}. "


def _answer(task: ProofTask) -> str:
    return f"{task.reasoning}\nAnswer: {task.fields['answer_value']}"


def _task(writer: Writer, sort: str | None) -> ProofTask:
    case = draw_case(writer, sort)
    question, facts, sentences, answer = case.puzzle
    writer.facts.extend(facts)
    others = _distractors(writer, facts, writer.source.integer(0, MOST_DISTRACTORS))
    fields = {
        "question": question,
        "answer_value": answer,
        "proof": sentences,
        "sort": case.sort,
        "hops": len(facts),
        "distractors": len(others),
    }
    steps = [*sentences, verdict(case)]
    reasoning = " ".join(step for step in steps if step)
    return ProofTask(" ".join(writer.source.shuffled([*sentences, *others])), reasoning, fields)


def _distractors(writer: Writer, facts: list[Fact], count: int) -> list[str]:
    """Sentences that do not help: more about the same things, or the same about other things."""
    things = [find(writer.town, fact.subject) for fact in facts]
    taken = {(fact.subject, _plain(fact.relation)) for fact in facts}
    sentences: list[str] = []
    for _ in range(count):
        if writer.source.chance(0.4):
            thing, relation = writer.pick(things), None
        else:
            near, like = writer.pick(list(zip(things, facts, strict=True)))
            thing, relation = _look_alike(writer, near, things), _plain(like.relation)
        known = _untold(writer, thing, taken)
        if not known:
            continue
        fact = known.get(relation) or writer.pick(list(known.values()))
        taken.add((fact.subject, fact.relation))
        writer.facts.append(fact)
        sentences.append(state(writer, fact, _role(writer, thing, fact.relation)))
    return sentences


def _look_alike(writer: Writer, thing: Thing, things: list[Thing]) -> Thing:
    """Another thing of the same table and of the writer's split, often of a similar name."""
    words = by_word(writer.town)
    similar = [
        other
        for word in thing.name.lower().split()
        for other in words[word]
        if type(other) is type(thing) and other.split == writer.split and other not in things
    ]
    if similar and writer.source.chance(0.5):
        return writer.pick(similar)
    return writer.pick(writer.town.among(TABLES[type(thing)], writer.split))


def _untold(writer: Writer, thing: Thing, taken: set[tuple[str, str]]) -> dict[str, Fact]:
    """Relation -> fact, for all that is known of a thing and not taken."""
    facts = {}
    for relation in RELATIONS[TABLES[type(thing)]]:
        value = _value(writer, thing, relation)
        if value is not None and (called(thing), relation) not in taken:
            facts[relation] = Fact(called(thing), relation, value)
    return facts


def _value(writer: Writer, thing: Thing, relation: str) -> str | None:
    if relation in STEPS:
        other = STEPS[relation].step(writer.town, thing)
        return None if other is None else called(other)
    if value_of := VALUES.get(TABLES[type(thing)], {}).get(relation):
        return value_of(writer.town, thing)
    return IN_WORDS.get(relation, str)(getattr(thing, relation))


def _role(writer: Writer, thing: Thing, relation: str) -> str:
    return role_of(relation, STEPS[relation].step(writer.town, thing)) if relation in STEPS else ""


def _plain(relation: str) -> str:
    """The relation by one name: where a person works is both a step and a value."""
    return "workplace" if relation == "employer" else relation
