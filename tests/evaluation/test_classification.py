"""The classification report against plain counting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.evaluation.classification import report

LABELS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1)


@given(LABELS)
def test_every_number_by_plain_counting(pairs):
    said, true = zip(*pairs, strict=True)
    found = report(said, true)
    assert found.accuracy == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
    for label in found.labels:
        hits = sum(a == b == label for a, b in pairs)
        calls, cases = said.count(label), true.count(label)
        assert found.by_label[label].precision == pytest.approx(hits / calls if calls else 0)
        assert found.by_label[label].recall == pytest.approx(hits / cases if cases else 0)
        f1 = 2 * hits / (calls + cases)
        assert found.by_label[label].f1 == pytest.approx(f1)
    assert sum(map(sum, found.confusion)) == len(pairs)
    rows = dict(zip(found.labels, found.confusion, strict=True))
    assert {label: sum(rows[label]) for label in found.labels} == found.support
    # weighted recall is the accuracy, whatever the labels
    assert found.weighted.recall == pytest.approx(found.accuracy)


def test_a_guesser_on_lopsided_data():
    """95 of 100 right and not one of the rare cases found."""
    found = report(["no"] * 100, ["no"] * 95 + ["yes"] * 5)
    assert found.accuracy == 0.95 and found.by_label["yes"] == (0, 0, 0)
    assert found.macro.recall == 0.5
    assert found.confusion == ((95, 0), (5, 0))


def test_frame_has_labels_and_averages():
    frame = report(["a", "b", "a"], ["a", "b", "b"]).frame()
    assert list(frame.index) == ["a", "b", "macro average", "weighted average"]
    assert list(frame.columns) == ["precision", "recall", "f1", "support"]
    assert frame.loc["a", "precision"] == 0.5 and frame.loc["macro average", "support"] == 3


@pytest.mark.parametrize("said, true", [([], []), (["a"], ["a", "b"])])
def test_lists_that_do_not_pair_up(said, true):
    with pytest.raises(ValueError, match="do not pair up"):
        report(said, true)
