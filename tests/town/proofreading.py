"""A small proofreader for the town's English: `proofread(text)` lists what is wrong with a text.

It knows the slips a text generator makes: wrong articles, broken agreement, doubled words, loose
punctuation, unfilled slots. It is no grammar of English: a text without a complaint may still be
clumsy, but each complaint should be a real mistake. The word lists are in `proofreading_words.py`.
"""

import re
from collections.abc import Iterator

import proofreading_words as words

from workbook.town import names
from workbook.town.vocabulary import MONTHS, PLACES, WEEKDAYS


def proofread(text: str) -> list[str]:
    """Everything that looks wrong, as “rule: the words in question”; empty when all is well."""
    text = _CHAT_MARK.sub("", text)
    return [complaint for rule in RULES for complaint in rule(text)]


def sentences(text: str) -> list[str]:
    """The sentences of a text, labels like “Answer: ” cut off and headings left out."""
    found = []
    for line in text.splitlines():
        body = _LABEL.sub("", line)
        found += [s for s in _SENTENCE_GAP.split(body) if s and s.rstrip(CLOSERS)[-1:] in ".!?"]
    return found


CLOSERS = "\"')"
_CHAT_MARK = re.compile(r"<\|\w+\|>")
_WORD_LIST = re.compile(r"[a-z]+(?:, [a-z]+)*(?: and [a-z]+)?\.?")
_NOTE = re.compile(rf"(?:{'|'.join(sorted(words.NOTES))})\b")
_LABEL = re.compile(r"^[A-Za-z][\w' ]{0,40}: ")
_SENTENCE_GAP = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')]))\s+(?=[\"'(]?[A-Z0-9])")


def _any(options: str | set[str] | frozenset[str]) -> str:
    """A pattern for any one of some words (a set, or words in one string)."""
    chosen = options.split() if isinstance(options, str) else options
    return "(?:" + "|".join(sorted(map(re.escape, chosen), key=lambda w: (-len(w), w))) + ")"


def _rule(name: str, pattern: str, flags: int = re.I):
    """A rule that complains about every match of a pattern."""
    compiled = re.compile(pattern, flags)

    def rule(text: str) -> Iterator[str]:
        for match in compiled.finditer(text):
            yield f"{name}: {match.group().strip()}"

    return rule


# ---- characters, spaces, punctuation ---------------------------------------------------------

characters = _rule("character outside ASCII", r"[^\n\x20-\x7e]")
slots = _rule("unfilled slot", r"[{}]|\b(?:None|nan|NaN)\b", flags=0)
spaces = _rule("spacing", r"\S  +\S|^ +\S|\S[ ]+$|\S+ [,.;:!?](?!\w)|\( | \)", flags=re.M)
tight = _rule("missing space", r"[A-Za-z]+[,;!?][A-Za-z]+|[a-z]+\.[A-Z][a-z]*|\w+:[A-Za-z]+", 0)
marks = _rule(
    "punctuation",
    r"\w*(?:[,;:][,;:.!?]|(?<!\.)\.\.(?!\.)|\.{4,}|!!|\?\?|!\?|\?!|[?!]\.|(?<!\.)\.[,;:!?])",
)


def pairs(text: str) -> Iterator[str]:
    """Double quotes and brackets come in pairs on each line."""
    for line in text.splitlines():
        if line.count('"') % 2 or line.count("(") != line.count(")"):
            yield f"unbalanced quotes or brackets: {line}"


def sentence_shape(text: str) -> Iterator[str]:
    """Sentences start with a capital and end with a mark; headings and short answers need none."""
    title, *rest = filter(None, text.splitlines())
    for line in rest or [title]:
        label = _LABEL.match(line)
        body = line[label.end() :] if label else line
        noted = bool(label) and (
            line[0].islower() or _NOTE.match(line) or _WORD_LIST.fullmatch(body)
        )
        if not noted and not re.match(r"[\"'(]?[A-Z0-9]|\.\.\. ", body):
            yield f"no capital at the start: {body[:40]}"
        for match in re.finditer(r"(?<!\.)[.!?]\)? [a-z]\w*", body):
            yield f"no capital after a full stop: {match.group()}"
        if body.rstrip(CLOSERS)[-1:] not in tuple(".!?") and not (noted or _is_heading(body)):
            yield f"no mark at the end: {body[-40:]}"


