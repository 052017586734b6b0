"""The dirty crawl: its kinds come in their shares, and each page is what it says it is."""

import re
from collections import Counter

import pytest

from workbook.pretraining.crawl import BOILERPLATE, KINDS, crawl


def test_kinds_come_in_their_shares(pages):
    found = Counter(each.kind for each in pages)
    for kind, share in KINDS.items():
        assert found[kind] / len(pages) == pytest.approx(share, abs=0.04), kind


def test_a_crawl_is_the_same_again_and_another_by_another_seed():
    assert crawl(50, 3) == crawl(50, 3)
    assert crawl(50, 3) == crawl(80, 3)[:50]
    assert crawl(50, 3) != crawl(50, 4)
    with pytest.raises(ValueError, match="at least one page"):
        crawl(0)


def test_copies_are_of_an_earlier_good_page(pages):
    for number, each in enumerate(pages):
        if each.kind in ("copy", "near-copy"):
            assert each.origin < number and pages[each.origin].kind == "good"


def is_boilerplate(line):
    patterns = (re.escape(each).replace(r"\{n\}", r"\d+") for each in BOILERPLATE)
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def body(page):
    """What a page says without the lines of boilerplate around it."""
    return "\n".join(line for line in page.text.split("\n") if not is_boilerplate(line))


def test_menus_hold_boilerplate_and_nothing_else_and_many_pages_have_some(pages):
    assert all(body(each) == "" for each in pages if each.kind == "menu")
    others = [each for each in pages if each.kind != "menu"]
    assert all(body(each) for each in others)
    assert 0.5 < sum(body(each) != each.text for each in others) / len(others) < 1


def test_a_copy_is_to_the_letter_and_a_near_copy_differs_by_a_few_words(pages):
    for each in pages:
        if each.kind == "copy":
            assert body(each) == body(pages[each.origin])
        if each.kind == "near-copy":
            ours, theirs = (Counter(body(p).split(" ")) for p in (each, pages[each.origin]))
            assert sum(((ours - theirs) + (theirs - ours)).values()) <= 3


def test_only_copies_name_another_page_as_their_origin(pages):
    for number, each in enumerate(pages):
        assert (each.origin != number) is (each.kind in ("copy", "near-copy"))


def test_only_good_pages_hold_an_address_or_a_number_that_is_counted(pages):
    personal = [each for each in pages if each.personal]
    assert {each.kind for each in personal} == {"good"}
    assert {each.personal for each in personal} == {1, 2}
    for each in personal:
        said = body(each).split("\n")[-1]
        address, number = "brindle" in said, bool(re.search(r"\d{4}", said))
        assert address + number == each.personal
