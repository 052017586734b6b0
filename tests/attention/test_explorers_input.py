"""The explorer of tokens: the same text after more and more merges."""

import pytest

from workbook.attention import BytePairEncoder, explorers, explorers_input


def test_text_is_text_not_markup():
    encoder = BytePairEncoder.train(["<b> it"] * 3, 260)
    drawn = explorers_input.tokenizer_explorer(encoder, "<b> it").figure(merges=0).data[0].text
    assert "".join(word for row in drawn for word in row) == "&lt;b&gt;␣it"


def test_tokens_after_more_merges():
    encoder = BytePairEncoder.train(["the baker bakes the bread"] * 3, 280, special=["<end>"])
    explorer = explorers.tokenizer_explorer(encoder, "the bread")
    first = explorer.figure(merges=0)
    pieces, last = (
        [w for row in f.data[0].text for w in row if w] for f in (first, explorer.figure())
    )
    assert pieces == list("the␣bread"), "C8: the text itself, not bars whose heights mean nothing"
    assert "".join(last) == "the␣bread" and len(last) < 9
    assert [z for z in first.data[0].z[0] if z is not None] == [place % 2 for place in range(9)]
    table = explorers_input.token_table(["the", "␣b"])
    assert table.to_dict("records") == [{"tokens": 2, "pieces": "the | ␣b"}]
    with pytest.raises(ValueError, match="shorter text"):
        explorer.figure(text="x" * 200, merges=0)


@pytest.fixture(scope="module")
def explorer():
    encoder = BytePairEncoder.train(["the baker bakes the bread"] * 3, 280, special=["<end>"])
    return explorers_input.tokenizer_explorer(encoder, "the bread")


def test_the_slider_goes_from_no_merge_to_all_of_them(explorer):
    merges = explorer.controls["merges"]
    assert (merges.low, merges.step) == (0, 1) and merges.default == merges.high > 10
    assert merges.grid[0] == 0 and merges.grid[-1] == merges.high
    assert list(merges.grid) == sorted(set(merges.grid))


def test_the_alt_text_and_the_title_count_the_tokens(explorer):
    figure = explorer.figure(text="the", merges=0)
    assert figure.layout.meta["alt"].startswith("3 tokens: t | h | e")
    assert figure.layout.title.text == "3 tokens"
    assert explorer.figure(text="the").layout.meta["alt"].startswith("1 tokens: the")


def test_a_text_without_a_character_is_refused(explorer):
    with pytest.raises(ValueError, match="Write a text: at least one character"):
        explorer.figure(text=" ")