def _is_heading(body: str) -> bool:
    """A heading or a line of a list: no sentence in it, a name or a row of figures."""
    if re.search(r"[.!?][\"')]* ", body) or re.search(rf"\b{_any(words.PRONOUNS)}\b", body):
        return False
    rows = re.search(r"\d|:$", body)
    names = [w[0].isupper() for w in body.split()]
    return bool(rows) or (len(names) <= 10 and names[0])


# ---- articles --------------------------------------------------------------------------------


def _opens_with_vowel_sound(word: str) -> bool:
    if word[0].isdigit():
        digits = re.match(r"\d+", word).group()
        return digits[0] == "8" or digits in ("11", "18")
    if len(word) == 1 or (word.isupper() and len(word) < 5):
        return word[0].upper() in "AEFHILMNORSX"
    low = word.lower()
    if low.startswith(words.SILENT_H):
        return True
    return low[0] in "aeiou" and not low.startswith(words.SOUND_LIKE_YOU_OR_W)


def articles(text: str) -> Iterator[str]:
    """“a” before a consonant sound, “an” before a vowel sound."""
    for match in re.finditer(r"(?<![\w'.-])(an?) [\"']?([A-Za-z0-9]+)", text, re.I):
        article, word = match.groups()
        if article == "A" and len(word) == 1:
            continue
        if (article.lower() == "an") != _opens_with_vowel_sound(word):
            yield f"article: {match.group()}"


# ---- agreement of subject and verb -----------------------------------------------------------

_BASE, _THIRD = _any(words.BASE_FORMS), _any(words.THIRD_PERSON)
_NOT_BEFORE = "".join(rf"(?<!\b{w}\s)" for w in words.TAKE_BASE_FORM)
_NOT_AFTER_PREPOSITION = "".join(rf"(?<!\b{w}\s)" for w in words.PREPOSITIONS)
_NAME = r"(?:[A-Z][a-z]+ )?[A-Z][a-z]*[a-rt-z]"
_NUMBERS = rf"(?:(?<![\d.,:])(?:[2-9]|[1-9]\d+)|\b{_any(words.NUMBER_WORDS)})"

