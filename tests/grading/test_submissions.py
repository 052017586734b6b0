"""Reading what students hand in: layouts, names, copies, attempts, and links."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import pytest
from released import NOTEBOOK, zipped

from workbook.grading.grade import days_late
from workbook.grading.submissions import deadline_of, find

LESSONS = ["03_sampling", "08_finetuning"]


def lay(folder, *names, raw=NOTEBOOK):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


def listed(folder, **options):
    return [(each.student, each.lesson) for each in find(folder, LESSONS, **options)]


def test_a_folder_per_student(tmp_path):
    lay(
        tmp_path, "ada/03_sampling.ipynb", "ada/08_finetuning.ipynb", "bo/deep/er/03_sampling.ipynb"
    )
    lay(tmp_path, "bo/.ipynb_checkpoints/03_sampling-checkpoint.ipynb", "bo/notes.txt")
    lay(tmp_path, "__MACOSX/ada/._03_sampling.ipynb")
    assert listed(tmp_path) == [
        ("ada", "03_sampling"), ("ada", "08_finetuning"), ("bo", "03_sampling"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["ada_03_sampling.ipynb", "03_sampling_ada.ipynb"])
def test_flat_files(tmp_path, name):
    lay(tmp_path, name)
    assert listed(tmp_path) == [("ada", "03_sampling")]


def test_the_archive_that_moodle_gives(tmp_path):
    names = [
        "Zoë Müller_4711_assignsubmission_file_/03_sampling.ipynb",
        "李 小龙_4712_assignsubmission_file_03_sampling.ipynb",
    ]
    (tmp_path / "download.zip").write_bytes(zipped([(name, NOTEBOOK) for name in names]))
    wanted = [("Zoë Müller_4711", "03_sampling"), ("李 小龙_4712", "03_sampling")]
    assert listed(tmp_path / "download.zip") == wanted
    assert listed(tmp_path) == wanted
    assert find(tmp_path, LESSONS)[0].content() == NOTEBOOK


def test_the_archive_that_canvas_gives(tmp_path):
    entries = [
        ("muellerzoe_101_2001_03_sampling.ipynb", b"old"),
        ("muellerzoe_101_2002_03_sampling-1.ipynb", b"new"),
        ("leebruce_LATE_102_2003_03_sampling.ipynb", NOTEBOOK),
    ]
    (tmp_path / "submissions.zip").write_bytes(zipped(entries))
    late, twice = find(tmp_path / "submissions.zip", LESSONS)
    assert (late.student, late.late) == ("leebruce_102", True)
    assert (twice.student, twice.content()) == ("muellerzoe_101", b"new")
    assert "2 copies were handed in" in twice.notes[0]


def test_a_students_own_archive_inside_of_the_download(tmp_path):
    inner = zipped([("work/03_sampling.ipynb", NOTEBOOK), ("work/more.zip", zipped([]))])
    outer = zipped([("Bo_7_assignsubmission_file_/work.zip", inner)])
    (tmp_path / "download.zip").write_bytes(outer)
    (only,) = find(tmp_path / "download.zip", LESSONS)
    assert (only.student, only.lesson, only.content()) == ("Bo_7", "03_sampling", NOTEBOOK)


def test_old_archives_write_utf_8_without_saying_so(tmp_path):
    raw = zipped([("Zoe_/03_sampling.ipynb", NOTEBOOK)])
    (tmp_path / "old.zip").write_bytes(raw.replace(b"Zoe_", "Zoë".encode()))
    assert listed(tmp_path / "old.zip") == [("Zoë", "03_sampling")]


def test_one_name_in_two_unicode_forms_is_one_student(tmp_path):
    lay(tmp_path, "Zoe\u0308/03_sampling.ipynb", "Zo\u00eb/08_finetuning.ipynb")
    assert len({student for student, _ in listed(tmp_path)}) == 1


def test_the_newest_copy_in_time_counts_and_a_late_one_only_alone(tmp_path):
    lay(tmp_path, "ada/03_sampling.ipynb", raw=b"first")
    lay(tmp_path, "ada/03_sampling (1).ipynb", raw=b"second")
    lay(tmp_path, "ada/03_sampling (2).ipynb", "bo/03_sampling.ipynb", raw=b"third")
    days = {"ada/03_sampling.ipynb": 1, "ada/03_sampling (1).ipynb": 2}
    for name in ["ada/03_sampling (2).ipynb", "bo/03_sampling.ipynb"]:
        days[name] = 4
    for name, day in days.items():
        when = datetime(2027, 1, day).timestamp()
        os.utime(tmp_path / name, (when, when))
    ada, bo = find(tmp_path, LESSONS, due="2027-01-03T00:00:00")
    assert (ada.content(), ada.late) == (b"second", False)
    assert (bo.content(), bo.late) == (b"third", True)
    assert find(tmp_path, LESSONS)[0].content() == b"third"


def test_a_due_date_with_a_time_zone_is_compared_in_local_time(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Etc/GMT-3")  # three hours before Greenwich's clock
    time.tzset()
    try:
        lay(tmp_path, "ada/03_sampling.ipynb", "bo/03_sampling.ipynb")
        for name, minute in (("ada", 59), ("bo", 61)):
            when = datetime(2027, 1, 31, 18, tzinfo=UTC).timestamp() + 60 * (minute - 60)
            os.utime(tmp_path / name / "03_sampling.ipynb", (when, when))
        ada, bo = find(tmp_path, LESSONS, due="2027-01-31T18:00Z")
        assert (ada.late, bo.late) == (False, True)
        assert days_late(bo, "2027-01-31T18:00Z") == 1
        assert deadline_of("2027-01-31T18:00Z") == datetime(2027, 1, 31, 21)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_lesson_is_read_from_the_content_where_the_name_does_not_say_it(tmp_path):
    lay(tmp_path, "ada/homework.ipynb", raw=b"08_finetuning")
    lay(tmp_path, "ada/03_sampling.ipynb", "bo/x.ipynb")
    found = find(tmp_path, LESSONS, lesson_in=lambda raw: raw.decode()[:13])
    assert [(each.student, each.lesson) for each in found] == [
        ("ada", "03_sampling"), ("ada", "08_finetuning"), ("bo", ""),
    ]  # fmt: skip
    only = find(tmp_path, LESSONS[:1])
    assert [(each.student, each.lesson) for each in only] == [
        ("ada", "03_sampling"), ("bo", "03_sampling"),
    ]  # fmt: skip
    assert "2 copies were handed in" in only[0].notes[0]


def test_an_anonymous_download_of_canvas_keeps_students_apart(tmp_path):
    names = ["anon_aB1c2_2001_03_sampling.ipynb", "anon_LATE_Zz9y8_2002_03_sampling.ipynb"]
    (tmp_path / "x.zip").write_bytes(zipped([(name, NOTEBOOK) for name in names]))
    one, two = find(tmp_path / "x.zip", LESSONS)
    assert (one.student, two.student) == ("anon_Zz9y8", "anon_aB1c2")
    assert (one.late, two.late) == (True, False)


def test_the_first_attempts_are_graded_and_the_others_are_listed(tmp_path):
    names = [f"ada/03_sampling{copy}.ipynb" for copy in ("", "-1", "-2")]
    for day, name in zip((3, 1, 2), names, strict=True):
        lay(tmp_path, name, raw=name.encode())
        when = datetime(2027, 1, day).timestamp()
        os.utime(tmp_path / name, (when, when))
    lay(tmp_path, "bo/03_sampling.ipynb")
    *ada, bo = find(tmp_path, LESSONS, due="2027-01-01T12:00:00", attempts=2)
    assert [(a.attempt, a.when()[:10], a.late) for a in ada] == [
        (1, "2027-01-01", False), (2, "2027-01-02", True), (3, "2027-01-03", True),
    ]  # fmt: skip
    assert [each.content() for each in ada[:2]] == [names[1].encode(), names[2].encode()]
    assert ada[2].over_limit and not bo.over_limit
    with pytest.raises(ValueError, match="over the limit: attempt 3, and 2 are allowed"):
        ada[2].content()


def test_attempts_of_one_moment_are_in_the_order_of_their_copies(tmp_path):
    names = [f"ada_03_sampling{copy}.ipynb" for copy in (" (10)", " (2)", "")]
    names.append(f"ada_03_sampling ({'9' * 5000}).ipynb")  # no number that Python would read
    entries = [(name, f"{n}".encode()) for n, name in enumerate(names)]
    (tmp_path / "x.zip").write_bytes(zipped(entries))
    found = find(tmp_path / "x.zip", LESSONS, attempts=9)
    assert [each.content() for each in found] == [b"3", b"2", b"1", b"0"]
    assert {each.student for each in found} == {"ada"}


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTEBOOK)
    handed = tmp_path / "in"
    lay(handed, "bo/03_sampling.ipynb")
    (handed / "eve").mkdir()
    (handed / "eve" / "03_sampling.ipynb").symlink_to(secret)
    (handed / "mallory").symlink_to(handed / "bo")
    os.mkfifo(handed / "eve" / "08_finetuning.ipynb")
    found = {(each.student, each.lesson): each.problem for each in find(handed, LESSONS)}
    assert "is a link" in found["eve", "03_sampling"]
    assert "not a regular file" in found["eve", "08_finetuning"]
    assert not [student for student, _ in found if student == "mallory"]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 and then nothing", b"%PDF-1.4"])
def test_a_file_that_only_claims_to_be_an_archive(tmp_path, raw):
    lay(tmp_path, "bo/03_sampling.ipynb")
    lay(tmp_path, "eve/03_sampling.zip", raw=raw)
    bo, eve = find(tmp_path, LESSONS)
    assert eve.problem.startswith("corrupt") and not bo.problem


def test_a_student_without_a_notebook_is_not_lost(tmp_path):
    lay(tmp_path, "ada/essay.pdf", "bo/03_sampling.ipynb")
    ada, _ = find(tmp_path, LESSONS)
    assert (ada.student, ada.problem) == ("ada", "no notebook was handed in.")


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        find(tmp_path / "nowhere", LESSONS)
    with pytest.raises(ValueError, match="holds no notebook of 03_sampling"):
        find(tmp_path, LESSONS)
