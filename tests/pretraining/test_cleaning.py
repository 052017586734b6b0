"""Cleaning a crawl: each step takes what it is for and leaves the rest."""

from collections import Counter
from dataclasses import replace

import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.pretraining import cleaning
from workbook.pretraining.cleaning import Rules
from workbook.pretraining.crawl import Page


@pytest.fixture(scope="module")
def left(pages):
    return cleaning.clean(pages)


def page(text, kind="good", origin=0):
    return Page(text, kind, origin)


def test_personal_data_is_counted_and_mostly_hidden(pages, left):
    """By the crawl's own count: the usual forms are hidden, those spelled out are missed."""
    assert sum(each.personal for each in pages) > 100
    good = [each for each in left["personal data hidden"] if each.kind == "good"]
    found, there = sum(map(cleaning.hidden, good)), sum(each.personal for each in good)
    assert 0.75 < found / there < 0.95
    for each in good:
        assert cleaning.hidden(each) <= each.personal, "nothing is taken for what it is not"
        assert not cleaning.MAIL.search(each.text) and not cleaning.PHONE.search(each.text)
    assert any(" dot brindle" in each.text for each in good)


def test_lines_with_a_telephone_number_are_no_boilerplate(pages, left):
    """They vanished: digits did not count, so "Ring me on 0-0." stood on many pages."""
    lines = {
        name: sum("Ring me on" in each.text for each in left[name] if each.kind == "good")
        for name in ("crawled", "personal data hidden")
    }
    assert lines["personal data hidden"] == lines["crawled"] > 10


@pytest.mark.parametrize(
    "text, plain",
    [
        ("Ring 482-3921 now", "Ring <phone> now"),
        ("Ring 482 3921 now", "Ring <phone> now"),
        ("Ring +99 482 3921 now", "Ring <phone> now"),
        ("Write to a.b12@inn.brindle.example.", "Write to <mail>."),
        (
            "Write to b at inn dot brindle dot example.",
            "Write to b at inn dot brindle dot example.",
        ),
        ("Ring 482.3921 now", "Ring 482.3921 now"),
        ("In 1482 39210 eels", "In 1482 39210 eels"),
    ],
)
def test_what_is_hidden_by_hand(text, plain):
    (found,) = cleaning.hide_personal([page(text)])
    assert found.text == plain and cleaning.hidden(found) == (text != plain)


def test_a_step_can_be_left_out(pages):
    some = pages[:300]
    left = cleaning.clean(some, without="other languages")
    assert list(left) == [
        "crawled",
        *(name for name in cleaning.STEPS if name != "other languages"),
    ]
    assert any(each.kind == "Brindle" for each in left["copies"])
    with pytest.raises(ValueError, match="there are boilerplate removed, other languages"):
        cleaning.clean(some, without="everything")


def test_each_step_only_takes_away(left):
    counts = [len(pages) for pages in left.values()]
    assert counts == sorted(counts, reverse=True)
    for before, after in zip(list(left.values()), list(left.values())[1:], strict=False):
        assert {each.origin for each in after} <= {each.origin for each in before}


def test_each_broom_takes_its_dirt(left):
    """By the crawl's own truth: what each step is for is nearly all gone after it."""
    kinds = {name: Counter(each.kind for each in pages) for name, pages in left.items()}
    assert kinds["other languages"]["Brindle"] == 0
    assert kinds["not prose"]["shouting"] == kinds["not prose"]["menu"] == 0
    assert kinds["other languages"]["shouting"] > 50, "the language filter is not for shouting"
    assert kinds["copies"]["copy"] <= 0.02 * kinds["crawled"]["copy"]
    assert kinds["near-copies"]["near-copy"] <= 0.15 * kinds["crawled"]["near-copy"]
    assert kinds["personal data hidden"]["good"] >= 0.98 * kinds["crawled"]["good"]


def test_rules_that_count_do_not_see_order(left):
    """The lesson says so: word salad survives every step."""
    kinds = [Counter(each.kind for each in pages)["salad"] for pages in left.values()]
    assert kinds[-1] >= 0.9 * kinds[0] > 0


def test_boilerplate_is_what_stands_on_many_pages():
    ten = "abcdefghij"
    pages = [page(f"Page {n} of the book\nText of {name} is here") for n, name in enumerate(ten)]
    stripped = cleaning.strip_boilerplate(pages, Rules(line_pages=0.2))
    assert [each.text for each in stripped[:2]] == ["Text of a is here", "Text of b is here"]
    assert pages[0].text.startswith("Page"), "what was passed in stays"
    short = [page("Stars: 4") for _ in range(10)]
    assert cleaning.strip_boilerplate(short) == short, "a line of two words is not judged"


def test_a_line_is_boilerplate_only_above_the_share_of_pages():
    """Fault D: at the threshold itself a line stays; one page more and it goes."""
    for pages_with_it, stays in ((2, True), (3, False)):
        pages = [page(f"Text of {name} is here") for name in "abcdefghij"]
        pages[:pages_with_it] = [
            page(f"{each.text}\nAll rights are reserved") for each in pages[:pages_with_it]
        ]
        stripped = cleaning.strip_boilerplate(pages, Rules(line_pages=0.2))
        assert ("All rights" in stripped[0].text) is stays