agreement_rules = (
    _rule(
        "he, she, it", rf"\b(?=he|she|it){_NOT_BEFORE}(?:he|she|it) (?:{_BASE}|are|have|do|don't)\b"
    ),
    _rule(
        "he, she, it were", r"(?<!\bif )(?<!though )(?<!wish )(?<!wishes )\b(?:he|she|it) were\b"
    ),
    _rule(
        "we, you, they",
        rf"\b(?=we|you|they){_NOT_AFTER_PREPOSITION}(?<!\band\s)(?:we|you|they) "
        rf"(?:{_THIRD}|is|was|has|does|doesn't|isn't|wasn't|hasn't)\b",
    ),
    _rule(
        "I", rf"(?<!\band )\bI (?:{_THIRD}|is|are|has|does|doesn't|isn't|were(?! you))\b", flags=0
    ),
    _rule("there is + plural", rf"\bthere(?: is|'s| was| has been) (?:{_NUMBERS}|many|several)\b"),
    _rule(
        "there are + singular",
        r"\bthere (?:are|were|have been) (?:an|one|1(?![\d.:])"
        r"|a(?! (?:few|lot|couple|hundred|dozen|thousand|great many|good many|number)))\b",
    ),
    _rule("each, every", r"\b(?:each|every) [a-z]+ (?:are|were|have|do)\b"),
    _rule("these, those", r"(?<!\bof )\b(?:these|those) [a-z]+ (?:is|was|has)\b"),
    _rule(
        "name + verb",
        rf"(?:^|(?<=[.!?] ))(?!{_any(words.OPENERS)} ){_NAME} (?:{_BASE}|are|were|have|do)\b",
        re.M,
    ),
    _rule(
        "two names + verb",
        rf"(?:^|(?<=[.!?] )){_NAME} and {_NAME} (?:{_THIRD}|is|was|has|does)\b",
        re.M,
    ),
    _rule(
        "number + is",
        rf"\b(?=\d|[efnost]){_NOT_AFTER_PREPOSITION}(?<!\bthe\s){_NUMBERS} "
        rf"(?!{_any(words.UNITS)}\b)[a-z]+s (?:is|was|has)\b",
    ),
    _rule(
        "helping verb + -s",
        rf"\b(?!May\b)(?i:{_any(words.HELPING)})(?:n't| not)?(?: (?:I|he|she|it|we|you|they))? "
        rf"(?:{_any(words.CLEAR_THIRD_PERSON)})\b",
        flags=0,
    ),
    _rule("helping verb + past", rf"\b{_any(words.HELPING)}(?:n't| not)? {_any(words.PASTS)}\b"),
    _rule(
        "helping verb, pronoun, past",
        rf"\b(?:did|does) (?:I|he|she|it|we|you|they) (?:{_any(words.PASTS)}|had|was|were)\b",
    ),
    _rule("have + past", rf"\b(?:has|have|had)(?:n't| not)? {_any(words.PASTS_NOT_PARTICIPLES)}\b"),
)


# ---- numbers and nouns, possessives, doubled words ---------------------------------------------

_AFTER_NOUN = rf"(?=[.,;:!?]|$| {_any(words.FOLLOW_A_NOUN)}\b)"
number_rules = (
    _rule(
        "1 + plural",
        rf"(?<![\d.,:])\b(?:1|one|a single) {_any(words.PLURALS)}\b",
    ),
    _rule(
        "1 + plural",
        rf"(?<![\w.,:/-])(?<!Step )(?<!Bus )(?<!Ferry )1 (?!{_any(words.NOT_PLURAL)}\b)"
        r"[a-z]+[a-rt-z]s\b",
        flags=0,
    ),
    _rule("number + singular", rf"{_NUMBERS} {_any(words.SINGULARS)}{_AFTER_NOUN}", re.M | re.I),
    _rule("decimal + singular", r"\d+\.\d\d crown\b"),
    _rule("many + singular", rf"\b(?:many|several|few) {_any(words.SINGULARS)}{_AFTER_NOUN}"),
    _rule("much + plural", rf"\b(?:much) {_any(words.PLURALS)}\b"),
)
possessives = _rule(
    "possessive",
    r"'s's|s''|'s\w|\w+ 's\b|\b(?:her|his|their|our|your|its)'s\b|\b(?:hers|theirs|ours|yours)'"
    rf"|\bit's (?:own|{_any(words.OWNED)})\b|\bits (?:a|an|the|not|been|too)\b"
    rf"|\bwho's {_any(words.OWNED)}\b|\byour (?:welcome|are|a)\b|\b(?:could|should|would) of\b",
)
capital_i = _rule("lower-case I", r"(?<![\w'.-])i(?:'(?:m|ve|d|ll))?(?![\w'.-])", flags=0)


def doubled(text: str) -> Iterator[str]:
    """The same word twice, apart from the few pairs that English allows."""
    for match in re.finditer(r"(?<![\w'-])([a-z']+) \1(?![\w'-])", text, re.I):
        if match.group(1).lower() not in words.MAY_BE_DOUBLED:
            yield f"doubled word: {match.group()}"


# ---- articles before names, prepositions, and phrases that nobody says ---------------------------

