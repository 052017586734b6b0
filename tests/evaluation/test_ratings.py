"""From votes to ratings, with intervals, and the ballots that a learner fills in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.evaluation import ratings
from workbook.evaluation.ratings import MIDDLE, Vote

NAMES = st.sampled_from("abcd")
VOTES = st.lists(st.tuples(NAMES, NAMES).filter(lambda p: p[0] != p[1]), min_size=1, max_size=30)


def votes_of(pairs):
    return [Vote(*pair) for pair in pairs]


def test_two_systems_have_the_odds_of_their_votes():
    """Three of four votes, and one drawn game: odds 3.5 to 1.5."""
    found = ratings.bradley_terry(votes_of(["ab", "ab", "ab", "ba"]))
    assert found["a"] - found["b"] == pytest.approx(400 * math.log10(3.5 / 1.5), abs=1e-6)
    assert ratings.win_probability(found["a"], found["b"]) == pytest.approx(0.7)


@given(VOTES)
def test_ratings_are_where_the_likelihood_is_largest(pairs):
    """At the maximum everybody's expected wins are the wins they have, drawn games included."""
    votes = votes_of(pairs)
    found = ratings.bradley_terry(votes, rounds=3000)
    names = list(found)
    for one in names:
        others = [name for name in names if name != one]
        wins = sum(vote.winner == one for vote in votes) + len(others) / 2
        expected = sum(
            (1 + sum(set(vote) == {one, other} for vote in votes))
            * ratings.win_probability(found[one], found[other])
            for other in others
        )
        assert expected == pytest.approx(wins, abs=1e-3)
    assert sum(found.values()) / len(found) == pytest.approx(MIDDLE)


def test_intervals_hold_the_rating_and_shrink_with_votes():
    few = ratings.rate(votes_of(["ab", "ab", "ba", "bc", "cb", "ac"] * 2))
    many = ratings.rate(votes_of(["ab", "ab", "ba", "bc", "cb", "ac"] * 30))
    assert list(few) == list(many) and list(many)[0] == "a"
    for name, one in many.items():
        assert one.low <= one.mean <= one.high
        assert one.high - one.low < few[name].high - few[name].low


def test_ballots_hide_the_systems_and_are_fair():
    tasks = [f"talk {number}" for number in range(24)]
    texts = {name: [f"{name}{number}" for number in range(24)] for name in "wxyz"}
    papers = ratings.ballots(tasks, texts)
    assert papers == ratings.ballots(tasks, texts) != ratings.ballots(tasks, texts, seed=1)
    met = [frozenset(paper.systems) for paper in papers]
    assert len(set(met)) == 6 and all(met.count(pair) == 4 for pair in met)
    assert 4 < sum(paper.systems[0] < paper.systems[1] for paper in papers) < 20
    for number, paper in enumerate(papers):
        assert paper.texts == tuple(f"{name}{number}" for name in paper.systems)
    shown = ratings.ballot_paper([ratings.Ballot("a\nb <i>", ("<x>", "y"), ("s", "t"))])
    assert "&lt;x&gt;" in shown and "a<br>b" in shown and "<i>" not in shown


def test_equal_texts_do_not_meet_and_the_others_meet_equally_often():
    """A ballot with the same text twice asked the learner to choose between nothing."""
    texts = {name: [f"{name}{number}" for number in range(12)] for name in "xyz"}
    texts["y"] = [x if number % 2 else y for number, (x, y) in
                  enumerate(zip(texts["x"], texts["y"], strict=True))]  # fmt: skip
    papers = ratings.ballots(["talk"] * 12, texts)
    assert all(first != second for _, (first, second), _ in papers)
    met = [frozenset(paper.systems) for paper in papers]
    assert [met.count(frozenset(pair)) for pair in ("xy", "xz", "yz")] == [4, 4, 4]
    with pytest.raises(ValueError, match="same text for task 2; leave it out"):
        ratings.ballots(["t", "u"], {"s": ["x", "x"], "r": ["y", "x"]})


def test_letters_become_votes():
    papers = ratings.ballots(["t"] * 3, {"s": ["long text"] * 3, "r": ["text"] * 3})
    assert ratings.longest(papers) == "".join("AB"[p.systems.index("s")] for p in papers)
    assert {vote.winner for vote in ratings.counted(papers, ratings.longest(papers))} == {"s"}
    assert ratings.counted(papers, "a b, A") == ratings.counted(papers, "ABA")
    for wrong in ("AB", "ABC", ""):
        with pytest.raises(ValueError, match="Write 3 letters"):
            ratings.counted(papers, wrong)
    assert ratings.agreement("ABA", "ABB").mean == pytest.approx(2 / 3)


def test_mistakes_are_one_sentence():
    with pytest.raises(ValueError, match="at least one"):
        ratings.bradley_terry([])
    with pytest.raises(ValueError, match="texts for 2 tasks"):
        ratings.ballots(["t", "u"], {"s": ["x"], "r": ["x", "y"]})
    with pytest.raises(ValueError, match="needs two systems"):
        ratings.ballots(["t"], {"s": ["x"]})
