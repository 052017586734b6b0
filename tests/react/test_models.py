"""Models without weights: replies one after another, cut where they stop, counted in words."""

import pytest

from workbook.react.models import STOP, Playback, Reply, count_words, word_reply

CHAT = [{"role": "user", "content": "one two"}, {"role": "tool", "content": " three\nfour  five "}]


def test_words_stand_for_tokens():
    assert [count_words(text) for text in ("", "  ", "a", " a  b\nc ")] == [0, 0, 1, 3]
    assert word_reply(CHAT, "six seven", ()) == Reply("six seven", 5, 2)
    assert word_reply([], "", ()) == Reply("", 0, 0)


def test_a_reply_ends_where_it_would_invent_an_observation():
    """What is cut off is not counted either."""
    text = "Action: look[A; job]\nObservation: a baker"
    assert word_reply(CHAT, text, STOP) == Reply("Action: look[A; job]", 5, 3)
    assert word_reply(CHAT, text, ()).text == text
    assert word_reply(CHAT, text, ("job", "look")) == Reply("Action: ", 5, 1)


def test_a_playback_says_its_texts_in_order_whatever_it_is_asked():
    model = Playback(text for text in ("a\nObservation: b", "c d"))
    assert model(CHAT) == Reply("a", 5, 1), "stopped as the loop stops models"
    assert model.said == 1
    assert model([], stop=(), max_tokens=1) == Reply("c d", 0, 2)
    for _ in range(2):
        with pytest.raises(ValueError, match="^this playback has 2 replies, and all were given.$"):
            model(CHAT)
    assert model.said == 2


def test_an_empty_playback_has_nothing_to_say():
    with pytest.raises(ValueError, match="this playback has 0 replies"):
        Playback([])(CHAT)
