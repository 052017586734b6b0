"""Rules of form that a system line can give, such as "answer in capital letters".

`keeps` checks an answer against a rule, `shape` brings a plain answer into its form. A rule is
named by its kind, and by its own word where it has one: "capitals", "last word:Brindle". The
wordings are in `turn_phrases.py`; `turns.py` and reward functions use the rules.
"""

import re
from collections.abc import Callable

from workbook.town.texts.turns import turn_phrases as say
from workbook.town.writer import Writer, upper

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()


def _sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s|$)", text))


# kind: does an answer keep it? The second argument is the rule's own word.
_KEEPS: dict[str, Callable[[str, str], bool]] = {
    "one word": lambda answer, _: len(answer.split()) == 1,
    "one sentence": lambda answer, _: _sentences(answer) == 1,
    "two sentences": lambda answer, _: _sentences(answer) == 2,
    "ten words": lambda answer, _: len(answer.split()) <= 10,
    "capitals": lambda answer, _: answer.isupper(),
    "name first": lambda answer, word: answer.startswith(f"{word}, "),
    "greeting first": lambda answer, word: answer.startswith(f"{word}. "),
    "last word": lambda answer, word: answer.endswith(f" {word}."),
    "question last": lambda answer, _: answer.endswith("?"),
    "quotes": lambda answer, _: bool(re.fullmatch(r'"[^"]+"', answer)),
    "brackets": lambda answer, _: bool(re.fullmatch(r"\([^()]+\)", answer)),
    "signed": lambda answer, word: answer.endswith(f" Yours, {word}."),
    "no digits": lambda answer, _: not re.search(r"\d", answer),
    "numbered": lambda answer, _: bool(re.match(r"[1-9]\. \S", answer)),
    "cannot help": lambda answer, word: (
        answer == word or not re.search("cannot help|do not know", answer)
    ),
    "form of address": lambda answer, word: word in answer,
}
CONSTRAINTS = tuple(_KEEPS)


def keeps(constraint: str, answer: str) -> bool:
    """Say whether an answer keeps a constraint such as "capitals" or "last word:Brindle".

    Raises ValueError for an unknown constraint.
    """
    kind, _, word = constraint.partition(":")
    check_kind(kind)
    return bool(answer.strip()) and _KEEPS[kind](answer.strip(), word)


def check_kind(kind: str) -> None:
    """Raise ValueError unless the kind of constraint exists."""
    if kind not in _KEEPS:
        raise ValueError(f"no constraint {kind!r}; choose one of {', '.join(CONSTRAINTS)}")


def draw_word(writer: Writer, kind: str | None) -> str:
    """Draw the rule's own word, "" for none; the user's name is known only when it is told."""
    tables = {
        "greeting first": say.GREETINGS_FIRST, "last word": say.LAST_WORDS,
        "form of address": say.ADDRESSES,
    }  # fmt: skip
    if kind == "signed":
        return writer.visitor().first
    if kind == "cannot help":
        return say.CANNOT
    return writer.say(tables[kind]) if kind in tables else ""


def shape(writer: Writer, kind: str | None, word: str, number: int, answer: str, short: str) -> str:
    """Bring an answer into the rule's form.

    answer: one sentence; short: the same in one word; number: which answer of the chat it is.
    """
    match kind:
        case "one word":
            return f"{short}."
        case "two sentences":
            return f"{answer} {writer.say(say.SECOND_SENTENCES)}"
        case "capitals":
            return answer.upper()
        case "name first":
            rest = answer if answer.startswith("I ") else answer[0].lower() + answer[1:]
            return f"{word}, {rest}"
        case "greeting first":
            return f"{word}. {answer}"
        case "last word":
            return f"{answer} {word}."
        case "question last":
            return answer if answer.endswith("?") else f"{answer} {writer.say(say.LAST_QUESTIONS)}"
        case "quotes":
            return f'"{answer}"'
        case "brackets":
            return f"({answer})"
        case "signed":
            return f"{answer} Yours, {word}."
        case "no digits":
            return _in_words(answer)
        case "numbered":
            return f"{number}. {answer}"
        case "form of address":
            return f"{answer[:-1]}, {word}{answer[-1]}"
    return answer


def shape_value(kind: str | None, value: str) -> str:
    """A value as it stands in an answer of the rule's form."""
    forms = {"capitals": str.upper, "no digits": _in_words, "one word": upper}
    return forms.get(kind, str)(value)


def _in_words(text: str) -> str:
    return re.sub(r"\d+", lambda match: NUMBERS[int(match.group())], text)
