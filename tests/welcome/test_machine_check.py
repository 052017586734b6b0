"""What the learner sees of the machine and of the profiles."""

from types import SimpleNamespace

from workbook.core import doctor
from workbook.core.system import profile
from workbook.welcome import machine_check


def test_the_checkup_is_the_doctors(monkeypatch):
    found = machine_check.machine_check()
    assert found.verdict == doctor.examine().verdict
    assert found.verdict in str(found) and found.verdict in found._repr_html_()
    sick = machine_check.Checkup("Not ready", ("a", "b <c>"), {"Machine": {"cores": "<2>"}})
    assert "Also: b <c>" in str(sick)
    assert "<li>b &lt;c&gt;</li>" in sick._repr_html_() and "&lt;2&gt;" in sick._repr_html_()
    assert "<script" not in sick._repr_html_()


def test_profiles_are_the_courses():
    table = machine_check.profiles()
    assert list(table) == list(profile.BUDGETS)
    assert table.loc["steps", "gpu"] == str(profile.BUDGETS["gpu"].steps)
    assert "@" not in "".join(table.to_numpy().flatten())


def test_what_was_not_found_has_no_heading(monkeypatch):
    found = SimpleNamespace(verdict="Ready.", problems=["slow disk"])
    monkeypatch.setattr(doctor, "examine", lambda: found)
    monkeypatch.setattr(doctor, "tables", lambda _: {"GPU": {}, "Machine": {"cores": "2"}})
    checkup = machine_check.machine_check()
    assert checkup.tables == {"Machine": {"cores": "2"}} and checkup.problems == ("slow disk",)


def test_the_first_problem_is_told_by_the_verdict_and_not_again():
    checkup = machine_check.Checkup("No room: 1 GB.", ("no room", "old"), {"Disk": {"free": "1"}})
    assert str(checkup).splitlines() == [
        "No room: 1 GB.", "Also: old", "", "Disk", f"  {'free':<24} 1"
    ]  # fmt: skip
    page = checkup._repr_html_()
    assert page.count("<li>") == 1 and '<th scope="row" style="text-align:left">free</th>' in page


def test_a_profile_shows_its_models_without_their_revision():
    table = machine_check.profiles()
    assert table.index.name == "a profile sets"
    assert list(table.index) == list(machine_check.PROFILE_FIELDS)
    for name, budget in profile.BUDGETS.items():
        assert budget.base_model.startswith(table.loc["base_model", name])