@pytest.mark.parametrize(
    "rule, text, measure, at, beyond",
    [
        (cleaning.is_english, "the of a boat", "function_words", 0.75, 0.76),
        (cleaning.is_prose, "one two three", "fewest_words", 3, 4),
        (cleaning.is_prose, "abc de 1", "letters", 5 / 6, 0.84),
        (cleaning.is_prose, "one two one two", "commonest_word", 0.5, 0.49),
        (cleaning.is_prose, "one two three four!", "symbols", 0.25, 0.24),
    ],
)
def test_a_page_at_a_threshold_stays(rule, text, measure, at, beyond):
    """Fault D, the whole kind: each limit of Rules includes its own value."""
    rules = Rules(fewest_words=1, letters=0.0, commonest_word=1.0, symbols=1.0)
    assert rule(text, replace(rules, **{measure: at}))
    assert not rule(text, replace(rules, **{measure: beyond}))


def test_pages_as_similar_as_the_limit_are_one():
    """Fault D, the whole kind: `similarity` is where two pages begin to be one."""
    pages = [page("the old boat sails far out"), page("the old boat sails far away")]
    exact = MinHash(num_perm=128), MinHash(num_perm=128)
    for signature, each in zip(exact, pages, strict=True):
        signature.update_batch([s.encode() for s in cleaning.shingles(each.text)])
    estimate = exact[0].jaccard(exact[1])
    assert 0.3 < estimate < 0.9
    assert len(cleaning.drop_near_copies(pages, Rules(similarity=estimate))) == 1
    assert len(cleaning.drop_near_copies(pages, Rules(similarity=estimate + 0.01))) == 2


@pytest.mark.parametrize(
    "text, english, prose",
    [
        ("The boat is in the harbour and we are on the pier with the old captain.", True, True),
        ("Ke rostely shu da suttum pebow vainnundo bess steilneli ul foorrock.", False, False),
        ("the the the the the the the the the the the the the the", True, False),
        ("It is on at 4.", True, False),
        ("", False, False),
    ],
)
def test_rules_by_hand(text, english, prose):
    assert cleaning.is_english(text) is english
    if english:
        assert cleaning.is_prose(text) is prose


def test_copies_ignore_case_and_spaces_and_the_first_stays():
    pages = [page("The  Boat", origin=1), page("the boat", origin=2), page("a boat", origin=3)]
    assert [each.origin for each in cleaning.drop_copies(pages)] == [1, 3]


WORDS = st.lists(st.sampled_from([f"w{i}" for i in range(40)]), min_size=25, max_size=60)


@settings(max_examples=20, deadline=None)
@given(WORDS, st.integers(0, 20))
def test_near_copies_by_their_jaccard_similarity(words, place):
    """A page with one word changed goes where it is similar enough by exact count, and stays where
    it is clearly not; in between, chance may decide."""
    changed = [*words[:place], "else", *words[place + 1 :]]
    pages = [page(" ".join(words)), page(" ".join(changed), "near-copy")]
    exact = cleaning.jaccard(*(cleaning.shingles(each.text) for each in pages))
    kept = len(cleaning.drop_near_copies(pages))
    if exact > 0.85:
        assert kept == 1
    if exact < 0.35:
        assert kept == 2


def test_shingles_and_jaccard_by_hand():
    assert cleaning.shingles("The old boat sails") == {"the old boat", "old boat sails"}
    assert cleaning.shingles("Boat") == {"boat"}
    assert cleaning.jaccard({"a", "b"}, {"b", "c"}) == pytest.approx(1 / 3)
    assert cleaning.jaccard(set(), set()) == 1.0


def test_survival_counts_pages_bytes_and_truth(left, pages):
    table = cleaning.survival(left)
    assert list(table.index) == ["crawled", *cleaning.STEPS]
    first, last = table.iloc[0], table.iloc[-1]
    assert first["pages"] == 1500 and first["bytes left"] == 1.0 == first["good ones kept"]
    assert last["kB"] == sum(len(p.text.encode()) for p in left["personal data hidden"]) / 1000
    good = sum(each.kind == "good" for each in left["personal data hidden"])
    assert last["good among them"] == good / last["pages"]
    assert first["good among them"] < 0.4 < 0.8 < last["good among them"]


def test_no_rule_reads_the_truth(pages):
    """Guards against a filter that looks at `kind`: with all kinds wiped, the same texts stay."""
    blind = [replace(each, kind="good", origin=0, personal=0) for each in pages[:400]]
    ours = list(cleaning.clean(pages[:400]).values())[-1]
    theirs = list(cleaning.clean(blind).values())[-1]
    assert [each.text for each in ours] == [each.text for each in theirs]


@pytest.mark.parametrize(
    "text, stays",
    [
        ("A fine day.", True),
        ("You Clod!", False),
        ("Clods of earth", True),
        ("a clod-hopper", True),
    ],
)
def test_a_blocklist_goes_by_whole_words_in_any_case(text, stays):
    assert cleaning.uses_none_of(text, frozenset({"clod"})) is stays
