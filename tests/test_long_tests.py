"""The list of tests that the fast run leaves out: how it is chosen, and that it is up to date."""

import re

import long_tests

LISTED = set(long_tests.LIST.read_text(encoding="utf-8").split())
REPORT = """
3.00s call     tests/a/test_x.py::test_long[one]
1.00s setup    tests/a/test_x.py::test_long[one]
2.00s call     tests/a/test_x.py::test_long[two-tests/b.py::c d]
1.50s call     tests/test_y.py::TestIt::test_middle
0.01s call     tests/test_y.py::test_short
0.02s teardown tests/test_y.py::test_short
(12 durations < 0.005s hidden.)
""".splitlines()


def test_the_seconds_of_a_case_are_those_of_its_setup_too():
    found = long_tests.seconds(REPORT)
    assert found["a/test_x.py::test_long"] == [4.0, 2.0]
    assert found["test_y.py::TestIt::test_middle"] == [1.5]
    assert round(sum(found["test_y.py::test_short"]), 2) == 0.03


def test_the_longest_go_until_the_rest_is_in_the_budget():
    found = long_tests.seconds(REPORT)
    assert long_tests.too_long(found, 8.0) == []
    assert long_tests.too_long(found, 2.0) == ["a/test_x.py::test_long"]
    assert len(long_tests.too_long(found, 0.1)) == 2


def test_every_listed_test_is_still_there(root):
    """In its file, or made there by a module that several files share."""
    tests = root / "tests"
    shared = "".join(file.read_text(encoding="utf-8") for file in tests.glob("*.py"))
    gone = []
    for name in LISTED:
        file, _, function = name.partition("::")
        text = (tests / file).read_text(encoding="utf-8") if (tests / file).is_file() else ""
        if not text or not re.search(rf"\b{function.rpartition('::')[2]}\b", text + shared):
            gone.append(name)
    assert not gone, sorted(gone)


def test_a_listed_test_is_slow(request):
    marked = {
        item.nodeid.partition("[")[0].removeprefix("tests/")
        for item in request.session.items
        if item.get_closest_marker("slow")
    }
    here = {item.nodeid.partition("[")[0].removeprefix("tests/") for item in request.session.items}
    assert LISTED & here <= marked
