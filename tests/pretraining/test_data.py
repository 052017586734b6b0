"""Rows of text: a ribbon that is cut, or a document a row, with begin, end and padding."""

from itertools import islice

import pytest

from workbook.pretraining import data
from workbook.town import Document


def test_rows_are_the_ribbon_of_documents_cut(tokenizer):
    documents = [document.text for document in islice(data.town_documents(0), 30)]
    ribbon = [token for text in documents for token in data.document_ids(text, tokenizer)]
    rows = data.text_rows(documents, tokenizer, 5, length=40)
    assert rows.flatten().tolist() == ribbon[:200]
    said = tokenizer.decode(rows.flatten(), skip_special_tokens=False)
    assert said.startswith("<|bos|>" + documents[0] + "<|end|><|bos|>")


def test_too_little_text_is_one_sentence(tokenizer):
    with pytest.raises(ValueError, match="give more text") as error:
        data.text_rows(["One."], tokenizer, 3)
    assert "\n" not in str(error.value)


def test_a_document_stands_between_a_begin_and_an_end_token(tokenizer):
    ids = data.document_ids("The boat is late.", tokenizer)
    assert (ids[0], ids[-1]) == (tokenizer.bos_token_id, tokenizer.eos_token_id)
    assert tokenizer.decode(ids[1:-1]) == "The boat is late."
    assert len(data.document_ids("", tokenizer)) == 2


def test_what_does_not_fit_into_a_row_is_passed_over(tokenizer):
    texts = ("Yes.", "The old boat is late again.", "No.", "So it is.")
    documents = [Document(text, "note", 0.0, (), "train", {}) for text in texts]
    longest = len(data.document_ids("So it is.", tokenizer))
    found = data.whole_documents(documents, tokenizer, 3, longest)
    assert [document.text for _, document in found] == ["Yes.", "No.", "So it is."]
    assert all(ids == data.document_ids(document.text, tokenizer) for ids, document in found)
    assert len(data.whole_documents(documents, tokenizer, 2, longest)) == 2


def test_a_document_a_row_is_padded_on_the_right(tokenizer):
    rows = data.document_rows(data.town_documents(3), tokenizer, 6)
    pairs = data.whole_documents(data.town_documents(3), tokenizer, 6)
    assert rows.shape == (6, max(len(ids) for ids, _ in pairs))
    for row, (ids, _) in zip(rows.tolist(), pairs, strict=True):
        assert row[: len(ids)] == ids and set(row[len(ids) :]) <= {tokenizer.pad_token_id}


def test_the_lessons_text_is_of_two_kinds_and_comes_again_by_its_seed():
    documents = list(islice(data.town_documents(5), 200))
    assert {each.kind for each in documents} == set(data.MIXTURE)
    polite = sum(each.kind == "politeness" for each in documents)
    assert polite / 200 == pytest.approx(data.MIXTURE["politeness"], abs=0.12)
    again, other = (next(data.town_documents(seed)).text for seed in (5, 6))
    assert again == documents[0].text != other
