"""Sums: every result and every carry is right, ranges are covered, held-out pairs stay out."""

import math
import re

import pytest
from worked_sums import DO, PAIR, SUM, check_lines, check_worked, owner

from workbook.town.choices import ChoiceSource
from workbook.town.entities import SPLITS
from workbook.town.texts.problems.sum_phrases import FIRST, NEXT_REQUEST, REQUESTS
from workbook.town.texts.problems.sums import OPERATIONS, WAYS, step, sums, sums_chat, worked
from workbook.town.writer import Writer


def made(town, make, split="train", count=120, **options):
    seeds = (f"{make.__name__}/{options}/{i}" for i in range(count))
    return [make(Writer(ChoiceSource(seed), town, split), **options) for seed in seeds]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("way", WAYS)
def test_raw_sums_are_right(town, way, split):
    for document in made(town, sums, split, way=way):
        fields = document.fields
        for shown, answer in zip(fields["expressions"], fields["answers"], strict=True):
            left, sign, right = SUM.fullmatch(shown).groups()
            assert DO[sign](int(left), int(right)) == int(answer)
        assert fields["answer"] == fields["answers"][-1] and fields["way"] == way
        apart = "Sum: " in document.text and way == "at once"  # question and answer on two lines
        if apart:
            pairs = re.findall(r"Sum: (.*)\nAnswer: (\d+)", document.text)
            assert pairs == list(zip(fields["expressions"], fields["answers"], strict=True))
        else:
            assert check_lines(document.text, fields) == len(fields["answers"])
        assert document.text.endswith((fields["answer"], fields["answer"] + "."))
        fewest = 4 if way == "at once" else 3
        assert fewest <= len(fields["answers"]) <= 15
        assert document.nats > 0 and len(document.text) < 900 and document.text.isascii()


@pytest.mark.parametrize("way", WAYS)
def test_chats_are_right_and_work_when_asked(town, way):
    for document in made(town, sums_chat, way=way):
        fields = document.fields
        turns = [m["content"] for m in fields["messages"]]
        answers = iter(zip(fields["expressions"], fields["answers"], strict=True))
        for asked, answer in zip(turns[::2], turns[1::2], strict=True):
            if way == "at once":
                steps, (shown, value) = 1, next(answers)
                assert answer == value
            else:
                *lines, last = answer.split("\n")
                steps = len(lines)
                assert check_lines("\n".join(lines), fields) == steps
                rows = [next(answers) for _ in lines]
                shown, value = rows[0][0], rows[-1][1]
                for line, (said, result) in zip(lines, rows, strict=True):
                    assert said in line and re.findall(r"\d+", line)[-1] == result
                assert last == f"Answer: {value}" and lines[-1].endswith(f" {value}")
                if way == "digits":
                    check_worked(lines[0])
            numbers = re.findall(r"\d+", asked)
            assert len(numbers) == steps + 1 and numbers[:2] == re.findall(r"\d+", shown)
        assert next(answers, None) is None and fields["family"] == "sums"
        assert fields["answer"] == turns[-1]


def test_steps_use_the_result_before(town):
    lengths = set()
    for document in made(town, sums_chat, way="mixed"):
        for message in document.fields["messages"][1::2]:
            lines = message["content"].split("\n")[:-1]
            lengths.add(len(lines))
            for before, after in zip(lines, lines[1:], strict=False):
                assert SUM.search(after)[1] == re.findall(r"\d+", before)[-1]
    assert lengths == {1, 2, 3}


@pytest.mark.parametrize("make", (sums, sums_chat))
def test_ways_and_operations_are_as_asked(town, make):
    for operation in OPERATIONS:
        for document in made(town, make, operation=operation, count=30):
            assert set(document.fields["operations"]) == {operation}
            shown = [SUM.search(text)[2] for text in document.fields["expressions"]]
            assert shown == document.fields["operations"]
    drawn = made(town, make, count=300)
    for way in WAYS:  # a third each; 4.5 standard deviations
        assert abs(sum(d.fields["way"] == way for d in drawn) - 100) < 4.5 * math.sqrt(300 * 2 / 9)
    with pytest.raises(ValueError, match="choose one of digits"):
        make(Writer(ChoiceSource(0), town, "train"), way="slowly")
    with pytest.raises(ValueError, match="choose one of"):
        make(Writer(ChoiceSource(0), town, "train"), operation="%")


