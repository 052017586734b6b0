"""What the metrics tell the `evaluate` library: a text, and one reference or several."""

import pytest

from workbook.evaluation.modules.text_pairs import info


def test_a_reference_is_a_list_of_texts_or_a_text():
    found = info("What it is.", "Who found it.")
    assert (found.description, found.citation) == ("What it is.", "Who found it.")
    several, single = found.features
    row = {"predictions": "a", "references": ["b", "c"]}
    assert several.encode_example(row) == row
    assert single.encode_example({**row, "references": "b"}) == {**row, "references": "b"}
    assert all(form["predictions"].dtype == "string" for form in (several, single))


@pytest.mark.parametrize("name", ["answers", "bleu", "rouge"])
def test_each_metric_takes_both_forms_and_says_whose_it_is(load, name):
    metric = load(name)
    assert metric.description and "(" in metric.citation
    assert list(metric.features) == info("", "").features
    said, wanted = ["the red boat", "a goose"], ["red boat", "swan"]
    single = load(name).compute(predictions=said, references=wanted)
    assert single == load(name).compute(predictions=said, references=[[one] for one in wanted])
