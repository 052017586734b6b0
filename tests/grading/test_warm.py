"""Warm parents of kernels: one for each thread and edition, and gone when they are ended."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from workbook.grading import warm
from workbook.grading.isolation import Isolation
from workbook.sandbox.bubblewrap import SandboxUnavailable


class Parent:
    """A parent that forks nothing."""

    def __init__(self, argv, *, folder, readable, environment):
        self.argv, self.folder, self.environment = argv, folder, environment
        self.running = True

    def close(self):
        self.running = False


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """A sandbox's settings; its parents are those above."""
    (tmp_path / "edition").mkdir()
    monkeypatch.delenv(warm.COLD, raising=False)
    monkeypatch.setattr(warm, "Zygote", Parent)
    monkeypatch.setattr(warm, "_all", [])
    monkeypatch.setattr(warm, "_mine", threading.local())
    return Isolation("sandbox", tmp_path / "edition")


def folders(apart):
    return [path for path in apart.edition.parent.iterdir() if path.name.startswith("wbk-")]


def test_a_parent_serves_until_another_edition_is_graded_with(apart, tmp_path):
    first = warm.zygote(apart)
    assert warm.zygote(replace(apart, limits=None)) is first
    assert first.argv[-1] == "zygote" and first.environment["HOME"] == str(first.folder / "k")
    other = warm.zygote(replace(apart, edition=tmp_path / "other"))
    assert other is not first and not first.running
    assert folders(apart) == [other.folder]


def test_a_parent_that_has_died_is_replaced(apart):
    first = warm.zygote(apart)
    first.running = False
    assert warm.zygote(apart) is not first
    assert len(folders(apart)) == 1


def test_there_is_none_without_a_sandbox_or_where_kernels_are_to_be_cold(apart, monkeypatch):
    assert warm.zygote(replace(apart, kind="none")) is None
    monkeypatch.setenv(warm.COLD, "1")
    assert warm.zygote(apart) is None and folders(apart) == []


def test_each_thread_has_its_own_and_all_are_ended(apart):
    mine, theirs = warm.zygote(apart), []
    thread = threading.Thread(target=lambda: theirs.append(warm.zygote(apart)))
    thread.start()
    thread.join()
    assert theirs[0] is not mine and len(folders(apart)) == 2
    warm.end()
    assert not mine.running and not theirs[0].running and folders(apart) == []
    assert warm.zygote(apart).running, "the next submission starts another"


def test_a_machine_without_room_for_one_is_asked_once(apart, monkeypatch):
    asked = []

    def refuse(argv, **known):
        asked.append(argv)
        raise SandboxUnavailable("no warm sandbox")

    monkeypatch.setattr(warm, "Zygote", refuse)
    assert warm.zygote(apart) is warm.zygote(apart) is None
    assert len(asked) == 1 and folders(apart) == []