def test_the_ranges_of_the_word_problems_are_covered(town):
    seen = {sign: set() for sign in OPERATIONS}
    for way in ("digits", "at once"):
        for document in made(town, sums, way=way, count=350):
            for text in document.fields["expressions"]:
                left, sign, right = SUM.fullmatch(text).groups()
                seen[sign].add((int(left), int(right)))
    tables = {(a, b) for a in range(1, 10) for b in range(1, 13)}
    assert len(tables & seen["x"]) > 100 and len(tables & seen["+"]) > 90
    assert len({(a * b, b) for a in range(1, 13) for b in range(2, 10)} & seen["/"]) > 80
    assert any(a > 1990 and b < 1850 for a, b in seen["-"])  # years
    assert any(a > 90 and b > 90 for a, b in seen["+"]) and any(b > 12 for _, b in seen["x"])
    assert max(a for a, _ in seen["/"]) > 891 and max(a * b for a, b in seen["x"]) > 5000


@pytest.mark.parametrize("make", (sums, sums_chat))
def test_kept_pairs_never_come_in_training_and_alone_elsewhere(town, make):
    for split in SPLITS:
        count = 0
        for document in made(town, make, split, count=250):
            shown = "\n".join(document.fields["expressions"])
            for text in (shown, document.text) if split == "train" else (shown,):
                for left, right in PAIR.findall(text):
                    assert owner(int(left), int(right)) == split, document.text
                    count += 1
        assert count > 150


def test_notation():
    assert worked(47, "+", 85) == "47 + 85: 7+5=12, 4+8+1=12+1=13, so 132"
    assert worked(123, "-", 47) == "123 - 47: 13-7=6, 12-4-1=8-1=7, 1-0-1=1-1=0, so 76"
    assert worked(4, "x", 23) == "4 x 23: 3x4=12, 2x4+1=8+1=9, so 92"
    assert worked(23, "x", 14) == (
        "23 x 14: 3x4=12, 2x4+1=8+1=9, 92; 3x1=3, 2x1=2, 230; 2+0=2, 9+3=12, 0+2+1=2+1=3, so 322"
    )
    assert worked(306, "/", 6) == "306 / 6: 30 has 6x5=30 and 0 left, 6 has 6x1=6 and 0 left, so 51"
    assert step(12, "x", 7) == "12 x 7 = 84" and step(13, "x", 7).startswith("13 x 7: ")
    with pytest.raises(ValueError, match="come out even"):
        worked(7, "/", 2)


def test_nats_are_the_choices_of_one_division(town):
    """By hand: one of 4 lengths, the table (.8), a quotient, a divisor, two phrasings."""
    documents = made(town, sums_chat, way="at once", operation="/", count=200)
    alone = [d for d in documents if len(d.fields["answers"]) == 1]
    assert alone
    for document in alone:
        left, _, right = SUM.fullmatch(document.fields["expressions"][0]).groups()
        quotient = int(left) // int(right)
        if quotient <= 12:
            partners = [d for d in range(2, 13) if d < 10 or owner(quotient * d, d) == "train"]
            share, firsts = 0.8, 12
        else:
            partners, share, firsts = range(2, 10), 0.2, 87
        phrasings = (len(FIRST["/"].all) - 2) * (len(REQUESTS["at once"].all) - 2)
        hand = math.log(4 / share * firsts * len(partners) * phrasings)
        assert document.nats == pytest.approx(hand)


@pytest.mark.parametrize("make", (sums, sums_chat))
def test_seeds_repeat_and_texts_differ(town, make):
    documents = made(town, make, count=1000)
    assert documents[:50] == made(town, make, count=50)
    assert len({re.sub(r"\d+", "0", d.text) for d in documents}) > 500
    assert len({d.text for d in documents}) > 990
    assert not any(re.search(r"[{}]|(?<!\d)1 (crowns|friends)|  | [.,]", d.text) for d in documents)


def test_requests_of_one_split_stay_there(town):
    for way, phrases in (*REQUESTS.items(), *NEXT_REQUEST.items()):
        assert len(phrases.all) >= 8
        marks = [pattern.split("{")[0] for pattern in phrases.all[-2:]]
        texts = {s: "\n".join(d.text for d in made(town, sums_chat, s, way=way)) for s in SPLITS}
        for mark, split in zip(marks, ("validation", "test"), strict=True):
            if len(mark) > 8:
                assert [s for s in SPLITS if f"\n{mark}" in texts[s]] == [split]
