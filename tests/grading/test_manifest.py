"""The manifest of a release: what it says of each exercise, and files that are none."""

from __future__ import annotations

import pytest

from workbook.core.exercises.regrading import version_of
from workbook.grading import manifest
from workbook.grading.manifest import LessonEntry, Manifest

PREDICTION, FUNCTION = "sampling.predict_kept", "sampling.no_repeat"


def lesson():
    entries = manifest.entries("sampling", {FUNCTION: "two", PREDICTION: "one"})
    return LessonEntry(lesson="03_sampling", topic="sampling", exercises=entries)


def test_a_prediction_is_all_or_nothing_and_a_function_is_named():
    exercises = manifest.exercises_of("sampling")
    value = manifest.entry_of(exercises[PREDICTION], "c")
    function = manifest.entry_of(exercises[FUNCTION])
    assert (value.rule, value.wants, value.function, value.cell) == ("all", "value", "", "c")
    assert (function.rule, function.wants, function.cell) == ("each", "function", "")
    assert (function.function, function.points) == ("no_repeat", 3)
    assert function.checks == [check.says for check in exercises[FUNCTION].checks]
    assert function.version == version_of(exercises[FUNCTION]) != value.version


def test_entries_are_in_the_lessons_order_and_only_those_with_a_cell():
    assert [(each.id, each.cell) for each in lesson().exercises] == [
        (PREDICTION, "one"), (FUNCTION, "two"),
    ]  # fmt: skip


def test_a_lesson_is_worth_the_sum_of_its_exercises_and_found_by_name():
    listed = Manifest(lessons=[lesson()])
    assert listed.lesson("03_sampling").out_of == 4
    assert listed.lesson("04_prompting") is None


def test_a_manifest_is_read_as_it_was_written(tmp_path):
    listed = Manifest(lessons=[lesson()], due="2027-01-31T00:00:00", files={"START.txt": "0"})
    (tmp_path / manifest.NAME).write_text(listed.text(), encoding="utf-8")
    assert manifest.read(tmp_path) == listed and listed.text().endswith("}\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("{", ""), "is not a manifest: the file: Invalid JSON"),
        (('"format": 1', '"format": 2'), "is not a manifest: format: Input should be 1"),
        (('"points": 3.0', '"points": -1'), r"lessons\.0\.exercises\.1\.points: .*greater than"),
        (('"each"', '"some"'), r"lessons\.0\.exercises\.1\.rule: Input should be 'each' or 'all'"),
    ],
)
def test_what_is_no_manifest_is_told_with_the_place(tmp_path, change, words):
    text = Manifest(lessons=[lesson()]).text().replace(*change, 1)
    (tmp_path / manifest.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words) as refused:
        manifest.read(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_manifest_that_an_editor_saved_with_a_mark_in_front_is_read(tmp_path):
    listed = manifest.Manifest(lessons=[])
    (tmp_path / manifest.NAME).write_text(listed.text(), encoding="utf-8-sig")
    assert manifest.read(tmp_path) == listed
    (tmp_path / manifest.NAME).write_bytes(b"{}\n\xff")
    with pytest.raises(ValueError, match=f"{manifest.NAME} cannot be read .line 2"):
        manifest.read(tmp_path)


def test_a_folder_without_a_manifest_is_one_sentence(tmp_path):
    with pytest.raises(ValueError, match="has no manifest.json; `workbook release` writes a key"):
        manifest.read(tmp_path)


def test_a_digest_is_the_sha256():
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert manifest.digest(b"abc") == known
