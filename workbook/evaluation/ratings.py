"""From votes between two texts to ratings: Bradley and Terry (1952), on the scale of Elo.

A leaderboard such as Chatbot Arena (Chiang et al. 2024) shows people two unnamed answers and keeps
only which one they preferred. `bradley_terry` finds the ratings that make those votes most likely,
`rate` adds intervals by drawing votes again, `ballots` lays out votes for the learner.
Left out: ties, and voters who differ. Lesson 09; lesson 12 trains a reward model on the same rule.

Shapes: N votes, S systems.
"""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from workbook.core.runs.intervals import Interval, resamples, tails

SCALE = 400 / math.log(10)  # Elo points for one unit of ln(odds)
MIDDLE = 1000.0  # mean rating


class Vote(NamedTuple):
    """Who won against whom."""

    winner: str
    loser: str


class Ballot(NamedTuple):
    """Two unnamed texts for one task, and the systems that wrote them."""

    task: str
    texts: tuple[str, str]  # shown as A and B
    systems: tuple[str, str]


def win_probability(rating: float, other: float) -> float:
    """Return p(the first wins): 1 / (1 + 10^((other - rating) / 400))."""
    return (1 + math.tanh((rating - other) / SCALE / 2)) / 2


def bradley_terry(votes: Sequence[Vote], rounds: int = 200) -> dict[str, float]:
    """Return the Elo rating of each system under which the votes are most likely.

    One drawn game between every two systems is added, so that somebody who never loses has a
    finite rating. The updates are Hunter's (2004). Raises ValueError without a vote.
    """
    if not votes:
        raise ValueError("There is no vote; ratings need at least one.")
    names = sorted({name for vote in votes for name in vote})
    wins = {name: (len(names) - 1) / 2 for name in names}
    games = dict.fromkeys(combinations(names, 2), 1.0)
    for vote in votes:
        wins[vote.winner] += 1
        games[min(vote), max(vote)] += 1
    strength = dict.fromkeys(names, 1.0)
    for _ in range(rounds):
        faced = dict.fromkeys(names, 0.0)
        for (one, other), count in games.items():
            both = count / (strength[one] + strength[other])
            faced[one] += both
            faced[other] += both
        strength = {name: wins[name] / faced[name] for name in names}
        mean = sum(map(math.log, strength.values())) / len(names)
        strength = {name: value / math.exp(mean) for name, value in strength.items()}
    return {name: MIDDLE + SCALE * math.log(strength[name]) for name in names}


def rate(votes: Sequence[Vote], draws: int = 200, seed: int = 0) -> dict[str, Interval]:
    """Return each system's rating with a 95 % bootstrap interval over the N votes, best first."""
    best = bradley_terry(votes)
    drawn: dict[str, list[float]] = {name: [] for name in best}
    for rows in resamples(len(votes), None, draws, seed):
        found = bradley_terry([votes[row] for row in rows], rounds=40)
        for name in best:  # who is in no vote that was drawn is of middling strength
            drawn[name].append(found.get(name, MIDDLE))
    order = sorted(best, key=best.__getitem__, reverse=True)
    return {name: Interval(best[name], *tails(drawn[name])) for name in order}


def ballots(
    tasks: Sequence[str], texts: Mapping[str, Sequence[str]], seed: int = 0
) -> list[Ballot]:
    """Return one ballot a task; all pairs of systems meet about equally often, sides by chance.

    Two systems with the same text do not meet on that task: nobody could choose.
    texts: system -> its text for each task. Raises ValueError where these do not pair up.
    """
    from workbook.town.choices import ChoiceSource

    for name, own in texts.items():
        if len(own) != len(tasks):
            raise ValueError(f"{name} has {len(own)} texts for {len(tasks)} tasks.")
    pairs = list(combinations(texts, 2))
    if not pairs:
        raise ValueError("A ballot needs two systems; give the texts of one more.")
    found, met = [], dict.fromkeys(pairs, 0)
    for number, task in enumerate(tasks):
        usable = [(a, b) for a, b in pairs if texts[a][number] != texts[b][number]]
        if not usable:
            raise ValueError(f"All systems have the same text for task {number + 1}; leave it out.")
        pair = min(usable, key=met.__getitem__)
        met[pair] += 1
        one, other = ChoiceSource(f"ballots/{seed}/{number}").shuffled(pair)
        found.append(Ballot(task, (texts[one][number], texts[other][number]), (one, other)))
    return found


def counted(ballots: Sequence[Ballot], letters: str) -> list[Vote]:
    """Return the votes that a row of letters means, one letter a ballot, other signs left out.

    Raises ValueError unless there is an A or a B for every ballot.
    """
    marks = [letter for letter in letters.upper() if letter.isalpha()]
    if len(marks) != len(ballots) or not set(marks) <= {"A", "B"}:
        raise ValueError(f"Write {len(ballots)} letters, each A or B, not {letters!r}.")
    votes = []
    for mark, ballot in zip(marks, ballots, strict=True):
        first, second = ballot.systems
        votes.append(Vote(first, second) if mark == "A" else Vote(second, first))
    return votes


def longest(ballots: Sequence[Ballot]) -> str:
    """Return the letters of a voter who reads nothing and takes the longer text."""
    return "".join("A" if len(a) >= len(b) else "B" for _, (a, b), _ in ballots)


def agreement(one: str, other: str) -> Interval:
    """Return the share of ballots on which two rows of letters agree, with its interval."""
    pairs = zip(one, other, strict=True)
    return Interval.of_share([mine == theirs for mine, theirs in pairs])


def ballot_paper(ballots: Sequence[Ballot]) -> str:
    """Return the ballots as HTML: a folded entry each, with the talk and both texts."""
    entries = []
    for number, (task, (a, b), _) in enumerate(ballots, 1):
        talk, a, b = (html.escape(text).replace("\n", "<br>") for text in (task, a, b))
        entries.append(
            f"<details><summary>Vote {number}</summary><p>{talk}</p>"
            f"<p><b>A</b> {a}</p><p><b>B</b> {b}</p></details>"
        )
    return "\n".join(entries)
