"""What ELIZA knows: names are found as whole words, and every template fits its pattern."""

from workbook.welcome.eliza import Eliza
from workbook.welcome.eliza_script import MEMORY, SCRIPT, Keyword


def test_every_template_of_the_script_fits_its_pattern():
    """Guards against {2} where a pattern has two parts: it would only fail in a conversation."""
    for word in SCRIPT:
        for rule in word.rules:
            parts = sum(piece == "*" or "|" in piece for piece in rule.pattern.split())
            for template in rule.templates:
                assert template.format(*["x"] * parts)
    assert all(template.format("a", "b") for template in MEMORY)


def test_every_keyword_of_the_script_can_answer_alone():
    for word in SCRIPT:
        for name in word.names:
            answer = Eliza([word]).answer(f"i think my {name} you me")
            assert answer.keyword is None or answer.keyword in word.names
            assert Eliza().answer(name).text


def test_a_name_is_found_as_whole_words_in_any_case():
    greeting = Keyword(("good morning", "hi"), 0, ())
    assert greeting.found_in("Good Morning to you") == "good morning"
    assert greeting.found_in("so HI") == "hi"
    assert greeting.found_in("this morning is good") is None


def test_of_two_names_in_a_clause_the_one_listed_first_is_found():
    assert Keyword(("boat", "ferry"), 1, ()).found_in("the ferry and the boat") == "boat"


def test_every_name_of_the_script_can_be_found_and_stands_there_once():
    """A capital in a name would keep it from ever being found."""
    names = [name for word in SCRIPT for name in word.names]
    assert len(set(names)) == len(names)
    assert all(word.found_in(f"so {name} it") == name for word in SCRIPT for name in word.names)


def test_only_what_was_said_about_my_is_remembered():
    remembers = [word for word in SCRIPT if word.remembers]
    assert all("* my " in word.rules[0].pattern for word in remembers) and len(remembers) == 2
