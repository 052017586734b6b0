"""A stand-in for each age, and the eight tasks of one model."""

from workbook.core.hub import bundled
from workbook.tasks import TASKS
from workbook.welcome import ages
from workbook.welcome.answers import LanguageModel, Trio
from workbook.welcome.markov import Chain, words

QUESTION = "Where does Bridor Mossbrock work?"


def test_every_age_answers_in_its_own_way(documents, trained):
    model, tokenizer = bundled("town-instruct")
    chain = Chain([words(text) for text in documents], 4)
    trio = Trio(chain, LanguageModel(model, tokenizer))
    table = ages.ask_the_ages(QUESTION, trio, trained, bundled("town-lm"))
    assert len(table) == 6 and table.says.str.len().min() > 0
    eliza, markov, tuned = trio.ask(QUESTION)
    assert table.says.iloc[0] == eliza.text and table.says.iloc[1] == markov.text
    assert table.says.iloc[5] == tuned.text == "Bridor Mossbrock works at the Silver Magpie Shoes."
    assert "Silver Magpie Shoes" in table.says.iloc[4], "two examples turn the page into an answer"


def test_one_model_is_asked_all_eight_tasks():
    model, tokenizer = bundled("town-instruct")
    table = ages.eight_tasks(LanguageModel(model, tokenizer))
    assert list(table.index) == [task.asks for task in TASKS.values()] and len(table) == 8
    marks = table.score.astype(float)
    assert ((marks >= 0) & (marks <= 1)).all() and marks.sum() > 2
    assert not table.map(lambda cell: "\n" in cell).any().any()


def test_a_long_text_is_shown_by_its_end():
    text = " ".join(f"word{n}" for n in range(60))
    assert ages._short(text).startswith("… word") and ages._short(text).endswith("word59")
    assert ages._short("a\n b") == "a b"


def test_the_ages_are_in_order_and_the_winters_before_the_transformer():
    years = [age.year for age in ages.AGES]
    assert years == sorted(years) and int(years[0]) == 1966 and int(years[-1]) == 2022
    assert all(1966 < start < end < 2017 for start, end in ages.WINTERS)
