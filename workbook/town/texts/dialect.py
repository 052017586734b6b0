"""Pairs of an English sentence and its translation into the dialect of Old Brindle.

A small grammar writes the English; `workbook.town.dialect` translates it by rule. Validation and
test have sentence patterns of their own, and pairs of adjective and noun that training never
shows. People are visitors, so that a name must be copied. Lesson 08 teaches a model the dialect.
"""

from typing import NamedTuple

from workbook.town import dialect_words as words
from workbook.town import names
from workbook.town.dialect import to_dialect
from workbook.town.writer import Document, Phrases, Writer, an, upper

# S subject, V verb with object, I verb without object, O object, P place, T time, F often,
# M manner, B is/was, J adjective, Q makes a question; the last two lines are held back
PATTERNS = Phrases(
    "S V O",
    "S V O P",
    "S V O T",
    "S V O P T",
    "T S V O",
    "S I P",
    "S I M",
    "S I P T",
    "T S I P",
    "S F V O",
    "S F I P",
    "S B J",
    "S B J T",
    "Q S V O",
    "Q S V O P",
    "Q S I T",
    "S V O and S V O",
    "S V O and S I M",
    "S V O but S B J",
    "S B J because S V O",
    "S I P because S B J",
    "S B J T and S I P",
    "T S V O because S I P",
    "Q S I P T",
    "S I T but S V O P",
)


class _Frame(NamedTuple):
    """Verbs that go with a class of nouns, and the adjectives that suit these nouns."""

    verbs: tuple[str, ...]
    nouns: tuple[str, ...]
    adjectives: tuple[str, ...]


_PERSON_ADJECTIVES = tuple("old young brave tired hungry happy angry clever kind quiet".split())
_FRAMES = tuple(
    _Frame(tuple(verbs.split()), tuple(nouns), tuple(adjectives.split()))
    for verbs, nouns, adjectives in (
        (
            "find lose buy sell carry hide mend paint clean bring break burn see",
            words.THING_NOUNS,
            "red blue green white black old new big small heavy broken shiny dirty pretty round",
        ),
        (
            "eat cook smell taste share buy sell bring carry hide",
            words.FOOD_NOUNS,
            "warm cold fresh sweet red white",
        ),
        (
            "feed wash chase follow hear see find lose love",
            words.ANIMAL_NOUNS,
            "white black old small big tired hungry angry young clever dirty pretty",
        ),
        (
            "love meet help thank visit call teach see follow hear",
            words.PERSON_NOUNS,
            " ".join(_PERSON_ADJECTIVES),
        ),
    )
)
_PLACES = _Frame((), tuple(words.PLACE_NOUNS), tuple("old quiet small big green cold".split()))
_PEOPLE = _FRAMES[3]
_STILL = tuple("sleep sing dance walk wait work swim laugh sit run".split())
_MOVING = tuple("dance walk work swim run".split())  # what can be done slowly or quickly
_PASSING = frozenset(  # what somebody or something may be at one time only
    "tired hungry happy angry kind quiet brave dirty broken shiny warm cold fresh".split()
)
_FORMS = {forms[0]: forms for forms in words.VERBS}
_SUBJECTS_MANY = ("I", "you", "we", "they")
_SUBJECTS = ("I", "you", "he", "she", "we", "they")
_OBJECTS = ("me", "him", "us", "them")
_ONESELF = {"I": "me", "he": "him", "we": "us", "they": "them"}  # would need "myself"
_OWNERS = ("the", "the", "the", "my", "your", "his", "her", "our", "their")
_NUMBERS = ("two", "three", "four", "five")
_SIMPLE = ("past", "present")
_TENSES = ("past", "present", "will", "can", "must")
_TENSE_WEIGHTS = (5, 2, 2, 1, 1)
_TIMES = tuple(
    [f"in the {noun}" for noun in ("morning", "evening")]
    + [f"in {noun}" for noun in ("winter", "summer", "spring", "autumn")]
    + [f"on {noun}" for noun in ("Monday", "Friday", "Sunday")]
    + ["at night"]
)
_WHERE = {  # noun of a place: prepositions that suit it
    "garden": ("in", "behind", "near"), "harbour": ("at", "behind", "near"),
    "kitchen": ("in", "near"), "forest": ("in", "behind", "near"),
    "market": ("at", "behind", "near"), "tower": ("in", "behind", "near"),
    "field": ("in", "behind", "near"), "street": ("in", "near"),
    "school": ("in", "behind", "near", "at"), "mill": ("in", "behind", "near", "at"),
    "cellar": ("in", "near"), "church": ("in", "behind", "near"), "river": ("at", "near"),
    "bridge": ("on", "under", "near"), "beach": ("on", "near", "at"),
    "hill": ("on", "behind", "near"),
}  # fmt: skip
_WATERS = ("river", "harbour")  # the places to swim in
_SHARED = frozenset("harbour forest market tower street church river bridge beach hill".split())
_NOW = {"past": ("yesterday", "today"), "present": (), "will": ("tomorrow", "today")}


def _held(adjective: str, noun: str) -> str:
    """The split in which a pair of adjective and noun may first be met."""
    mark = (sum(map(ord, adjective)) * 7 + sum(map(ord, noun))) % 16
    return ("validation", "test")[mark] if mark < 2 else "train"


_ADJECTIVES = {
    (split, noun): tuple(a for a in frame.adjectives if _held(a, noun) in ("train", split))
    for split in ("train", "validation", "test")
    for frame in (*_FRAMES, _PLACES)
    for noun in frame.nouns
}


