"""The dialect of Old Brindle: translations worked out by hand, forms of words, what is refused."""

import pytest

from workbook.town.dialect import DICTIONARY, to_dialect


@pytest.mark.parametrize(
    ("english", "brindle"),
    [
        ("She painted the red boat yesterday.", "Rostely shu da suttum pebow vainnundo."),
        ("Did she paint the red boat yesterday?", "Ke rostely shu da suttum pebow vainnundo?"),
        ("The dog is tired.", "Da pongel naddow es."),
        ("Is the dog tired?", "Ke da pongel naddow es?"),
        ("The tired dog will not sleep.", "Da pongel naddow skidun vol nok."),
        ("I can not swim in the cold river.", "Mu ni da klundock trelnow jatan dov nok."),
        ("I cannot swim.", "Mu jatan dov nok."),
        ("On Monday Chubbero sold two geese.", "Bo tallum Chubbero bess hoonocki smugundo."),
        ("They saw two fish.", "Ru bess snailmumi dreirrando."),
        ("We do not eat soup.", "Vu yazzum zaiddan nok."),
        ("He always sings in the evening.", "Ni da nundock su snubeth veingan."),
        (
            "You are happy because I met Phozza Steistandor.",
            "Tu hoogow es fesk mu Phozza Steistandor kleddando.",
        ),
        ("An old king walked slowly!", "Ul pluttock groostow sluggeth trivundo!"),
    ],
)
def test_by_hand(english, brindle):
    assert to_dialect(english) == brindle


@pytest.mark.parametrize(
    "english",
    ["She flies.", "She paints the boat", "The red boat.", "Slept in the field.", "", "I sit in."],
)
def test_other_sentences_are_refused(english):
    with pytest.raises(ValueError, match="dialect|sentence"):
        to_dialect(english)


@pytest.mark.parametrize(
    ("english", "message"),
    [
        ("She flies.", "no word for 'flies'"),
        ("She paints the boat", "end the sentence"),
        ("She paints washes the boat.", "has one verb"),
        ("Slept in the field.", "needs a subject and a verb"),
        ("The red boat.", "needs a subject and a verb"),
        ("I sit in.", "needs a noun after it"),
        ("I sit and the red boat.", "needs a subject and a verb"),
    ],
)
def test_a_refusal_says_what_is_missing(english, message):
    with pytest.raises(ValueError, match=message) as error:
        to_dialect(english)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("english", "brindle"),
    [
        ("The cat sat and the dog slept.", "Da foorrock drailnundo emb da pongel skidundo."),
        ("Will you mend the broken chair tomorrow?", "Ke seiteth tu da jorlel woomow pizzan vol?"),
        ("Yesterday we must not sing.", "Rostely vu veingan zek nok."),
    ],
)
def test_clauses_times_and_helpers_have_their_places(english, brindle):
    """Each clause by itself; time in front; verb, helper and "not" at the end, in this order."""
    assert to_dialect(english) == brindle


def test_every_form_of_a_word_is_in_the_dictionary():
    assert [DICTIONARY[form] for form in ("see", "sees", "saw")] == [
        ("verb", "dreirran"), ("verb", "dreirran"), ("verb", "dreirrando"),
    ]  # fmt: skip
    assert DICTIONARY["goose"] == ("noun", "hoonock")
    assert DICTIONARY["geese"] == ("noun", "hoonocki")
    assert DICTIONARY["fish"] == ("noun", "snailmum"), "one or many: a number tells"
    assert not {"soups", "honeys", "butters", "gooses"} & set(DICTIONARY)
