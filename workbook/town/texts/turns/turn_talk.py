"""A conversation in the making: what was told, what was asked, and the next move.

`turns.py` begins one, lets it go on for some turns and prints it. Left out: the rules of form,
which are `turn_rules.py`, and the phrasings.
"""

import re
from collections.abc import Callable

from workbook.town.texts.chat import Messages
from workbook.town.texts.reading.passage_phrases import VISITOR_SENTENCES
from workbook.town.texts.turns import turn_phrases as say
from workbook.town.texts.turns.turn_rules import (
    draw_word,
    shape,
    shape_value,
)
from workbook.town.texts.turns.turn_self_phrases import FRIEND, FRIEND_LEADS, SELF, WRONG_BEFORE
from workbook.town.texts.turns.turn_things import (
    ANSWERS,
    DIGIT_TRAITS,
    ONE_WORD_TRAITS,
    OTHERS,
    QUESTIONS,
    draw_thing,
    read,
)
from workbook.town.writer import Writer, an, they, upper


class Talk:
    """A chat while it is being written: what is known, what was asked, and the turns so far."""

    def __init__(self, writer: Writer, kind: str | None):
        self.writer, self.kind = writer, kind
        self.word = draw_word(writer, kind)
        self.system: str | None = None
        self.table = self.who = ""  # the thing that the system line is about
        self.thing: dict[str, str] = {}
        self.user, self.me = writer.visitor(), {}
        self.friend, self.theirs = None, {}
        self.asked: set[tuple[str, str]] = set()
        self.facts: list[tuple[str, str, str]] = []
        self.turns: list[tuple[str, str]] = []
        self.values: list[str | None] = []
        self.last = ""  # the move before

    def fields(self) -> dict[str, object]:
        constraint = f"{self.kind}:{self.word}" if self.word else self.kind
        return {
            "constraint": constraint, "system": self.system, "facts": self.facts,
            "values": self.values, "turns": self.turns,
        }  # fmt: skip

    def messages(self) -> Messages:
        rows = [("system", self.system)] if self.system else []
        for ask, answer in self.turns:
            rows += [("user", ask), ("assistant", answer)]
        return [{"role": role, "content": content} for role, content in rows]

    # ---- the system line ----

    def introduce(self) -> None:
        """Write the system line: a role, facts about one thing or none, and the rule."""
        writer = self.writer
        if self.kind == "cannot help" or writer.source.chance(0.75):
            self.table, self.who, traits = draw_thing(writer, self.kind)
            parts = [writer.say(say.ROLES[self.table], who=self.who), self._told(traits)]
        else:
            parts = [writer.say(say.ROLES["none"])]
        if self.kind:
            parts.append(writer.say(say.RULES[self.kind], word=self.word))
        self.system = " ".join(parts)

    def _told(self, traits: dict[str, Callable[[], str]]) -> str:
        """State two to four traits in sentences about "it"."""
        writer, source = self.writer, self.writer.source
        names = [t for t in traits if self.kind != "no digits" or t not in DIGIT_TRAITS]
        chosen = source.sample(names, source.integer(2, min(4, len(names))))
        if not any(map(self.fits, chosen)):
            chosen[-1] = writer.pick([trait for trait in names if self.fits(trait)])
        text = ""
        for trait in chosen:
            value = self.thing[trait] = traits[trait]()
            self._note(self.who.removeprefix("the "), trait, value)
            clause = writer.pick(say.SYSTEM_FACTS[self.table][trait]).format(value=value)
            joined = text.count(", and ") < 1 and text and source.chance(0.4)
            text += f", and {clause}" if joined else f"{'. ' if text else ''}{upper(clause)}"
        return f"{text}."

    def _note(self, subject: str, trait: str, value: str) -> None:
        self.facts.append((subject, trait, value))
        self.writer.fact(subject, trait, value)

    def fits(self, trait: str) -> bool:
        """Can the rule be kept in an answer about this trait?"""
        if self.kind == "capitals":  # no "A LAMB": it reads like letters
            return trait not in ("pet", "job")
        return self.kind != "one word" or trait in ONE_WORD_TRAITS

    # ---- turns ----

    def add(self, said: str, answer: str, short: str, value: str | None = None) -> None:
        """Add a turn; the answer, or its short form of one word, is brought into form."""
        number = len(self.turns) + 1
        shaped = shape(self.writer, self.kind, self.word, number, answer, short)
        self.turns.append((said, shaped))
        self.values.append(value and shape_value(self.kind, value))

    def begin(self) -> None:
        """The first turn: a greeting, something about the user or a friend, or a question."""
        writer, moves = self.writer, {}
        if self.kind == "name first":
            return self.tell("name")
        if self.thing:
            moves = {self.ask: 55, self.greet: 25}
        if self.kind != "cannot help":
            moves |= {self.tell: 20, self.tell_friend: 6 if self.thing else 15}
        writer.source.weighted(tuple(moves), tuple(moves.values()))()

    def go_on(self, must_ask: bool) -> None:
        """One more turn: what is possible now, weighted; a question if there was none so far."""
        free = self.kind != "cannot help"
        told = bool(self.thing)
        new = [t for t in self.thing if self.fits(t) and ("it", t) not in self.asked]
        mine = [t for t in self.me if self.fits(t) and ("me", t) not in self.asked]
        his = [t for t in self.theirs if ("friend", t) not in self.asked]
        sure = [t for t in self.thing if t in OTHERS and ("guess", t) not in self.asked]
        moves = {
            lambda: self.ask(new): 5.0 * bool(new),
            lambda: self.ask(new, meant=True): 1.5 * bool(new and self.last == "ask"),
            lambda: self.guess(sure): 1.2 * bool(sure and ("it", "") in self.asked),
            lambda: self.ask_me(mine): 3.0 * bool(mine),
            lambda: self.ask_friend(his): 4.0 * bool(his),
        }
        if not (must_ask and any(moves.values())):
            moves |= {
                self.off_topic: 2.0 * (not free),
                self.not_told: (0.2 if self.last == "not told" else 0.8) * free,
                self.tell: (1.0 if told else 2.0) * (free and len(self.me) < 4),
                self.tell_again: 0.7 * bool(self.me.keys() - {"name"}),
                self.tell_friend: (0.4 if told else 1.2) * (free and not self.friend),
            }
        self.writer.source.weighted(tuple(moves), tuple(moves.values()))()

    def greet(self) -> None:
        self.last = "greet"
        self.add(self.writer.say(say.HELLO), self.writer.say(say.HELLO_ANSWERS), "Welcome")

    def tell(self, trait: str | None = None) -> None:
        """The user says one or two things about themselves."""
        self.last = "tell"
        writer = self.writer
        open_traits = [t for t in SELF if t not in self.me and self.fits(t)]
        if trait is None:
            trait = writer.pick(open_traits)
        traits = [trait]
        if len(open_traits) > 1 and writer.source.chance(0.3):
            traits.append(writer.pick([t for t in open_traits if t != trait]))
        said = " ".join(self._tell_one(t, read(self.user, t)) for t in traits)
        self.add(said, writer.say(say.NOTED), "Noted")

    def _tell_one(self, trait: str, value: str) -> str:
        self.me[trait] = value
        self._note("user", trait, value)
        if trait == "name" and self.kind == "name first":
            self.word = value
        return self.writer.say(SELF[trait][0], value=value, a_value=an(value))

    def tell_again(self) -> None:
        """The user corrects something they said; from now on the new value holds."""
        self.last = "tell"
        writer = self.writer
        trait = writer.pick([t for t in self.me if t != "name"])
        value = self.me[trait]
        while value == self.me[trait]:
            value = read(writer.visitor(), trait)
        self.asked.discard(("me", trait))
        said = f"{writer.say(WRONG_BEFORE)} {self._tell_one(trait, value)}"
        self.add(said, writer.say(say.CORRECTED), "Corrected")

    def tell_friend(self) -> None:
        """The user tells two or three things about a friend."""
        self.last = "tell"
        writer, source = self.writer, self.writer.source
        self.friend = friend = writer.visitor()
        traits = [trait for trait in FRIEND if self.fits(trait)]
        said = [writer.say(FRIEND_LEADS, who=friend.first)]
        for trait in source.sample(traits, source.integer(2, 3)):
            who = upper(friend.gender) if self.theirs else friend.name
            value = self.theirs[trait] = read(friend, trait)
            self._note(friend.name, trait, value)
            told = VISITOR_SENTENCES[trait]
            said.append(writer.say(told, who=who, value=value, a_value=an(value)))
        self.add(" ".join(said), writer.say(say.NOTED), "Noted")

    def ask(self, traits: list[str] | None = None, meant: bool = False) -> None:
        """A question about the thing: by its name first, then by "it", with all sorts of leads."""
        writer, source = self.writer, self.writer.source
        trait = writer.pick(traits or [trait for trait in self.thing if self.fits(trait)])
        first = ("it", "") not in self.asked
        self.asked |= {("it", ""), ("it", trait)}
        if not first and not meant and trait in say.NOUNS and source.chance(0.25):
            said = writer.say(say.FOLLOW_UPS, noun=say.NOUNS[trait])
        else:
            said = self._question(trait, first, meant)
        self.last = "ask"
        self._answer(said, ANSWERS[self.table][trait].format(who="it", value=self.thing[trait]),
                     self.thing[trait])  # fmt: skip

    def _question(self, trait: str, first: bool, meant: bool) -> str:
        writer, source = self.writer, self.writer.source
        table = QUESTIONS[self.table]
        changed = not meant and source.chance(0.12)
        if changed:
            wrong = self._ask_for(writer.pick([t for t in table if t != trait]), first)
            first = False
        ask = self._ask_for(trait, first)
        low = ask[0].lower() + ask[1:]
        if changed:
            return writer.say(say.CHANGED, Wrong=wrong, ask=low, Ask=ask)
        if meant:
            return writer.say(say.MEANT, ask=low, Ask=ask)
        return writer.say(say.AND, ask=low, Ask=ask) if not first and source.chance(0.4) else ask

    def _ask_for(self, trait: str, named: bool) -> str:
        """A question about the thing by its name or by "it": "its owner", no "owner of it"."""
        ask = self.writer.say(QUESTIONS[self.table][trait], who=self.who if named else "it")
        return re.sub(r"\bthe (\w+(?: year)?) of it\b", r"its \1", ask)

    def _answer(self, said: str, clause: str, value: str) -> None:
        self.add(said, upper(clause), upper(value), value)

    def guess(self, traits: list[str]) -> None:
        """The user guesses a value: yes or no, and the right one."""
        self.last = "guess"
        writer = self.writer
        trait = writer.pick(traits)
        value = self.thing[trait]
        right = writer.source.chance(0.5)
        other = value if right else writer.pick([v for v in OTHERS[trait] if v != value])
        self.asked |= {("it", trait), ("guess", trait)}
        answer = ANSWERS[self.table][trait].format(who="it", value=value)
        yes = "Yes" if right else "No"
        said = upper(writer.say(say.YES_NO[trait], other=other))
        self.add(said, f"{yes}, {answer}", yes, yes if self.kind == "one word" else value)

    def ask_me(self, traits: list[str]) -> None:
        """A question about what the user has said of themselves."""
        self.last = "ask me"
        trait = self.writer.pick(traits)
        self.asked.add(("me", trait))
        _, questions, answer = SELF[trait]
        value = self.me[trait]
        said = self.writer.say(questions)
        self._answer(said, answer.format(value=value, a_value=an(value)), value)

    def ask_friend(self, traits: list[str]) -> None:
        """A question about the friend, by a pronoun."""
        self.last = "ask friend"
        trait = self.writer.pick(traits)
        self.asked.add(("friend", trait))
        questions, answer = FRIEND[trait]
        words, value = they(self.friend.gender), self.theirs[trait]
        said = self.writer.say(questions, **words)
        self._answer(said, answer.format(value=value, a_value=an(value), **words), value)

    def not_told(self) -> None:
        """A question that nobody has answered before."""
        self.last = "not told"
        writer = self.writer
        unsaid = [t for t in QUESTIONS.get(self.table, ()) if t not in self.thing]
        mine = [t for t in SELF if t not in self.me]
        if unsaid and (not mine or writer.source.chance(0.6)):
            first = ("it", "") not in self.asked
            self.asked.add(("it", ""))
            said = self._ask_for(writer.pick(unsaid), first)
        else:
            said = writer.say(SELF[writer.pick(mine)][1])
        value = "unknown" if self.kind == "one word" else "do not know"
        self.add(said, say.UNKNOWN, "Unknown", value)

    def off_topic(self) -> None:
        self.last = "off topic"
        self.add(self.writer.say(say.OFF_TOPIC), say.CANNOT, "No", say.CANNOT)