class _ClauseWriter:
    """Writes one clause of a sentence: its tense, whether it is denied, and its subject."""

    def __init__(self, writer: Writer, symbols: list[str]):
        self.writer, self.pick, self.symbols = writer, writer.pick, symbols
        source = writer.source
        simple = "B" in symbols or "F" in symbols
        self.tense = self.pick(_SIMPLE) if simple else source.weighted(_TENSES, _TENSE_WEIGHTS)
        self.asked = "Q" in symbols
        self.denied = not self.asked and "F" not in symbols and source.chance(0.2)
        self.frame = self.pick(_FRAMES)
        self.subject = self.action = ""

    def words(self) -> list[str]:
        """The words of the clause, pattern symbol by pattern symbol."""
        about = self.frame if "B" in self.symbols else _PEOPLE
        self.subject, self.traits = self.subject_and_traits(about)
        return [getattr(self, f"_{symbol.lower()}")() for symbol in self.symbols]

    def subject_and_traits(self, about: _Frame) -> tuple[str, tuple[str, ...]]:
        """A pronoun, a visitor's name or a noun phrase, and the adjectives that fit it."""
        kind = self.writer.source.below(3)
        if kind == 0:
            return self.pick(_SUBJECTS), _PEOPLE.adjectives
        if kind == 1:
            return names.visitor_first_name(self.writer.source), _PEOPLE.adjectives
        return self.noun(about), about.adjectives

    def noun(self, frame: _Frame, nouns: tuple[str, ...] = ()) -> str:
        """A noun phrase: the loaf, a red boat, her old hat, two hungry geese."""
        noun, source = self.pick(nouns or frame.nouns), self.writer.source
        adjective = ""
        if source.chance(0.5):
            adjective = self.pick(_ADJECTIVES[self.writer.split, noun]) + " "
        counted = noun not in words.UNCOUNTED and frame is not _PLACES
        if counted and source.chance(0.15):
            return f"{self.pick(_NUMBERS)} {adjective}{words.plural(noun)}"
        if counted and source.chance(0.2):
            return an(adjective + noun)
        return f"{'the' if noun in _SHARED else self.pick(_OWNERS)} {adjective}{noun}"

    def is_many(self) -> bool:
        """Whether the subject takes the plural verb form."""
        return self.subject in _SUBJECTS_MANY or self.subject.startswith(_NUMBERS)

    def helper(self) -> str:
        """The helper verb of a question or a denial."""
        if self.tense == "past":
            return "did"
        return self.tense if self.tense != "present" else "do" if self.is_many() else "does"

    def verb(self, base: str) -> str:
        """The verb with what stands around it."""
        if self.asked:
            return base
        if self.denied:
            return f"{'can' if self.tense == 'can' else self.helper() + ' '}not {base}"
        _, third, past = _FORMS[base]
        if self.tense == "past":
            return past
        if self.tense == "present":
            return base if self.is_many() else third
        return f"{self.tense} {base}"

    def _q(self) -> str:
        return self.helper()

    def _s(self) -> str:
        return self.subject

    def _v(self) -> str:
        return self.verb(self.pick(self.frame.verbs))

    def _i(self) -> str:
        self.action = self.pick(_MOVING if "M" in self.symbols else _STILL)
        return self.verb(self.action)

    def _b(self) -> str:
        if self.tense == "past":
            be = "were" if self.is_many() and self.subject != "I" else "was"
        else:
            be = "am" if self.subject == "I" else "are" if self.is_many() else "is"
        return f"{be} not" if self.denied else be

    def _o(self) -> str:
        if self.frame is _PEOPLE and self.writer.source.chance(0.5):
            if self.writer.source.chance(0.5):
                return self.pick([o for o in _OBJECTS if o != _ONESELF.get(self.subject)])
            return names.visitor_first_name(self.writer.source)
        return self.noun(self.frame)

    def _p(self) -> str:
        if self.action == "swim":
            return f"in {self.noun(_PLACES, _WATERS)}"
        phrase = self.noun(_PLACES)
        return f"{self.pick(_WHERE[phrase.split()[-1]])} {phrase}"

    def _t(self) -> str:
        return self.pick(_TIMES + _NOW.get(self.tense, _NOW["will"]))

    def _f(self) -> str:
        return self.pick(("often", "always"))

    def _m(self) -> str:
        return self.pick(("slowly", "quickly"))

    def _j(self) -> str:
        passing = tuple(trait for trait in self.traits if trait in _PASSING)
        return self.pick(passing if "T" in self.symbols else self.traits)


def sentence(writer: Writer) -> str:
    """One plain English sentence that the dialect can say."""
    pattern = writer.pick(PATTERNS.by_split[writer.split])
    said: list[str] = []
    symbols: list[str] = []
    for symbol in pattern.split():
        if symbol in words.CONJUNCTIONS:
            said += [*_ClauseWriter(writer, symbols).words(), symbol]
            symbols = []
        else:
            symbols.append(symbol)
    said += _ClauseWriter(writer, symbols).words()
    return upper(" ".join(said)) + ("?" if pattern.startswith("Q") else ".")


def dialect(writer: Writer) -> Document:
    """Two to four sentences with their translations; fields pairs, and the first pair's parts."""
    pairs = []
    for _ in range(writer.source.integer(2, 4)):
        english = sentence(writer)
        brindle = to_dialect(english)
        writer.fact(english, "in Brindle", brindle)
        pairs.append((english, brindle))
    text = "\n".join(f"English: {english}\nBrindle: {brindle}" for english, brindle in pairs)
    english, brindle = pairs[0]
    return writer.document("dialect", text, english=english, dialect=brindle, pairs=tuple(pairs))
