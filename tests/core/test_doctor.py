"""The doctor finds what is wrong, says what to do, and closes with one verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbook.core import doctor
from workbook.core.hub import assets
from workbook.core.system import profile
from workbook.core.system.machine import Machine

GB = 2**30
LAPTOP = Machine(2, 16 * GB, 8 * GB, "cpu", "some CPU", 0, None, False)
FINDINGS = doctor.Findings(
    machine=LAPTOP,
    profile=profile.choose(LAPTOP, {}),
    versions={"torch": "2.13.0"},
    bundled={"models/town-lm": 12 * 2**20},
    downloads=doctor.downloads(profile.BUDGETS["gpu"]),
)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    file = tmp_path / "models" / "town-lm" / "model.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"w" * 2048)
    assets.write_manifest()
    return tmp_path


def test_a_machine_that_is_ready_hears_so_last(capsys):
    doctor.show(FINDINGS)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Ready: every lesson can run here on the laptop profile."
    text = "\n".join(lines)
    for shown in (
        "8.0 GB free of 16.0 GB",
        "2.13.0",
        "town-lm",
        "12.0 MB",
        "(verified)",
        "060db64",
    ):
        assert shown in text


def test_a_machine_that_is_not_hears_the_first_problem_last(capsys):
    findings = replace(FINDINGS, problems=["data/a is cut off: get it.", "no memory: close it."])
    doctor.show(findings)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Not ready (2 problems): data/a is cut off: get it."
    assert "Also: no memory: close it." in lines
    assert "(1 damaged)" in "\n".join(lines)


def test_one_problem_is_singular():
    assert replace(FINDINGS, problems=["x"]).verdict == "Not ready (1 problem): x"


def test_old_python():
    assert doctor.python_problems((3, 11)) == doctor.python_problems((3, 14)) == []
    assert "is 3.10, the course needs 3.11" in doctor.python_problems((3, 10))[0]


def test_packages_missing_or_out_of_range():
    requirements = [
        "pytest>=1", "pytest<1", "no-such-package>=1", "never; python_version < '3'",
        "unwanted; extra == 'dev'",
    ]  # fmt: skip
    old, missing = doctor.package_problems(requirements)
    assert old.startswith("pytest is ") and "tested is <1" in old and "make env" in old
    assert missing == "no-such-package is not installed: run `make env`."


def test_room():
    assert doctor.room_problems(8 * GB, 100 * GB) == []
    memory, disk = doctor.room_problems(GB, GB)
    assert "only 1.0 GB of memory is free" in memory and "close other programs" in memory
    assert "only 1.0 GB of disk is free" in disk


def test_bundled_files(data):
    assert doctor.asset_problems() == []
    assert doctor.bundled_sizes() == {"models/town-lm": 2048}
    (data / "models/town-lm/model.safetensors").write_bytes(b"w")
    assert "is cut off (1 of 2,048 bytes)" in doctor.asset_problems()[0]


@pytest.mark.parametrize(("text", "words"), [(None, "is missing"), ("[", "is damaged")])
def test_no_list_of_bundled_files(data, text, words):
    (data / "assets.json").unlink()
    if text:
        (data / "assets.json").write_text(text, encoding="utf-8")
    (problem,) = doctor.asset_problems()
    assert words in problem and "git checkout -- data/assets.json" in problem
    assert doctor.bundled_sizes() == {}


def test_remarks(monkeypatch):
    monkeypatch.delenv("WORKBOOK_OFFLINE", raising=False)
    assert doctor.remarks(LAPTOP, FINDINGS.profile) == []
    slow = profile.choose(LAPTOP, {"WORKBOOK_PROFILE": "gpu"})
    assert "runs on a CPU" in doctor.remarks(LAPTOP, slow)[0]
    t4 = replace(LAPTOP, device="cuda", device_name="T4", capability=(7, 5))
    assert doctor.remarks(t4, profile.choose(t4, {})) == [
        "T4 has no bfloat16 in hardware: float16 is used."
    ]
    monkeypatch.setenv("WORKBOOK_OFFLINE", "1")
    assert "nothing will be fetched" in doctor.remarks(LAPTOP, FINDINGS.profile)[0]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 kB"), (3 * 2**20, "3.0 MB"), (2**40, "1024.0 GB")],
)
def test_sizes_in_words(count, words):
    assert doctor.size(count) == words


def test_each_role_says_what_it_would_load_and_whether_it_fits(data, monkeypatch):
    chosen = profile.choose(LAPTOP, {"WORKBOOK_PROFILE": "gpu"})
    monkeypatch.setattr(doctor.memory, "free", lambda device: 2 * GB)
    looks, problems = doctor.look_at_roles(chosen)
    assert set(looks) == set(profile.ROLES)
    assert "to fetch" in str(looks["base"]) and "TOO LARGE" in str(looks["base"])
    assert looks["toxicity"].fits
    assert problems[0].startswith("the role base takes ")
    assert "WORKBOOK_BASE_MODEL to a smaller model" in problems[0]
    shown = doctor.tables(replace(FINDINGS, profile=chosen, roles=looks))["Profile gpu"]
    assert "TOO LARGE" in shown["base"] and "fits" in shown["embedder"]


def test_a_role_filled_with_nonsense_is_a_problem_and_stops_nothing(data):
    chosen = profile.choose(LAPTOP, {"WORKBOOK_REWARD_MODEL": "./nowhere"})
    looks, problems = doctor.look_at_roles(chosen)
    assert [p for p in problems if "./nowhere does not exist: WORKBOOK_REWARD_MODEL" in p]
    assert "reward" not in looks and "base" in looks


def test_examine_looks_at_this_machine(data):
    findings = doctor.examine()
    assert findings.bundled == {"models/town-lm": 2048}
    assert {"torch", "transformers", "jupyterlab"} <= set(findings.versions)
    assert not [problem for problem in findings.problems if "is not installed" in problem]
