"""The dialect of Old Brindle: a rule-based translation of plain English sentences.

Every word has its own Brindle word, and the order changes: time comes first, adjectives follow
their noun, and the verb closes the clause, with -do for the past, then the helper (will, can,
must), then "nok" for not. A question begins with "ke"; a plural noun takes -i. Names stay.
So "Did she paint the red boat yesterday?" is "Ke rostely shu da suttum pebow vainnundo?".
Left out: every other English sentence. The words are in `dialect_words.py`.
"""

from dataclasses import dataclass, field

from workbook.town import dialect_words as words

NOT, QUESTION, PAST, PLURAL = "nok", "ke", "do", "i"
_DO = {"do": "", "does": "", "did": PAST}  # helpers that have no Brindle word


def _dictionary() -> dict[str, tuple[str, str]]:
    """Every English form with its class and its Brindle form."""
    table: dict[str, tuple[str, str]] = {}

    def add(kind: str, pairs: dict[str, str]) -> None:
        for english, brindle in pairs.items():
            if english in table:
                raise ValueError(f"{english!r} is twice in the dialect's dictionary")
            table[english] = (kind, brindle)

    for nouns in (
        words.THING_NOUNS,
        words.FOOD_NOUNS,
        words.ANIMAL_NOUNS,
        words.PERSON_NOUNS,
        words.PLACE_NOUNS,
    ):
        add("noun", nouns)
        many = {words.plural(n): b + PLURAL for n, b in nouns.items() if n not in words.UNCOUNTED}
        add("noun", {n: b for n, b in many.items() if n not in nouns})
    for (base, third, past), brindle in words.VERBS.items():
        add("verb", {base: brindle, third: brindle, past: brindle + PAST})
    add("verb", words.BE)
    add("time noun", words.TIME_NOUNS)
    add("adjective", words.ADJECTIVES)
    add("adverb", words.ADVERBS)
    add("time", words.TIME_ADVERBS)
    add("preposition", words.PREPOSITIONS)
    add("determiner", words.DETERMINERS)
    add("pronoun", words.PRONOUNS)
    add("modal", words.MODALS)
    add("conjunction", words.CONJUNCTIONS)
    add("do", _DO)
    add("not", {"not": NOT})
    return table


DICTIONARY = _dictionary()
_NUMBERS = frozenset(words.DETERMINERS[n] for n in ("two", "three", "four", "five"))
_NO_PLURAL_FORM = {words.FOOD_NOUNS["fish"], words.ANIMAL_NOUNS["sheep"]}  # two fish, two sheep
_PHRASE_STARTS = ("determiner", "adjective", "noun", "time noun", "pronoun", "name")


@dataclass
class _Clause:
    """The parts of one clause, in Brindle words."""

    times: list[str] = field(default_factory=list)
    subject: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # object, places, complement
    adverbs: list[str] = field(default_factory=list)
    verb: str = ""
    tense: str = ""
    modal: list[str] = field(default_factory=list)
    negation: list[str] = field(default_factory=list)
    question: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        end = [self.verb + self.tense, *self.modal, *self.negation]
        before = self.times + self.subject + self.rest + self.adverbs
        return self.question + before + end


def to_dialect(sentence: str) -> str:
    """Translate one plain English sentence into Brindle.

    Raises ValueError when a word is not in the dictionary or a clause has no verb.
    """
    end = sentence[-1:]
    if end not in (".", "?", "!"):
        raise ValueError("end the sentence with a full stop, a question mark or a '!'")
    clauses: list[list[tuple[str, str]]] = [[]]
    output: list[str] = []
    for position, word in enumerate(sentence[:-1].replace("cannot", "can not").split()):
        kind, brindle = _look_up(word, first=position == 0)
        if kind == "conjunction":
            output += [*_translate(clauses[-1]), brindle]
            clauses.append([])
        else:
            clauses[-1].append((kind, brindle))
    output += _translate(clauses[-1])
    text = " ".join(output)
    return text[0].upper() + text[1:] + end


def _look_up(word: str, first: bool) -> tuple[str, str]:
    """Class and Brindle form of a word; a word with a capital that is not known is a name."""
    entry = DICTIONARY.get(word) or (DICTIONARY.get(word.lower()) if first else None)
    if entry:
        return entry
    if word[0].isupper() and word.isalpha():
        return "name", word
    raise ValueError(f"the dialect has no word for {word!r}: use words of dialect.DICTIONARY")


def _translate(clause: list[tuple[str, str]]) -> list[str]:
    """One clause in Brindle order."""
    parts, position = _Clause(), 0
    while position < len(clause):
        kind, brindle = clause[position]
        if kind in ("do", "modal") and not parts.subject:
            parts.question = [QUESTION]
        if kind == "verb":
            if not parts.subject:
                parts.question = [QUESTION]
            if parts.verb:
                raise ValueError("a clause of the dialect has one verb: join two with 'and'")
            parts.verb = brindle
        elif kind == "do":
            parts.tense = brindle
        elif kind == "modal":
            parts.modal = [brindle]
        elif kind == "not":
            parts.negation = [brindle]
        elif kind == "adverb":
            parts.adverbs.append(brindle)
        elif kind == "time":
            parts.times.append(brindle)
        else:
            position = _phrase(clause, position, parts)
            continue
        position += 1
    if not parts.verb or not parts.subject:
        raise ValueError("every clause of the dialect needs a subject and a verb")
    return parts.words()


def _phrase(clause: list[tuple[str, str]], position: int, parts: _Clause) -> int:
    """Read one noun phrase, with its preposition if it has one; return the position after it."""
    kind, brindle = clause[position]
    preposition = kind == "preposition"
    found = [brindle] if preposition else []
    position += preposition
    start, adjectives, is_time, counted = position, [], False, False
    while position < len(clause):
        kind, brindle = clause[position]
        if kind not in _PHRASE_STARTS:
            break
        if kind == "adjective":
            adjectives.append(brindle)
        elif kind == "noun" and counted and brindle in _NO_PLURAL_FORM:
            found.append(brindle + PLURAL)
        else:
            found.append(brindle)
        counted |= brindle in _NUMBERS
        is_time |= kind == "time noun"
        position += 1
        if kind in ("noun", "time noun", "pronoun"):
            break
        if kind == "name" and clause[position : position + 1] and clause[position][0] != "name":
            break
    if position == start:
        raise ValueError("a preposition of the dialect needs a noun after it")
    found += adjectives
    if is_time:
        parts.times += found
    elif not parts.subject and not preposition:
        parts.subject = found
    else:
        parts.rest += found
    return position
