"""The learner's log: nothing is lost, whoever writes when."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.core.exercises import attempts


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_new_learner_stands_nowhere(home):
    assert attempts.standings() == {}
    assert not home.exists(), "looking writes nothing"


def test_solved_once_is_solved_for_good():
    for event in ("wrong", "hint", "right", "wrong"):
        attempts.note("sampling.min_p", event)
    attempts.note("sampling.other", "hint")
    assert attempts.standings() == {
        "sampling.min_p": attempts.Standing(solved=True, attempts=3, hints=1),
        "sampling.other": attempts.Standing(solved=False, attempts=0, hints=1),
    }


def test_two_notebooks_writing_at_once_lose_nothing(home):
    """Guards against read-change-write on one file, where the slower notebook erases the other."""
    code = (
        "import sys; from workbook.core.exercises import attempts\n"
        "for _ in range(60): attempts.note(sys.argv[1], 'wrong')"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, name], env=os.environ)
        for name in ("a.b", "a.c")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert {name: s.attempts for name, s in attempts.standings().items()} == {"a.b": 60, "a.c": 60}


def test_a_kill_in_the_middle_of_a_line_costs_only_that_line(home):
    attempts.note("a.b", "right")
    with open(attempts.log_path(), "a", encoding="utf-8") as file:
        file.write('{"exercise": "a.b", "ev')
    attempts.note("a.c", "right")
    with pytest.warns(UserWarning, match="cut off"):
        assert set(attempts.standings()) == {"a.b", "a.c"}


def test_a_home_that_cannot_be_written_is_one_warning(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("WORKBOOK_HOME", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="progress is not kept.*WORKBOOK_HOME"):
        attempts.note("a.b", "right")


def test_the_log_lies_in_the_user_folder_unless_told_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKBOOK_HOME")
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / name)
    assert attempts.log_path() == tmp_path / "workbook" / "progress.jsonl"


def test_unknown_event_is_refused():
    with pytest.raises(ValueError, match="right, wrong, hint, guess"):
        attempts.note("a.b", "solved")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a.b", "a.ü"]), st.sampled_from(attempts.EVENTS)), max_size=8
    )
)
def test_standings_are_what_happened(home, events):
    attempts.log_path().unlink(missing_ok=True)
    for name, event in events:
        attempts.note(name, event)
    expected = {
        name: attempts.Standing(
            solved=(name, "right") in events,
            attempts=sum(e == (name, kind) for e in events for kind in ("right", "wrong")),
            hints=events.count((name, "hint")),
        )
        for name in {name for name, event in events if event != "guess"}
    }
    assert attempts.standings() == expected
