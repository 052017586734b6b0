"""The edition without answers: stored results, and what stands for an answer that is open."""

import json
import operator

import pytest
import torch

from workbook.core.exercises import exercise as ex
from workbook.core.exercises import plain_values, sealed

SEALED = {
    "fake.double": {
        "seed": 41,
        "version": "0123456789abcdef",
        "calls": [
            {"arguments": plain_values.encode(arguments), "result": plain_values.encode(result)}
            for arguments, result in (((3,), 6), ((torch.ones(2),), 2 * torch.ones(2)))
        ],
    },
    "fake.length": {"seed": 41, "version": "fedcba9876543210"},
}
NEEDED = "This needs your answer to fake.double: this edition of the course does not hold one."


@pytest.fixture
def edition(tmp_path, monkeypatch):
    """A package in which two exercises of the topic are sealed."""
    folder = tmp_path / "package" / "fake"
    folder.mkdir(parents=True)
    (folder / sealed.FILE).write_text(json.dumps(SEALED), encoding="utf-8")
    place = tmp_path / "package" / "core" / "exercises" / "sealed.py"
    monkeypatch.setattr(sealed, "__file__", str(place))
    _forget()
    yield
    _forget()


def _forget():
    sealed._file.cache_clear()
    sealed._by_arguments.cache_clear()


def test_a_result_is_known_for_the_stored_arguments_alone(edition):
    assert sealed.stored("fake.double", (3,)) == 6
    assert sealed.stored("fake.double", (torch.ones(2),)).tolist() == [2.0, 2.0]
    for others in ((4,), (3.0,), (3, 3), (torch.ones(3),), (torch.ones(2).double(),)):
        with pytest.raises(sealed.Sealed) as told:
            sealed.stored("fake.double", others)
        assert str(told.value) == NEEDED


def test_only_what_the_file_names_is_sealed(edition):
    assert sealed.seed_of("fake.double") == 41 and sealed.seed_of("fake.other") is None
    assert sealed.version_of("fake.length") == "fedcba9876543210"
    assert sealed.version_of("nowhere.x") is None
    with pytest.raises(sealed.Sealed, match="your answer to fake.length"):
        sealed.stored("fake.length", (7,))


def test_the_course_itself_holds_its_answers():
    assert {sealed.seed_of(name) for name in ex.catalogue()} == {None}


def test_sealed_checks_use_the_stored_seed_and_a_prediction_is_noted(topic, edition):
    assert ex.check("fake.double", lambda x: 2 * x, seed=5).seed == 41
    assert ex.check("fake.double", lambda x: 3 * x).status == "wrong"
    assert ex.check("fake.length", 3).status == "noted"
    assert ex.check("fake.length", None).status == "unanswered"


@pytest.mark.parametrize(
    "use",
    [
        bool, len, float, int, str, iter, operator.neg, "{}".format,
        lambda x: x[0], lambda x: x.sum(), lambda x: x(3), lambda x: x + 1, lambda x: 2 - x,
        lambda x: x @ x, lambda x: x < 1, lambda x: operator.setitem(x, 0, 1),
    ],
)  # fmt: skip
def test_whatever_uses_an_open_answer_says_so(use):
    with pytest.raises(sealed.Sealed) as told:
        use(sealed.Open("fake.double"))
    assert str(told.value) == NEEDED


def test_an_open_answer_can_be_looked_at():
    """IPython asks an object for its forms; those who look read the sentence."""
    stands_for = sealed.Open("fake.double")
    assert repr(stands_for) == NEEDED
    assert not hasattr(stands_for, "_repr_html_") and not hasattr(stands_for, "__array__")
