"""The wheel of an edition: what it holds, that its record is true, and the same bytes each time."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from importlib import metadata

import pytest

from workbook.grading import wheel

FILES = {"__init__.py": b"", "sampling/exercises.py": "Zoë".encode()}


@pytest.fixture
def made(tmp_path):
    for name, raw in FILES.items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return wheel.write(tmp_path / "package", tmp_path / "new" / "out")


def test_a_wheel_holds_the_package_and_how_to_install_it(made):
    version = metadata.version("workbook")
    assert made.name == f"workbook-{version}-py3-none-any.whl" and made.parent.name == "out"
    with zipfile.ZipFile(made) as archive:
        names = {name: archive.read(name) for name in archive.namelist()}
    about = f"workbook-{version}.dist-info"
    assert {name: names[f"workbook/{name}"] for name in FILES} == FILES
    assert set(names) == {f"workbook/{name}" for name in FILES} | {
        f"{about}/{name}" for name in ("METADATA", "WHEEL", "entry_points.txt", "RECORD")
    }
    assert b"\nName: workbook\n" in names[f"{about}/METADATA"]
    assert b"Tag: py3-none-any\n" in names[f"{about}/WHEEL"]


def test_the_record_has_the_hash_and_the_size_of_every_other_file(made):
    with zipfile.ZipFile(made) as archive:
        (record,) = [name for name in archive.namelist() if name.endswith("/RECORD")]
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        assert [name for name, *_ in rows] == archive.namelist()
        assert rows.pop() == [record, "", ""]
        for name, digest, size in rows:
            raw = archive.read(name)
            hashed = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode()
            assert (digest, size) == (f"sha256={hashed.rstrip('=')}", str(len(raw)))


def test_the_same_package_is_the_same_bytes(made, tmp_path):
    assert wheel.write(tmp_path / "package", tmp_path).read_bytes() == made.read_bytes()


def test_an_archive_keeps_order_content_and_nothing_of_this_machine():
    raw = wheel.zipped({"b.txt": b"2", "a.txt": b"1"})
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        entries = archive.infolist()
        assert [(each.filename, archive.read(each)) for each in entries] == [
            ("b.txt", b"2"), ("a.txt", b"1"),
        ]  # fmt: skip
    assert {each.date_time for each in entries} == {(2020, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o644}
    assert {each.create_system for each in entries} == {3}
