"""Zip archives that nobody vouches for: what is listed, what is refused, how much is read."""

from __future__ import annotations

import io
import stat
import zipfile
from datetime import datetime

import pytest
from released import NOTEBOOK, zipped

from workbook.grading import archives, submissions
from workbook.grading.submissions import find

LESSONS = ["03_sampling", "08_finetuning"]


def written(tmp_path, *entries):
    (tmp_path / "x.zip").write_bytes(zipped(entries))
    return tmp_path / "x.zip"


def test_notebooks_are_listed_with_their_paths_sizes_and_times(tmp_path):
    inner = zipped([("deep/b.ipynb", b"xyz"), ("c.txt", b"-")])
    dated = zipfile.ZipInfo("ada/a.IPYNB", (2027, 1, 2, 3, 4, 6))
    place = written(tmp_path, (dated, b"12345"), ("ada/notes.txt", b""), ("bo/work.zip", inner))
    one, two = archives.entries(place)
    assert one == archives.Entry(("ada/a.IPYNB",), 5, datetime(2027, 1, 2, 3, 4, 6))
    assert (two.member, two.size, two.problem) == (("bo/work.zip", "deep/b.ipynb"), 3, "")
    assert archives.read(place, two.member, 10) == b"xyz"


def test_a_date_that_no_calendar_has_is_no_date(tmp_path):
    dated = zipfile.ZipInfo("ada/a.ipynb", (2027, 0, 0, 0, 0, 0))
    assert archives.entries(written(tmp_path, (dated, b"1")))[0].when is None


def test_an_archive_in_an_archive_in_an_archive_is_not_opened(tmp_path):
    deepest = zipped([("x.ipynb", NOTEBOOK)])
    assert archives.entries(written(tmp_path, ("a.zip", zipped([("b.zip", deepest)])))) == []


def test_one_byte_more_than_the_limit_is_read_and_no_more(tmp_path):
    place = written(tmp_path, ("a.ipynb", b"0123456789"))
    assert archives.read(place, ("a.ipynb",), 4) == b"01234"
    assert archives.read(place, ("a.ipynb",), 10) == b"0123456789"


def test_what_is_not_there_or_no_archive_is_told_as_corrupt(tmp_path):
    place = written(tmp_path, ("a.ipynb", b"1"), ("bo/work.zip", b"PK no archive"))
    with pytest.raises(ValueError, match="corrupt: the archive cannot be read"):
        archives.read(place, ("b.ipynb",), 4)
    with pytest.raises(ValueError, match="corrupt: no.zip is not a zip archive"):
        archives.entries(tmp_path / "no.zip")
    _, inner = archives.entries(place)
    assert inner.member == ("bo/work.zip",) and inner.problem.startswith("corrupt: not a zip")


def test_archives_that_would_take_too_much_room_are_refused(tmp_path, monkeypatch):
    place = written(tmp_path, ("bo/work.zip", zipped([("a.ipynb", b"1")])))
    monkeypatch.setattr(archives, "INNER", 3)
    assert archives.entries(place)[0].problem == "refused: the archive is too large."
    monkeypatch.setattr(archives, "MOST_BYTES", 10)
    with pytest.raises(ValueError, match="refused: the archive would grow beyond reason"):
        archives.entries(place)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../etc/03_sampling.ipynb", "leads out of the archive"),
        ("/etc/03_sampling.ipynb", "leads out of the archive"),
        ("C:/03_sampling.ipynb", "leads out of the archive"),
        ("ada\\..\\..\\03_sampling.ipynb", "leads out of the archive"),
    ],
)
def test_paths_that_lead_out_are_refused(tmp_path, name, words):
    (tmp_path / "x.zip").write_bytes(zipped([("bo/03_sampling.ipynb", NOTEBOOK), (name, b"{}")]))
    found = find(tmp_path / "x.zip", LESSONS)
    assert [each.problem for each in found if words in each.problem]
    assert [each.content() for each in found if not each.problem] == [NOTEBOOK]
    assert list(tmp_path.iterdir()) == [tmp_path / "x.zip"], "nothing is unpacked"


def test_a_bomb_is_refused_and_its_neighbours_are_read(tmp_path):
    raw = zipped([("eve/03_sampling.ipynb", b"0" * 60_000_000), ("bo/03_sampling.ipynb", NOTEBOOK)])
    (tmp_path / "x.zip").write_bytes(raw)
    bo, eve = find(tmp_path / "x.zip", LESSONS)
    assert "grows" in eve.problem and bo.content() == NOTEBOOK
    with pytest.raises(ValueError, match="refused"):
        eve.content()


def test_an_archive_that_lies_about_its_size_gives_no_more_than_the_limit(tmp_path, monkeypatch):
    raw = zipped([("eve/03_sampling.ipynb", b"0" * 1_000_000)])
    lie = raw.replace((1_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "x.zip").write_bytes(lie)
    monkeypatch.setattr(submissions, "LIMIT", 5_000)
    (eve,) = find(tmp_path / "x.zip", LESSONS)
    try:
        assert len(eve.content()) <= 5_001
    except ValueError as error:
        assert "corrupt" in str(error)


def test_links_and_encrypted_entries_are_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("eve/03_sampling.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (tmp_path / "x.zip").write_bytes(buffer.getvalue())
    assert "is a link" in find(tmp_path / "x.zip", LESSONS)[0].problem
    raw = bytearray(zipped([("eve/03_sampling.ipynb", NOTEBOOK)]))
    raw[6] |= 1  # the flag in the entry, and in the list of entries
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(raw)
    assert "encrypted" in find(tmp_path / "x.zip", LESSONS)[0].problem


def test_an_archive_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 5)
    raw = zipped([(f"{n}/03_sampling.ipynb", NOTEBOOK) for n in range(6)])
    (tmp_path / "x.zip").write_bytes(raw)
    assert "refused: an archive of 6 files" in find(tmp_path / "x.zip", LESSONS)[0].problem