_PLACE_NOUN = _any({noun for noun, _ in PLACES.values()})
_PLACE_NAME = rf"{_any(set(names.PLACE_HEADS))} {_any(set(names.PLACE_NOUNS))} {_PLACE_NOUN}\b"
_STREET_NAME = rf"{_any(set(names.STREET_HEADS))} {_any(set(names.STREET_TAILS))}\b"
_DAY = _any(set(WEEKDAYS))

name_rules = (
    # a colon, as in "place: Blue Oar Bookshop", and the start of a line stay without "the"
    _rule("place without the", rf"(?<!\bthe)(?<!\bThe)(?<=[a-z.!?]) {_PLACE_NAME}", flags=0),
    _rule(
        "place without the",
        rf"\b(?:at|to|near|behind) (?!Driftwood)[A-Z][a-z]{{4,}} {_PLACE_NOUN}\b",
        flags=0,
    ),
    _rule("street with the", rf"\b[Tt]he {_STREET_NAME}", flags=0),
    _rule("preposition of a street", rf"(?<!votes )\b(?:[Aa]t|[Oo]n) {_STREET_NAME}", flags=0),
)
preposition_rules = (
    _rule(
        "preposition of a vehicle",
        r"\bin (?:a|the) (?:raft|ferry|bus|tram|train)\b(?! (?:race|ride|trip|station|stop))"
        r"|\bby the (?:bus|train)\b(?! (?:stop|station))|\bon (?:a|the) (?:canoe|kayak|car)\b",
    ),
    _rule("preposition of a day", rf"\b(?:in|at) (?:a |the )?{_DAY}\b", flags=0),
    _rule("preposition of a month", rf"(?<!\d )\b(?:on|at) {_any(set(MONTHS))}\b", flags=0),
    _rule(
        "preposition of an hour",
        r"\b[Aa]t the (?:morning|afternoon|evening)\b|\b[Oo]n the (?:afternoon|evening)[.,]"
        r"|\b[Ii]n (?:noon|night|midnight)\b",
        flags=0,
    ),
    _rule("preposition of a place", r"\bin (?:the|my|your|a) (?:beach|bridge|hill)\b(?! run)"),
)
phrase_rules = (
    _rule("a building stands", r"\bwhere (?:does|do|did) [^.?!]{0,60}\bstand(?: now)?\?"),
    _rule("a person is found", r"\bWho can be found\b|\bcan (?:[A-Z]\w+ ){1,2}be found in\b", 0),
    _rule(
        "since + present",
        rf"\bSince (?:{_DAY}|yesterday|the first \w+) (?:my|the|it|they|he|she) ?(?:[a-z]+ ){{0,2}}"
        r"(?:is|are|has a|will|makes|sticks|leans|leaks|hums|wobbles|flickers|fell|does)\b",
        flags=0,
    ),
    _rule("is + since", rf"\bis (?:\w+ )?since {_DAY}\b", flags=0),
    _rule(
        "of + article", r"\b(?:a handful|a bit|a piece|a pot) of an?\b|\ba little [a-z]+crumbs\b"
    ),
    _rule("pronoun for oneself", r"\bI(?: \w+){0,2} (?:see|saw|love|help|hear|heard) me\b", 0),
    _rule("pronoun for oneself", r"\bwe(?: did not| will| can)? [a-z]+ us\b"),
    _rule(
        "capital after a comma", r", (?:Please|It|They|There|This|Bring|Will you|The)\b", flags=0
    ),
    _rule(
        "old-fashioned",
        r"\breckon (?:this|that) out\b|\bearn\w* (?:his|her|their|my) bread\b"
        r"|\b(?:answer|address) stands in\b|\bhave you time\b|\bhas not a single\b"
        r"|\bsum from the school\b|\bto be had\b",
    ),
)

RULES = (
    characters, slots, spaces, tight, marks, pairs, sentence_shape, articles,
    *agreement_rules, *number_rules, possessives, capital_i, doubled, *name_rules,
    *preposition_rules, *phrase_rules,
)  # fmt: skip
