"""Badges and links come from one address, and what Binder installs from the course's pins."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import tqdm
from packaging.requirements import Requirement

from workbook.publishing import badges, binder

URL = "https://github.com/somebody/some-course"
LESSON = "03_sampling"


@pytest.fixture
def copy(root, tmp_path, monkeypatch):
    """A folder with what the command reads and writes; the size is measured by tests/binder."""
    monkeypatch.setattr(binder, "installed_bytes", lambda listed: 1.7e9)
    (tmp_path / "binder").mkdir()
    for name in ("README.md", "pyproject.toml", "requirements.txt", "binder/requirements.txt"):
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


def set_address(folder, address):
    file = folder / "pyproject.toml"
    text = file.read_text(encoding="utf-8")
    new, count = re.subn(r'^repository = ".*"$', f'repository = "{address}"', text, flags=re.M)
    assert count == 1, "the address stands in one place"
    file.write_text(new, encoding="utf-8")


@pytest.mark.parametrize("written", [URL, URL + "/", URL + ".git"])
def test_the_address_is_read_from_one_place(copy, written):
    set_address(copy, written)
    assert badges.repository(copy) == URL


@pytest.mark.parametrize("written", ["somebody/some-course", "https://example.org/a/b", URL + "/x"])
def test_an_address_that_the_services_cannot_read_is_refused(copy, written):
    set_address(copy, written)
    with pytest.raises(ValueError, match="such as https://github.com/owner/name") as error:
        badges.repository(copy)
    assert repr(written) in str(error.value)


def test_each_link_says_repository_branch_and_lesson_as_its_service_wants_it(root):
    links = badges.links(LESSON, URL)
    assert list(links) == ["Binder", "Colab", "Kaggle"]
    hub = urlsplit(links["Binder"])
    assert (hub.hostname, hub.path) == ("mybinder.org", "/v2/gh/somebody/some-course/main")
    (opened,) = parse_qs(hub.query)["urlpath"]
    assert opened.removeprefix("lab/tree/") == f"notebooks/{LESSON}.ipynb"
    assert (root / opened.removeprefix("lab/tree/")).is_file()
    blob = f"somebody/some-course/blob/main/notebooks/{LESSON}.ipynb"
    assert links["Colab"] == f"https://colab.research.google.com/github/{blob}"
    (source,) = parse_qs(urlsplit(links["Kaggle"]).query)["src"]
    assert source == f"https://github.com/{blob}"


@pytest.mark.parametrize("written", ["", "https://github.com/OWNER/generative-ai-workbook"])
def test_without_a_repository_there_is_no_badge(copy, written):
    """C6: badges that led to github.com/OWNER."""
    set_address(copy, written)
    badges.write(copy)
    assert badges.repository(copy) == "" == badges.block("", 0)
    text = (copy / "README.md").read_text(encoding="utf-8")
    assert "badge" not in text and "OWNER" not in text


def test_the_readme_is_up_to_date(root, copy):
    """`workbook clouds` in a copy changes nothing."""
    assert badges.write(copy) == []
    assert (root / "notebooks" / f"{badges.FIRST}.ipynb").is_file()


def test_an_address_brings_the_badges_and_taking_it_back_takes_them_away(copy):
    before = (copy / "README.md").read_text(encoding="utf-8")
    set_address(copy, URL)
    assert badges.write(copy) == [copy / "README.md"]
    after = (copy / "README.md").read_text(encoding="utf-8")
    assert badges.badges(badges.FIRST, URL) in after and "1.7 GB of packages" in after
    assert badges.write(copy) == []
    set_address(copy, "")
    assert badges.write(copy) == [copy / "README.md"]
    assert (copy / "README.md").read_text(encoding="utf-8") == before


def test_what_a_package_needs_is_found_with_its_extras():
    """fsspec[http], which evaluate asks for, needs aiohttp; fsspec alone does not.

    Guards against a list that lacks what only an extra brings.
    """
    assert "aiohttp" in binder.needed([Requirement("evaluate")])
    assert "aiohttp" not in binder.needed([Requirement("fsspec")])
    assert {"torch", "sympy", "networkx"} <= binder.needed([Requirement("torch")])


def test_what_is_needed_is_judged_for_binders_machine_not_for_this_one(monkeypatch):
    """Guards against a list that differs when a learner with Windows or macOS renews it."""
    asked = {
        "tool": ['winonly; sys_platform == "win32"', 'unix; os_name == "posix"', "old"],
        "old": ['late; python_version >= "3.12"', 'early; python_version < "3.12"'],
    }
    monkeypatch.setattr(binder, "asked_by", lambda name: asked.get(name, []))
    assert binder.needed([Requirement("tool")]) == {"tool", "unix", "old", "early"}
    monkeypatch.undo()
    assert binder.asked_by("no-such-package-anywhere") == []


def test_a_package_without_a_pin_is_named(copy):
    file = copy / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(x for x in lines if not x.startswith("sympy==")), encoding="utf-8")
    with pytest.raises(ValueError, match="no pin for sympy"):
        binder.requirements(copy)


def test_torch_is_asked_for_in_its_cpu_build_from_its_own_index():
    text = binder.text({"numpy": "2.0", "torch": "2.13.0"})
    assert text.splitlines()[-2:] == ["numpy==2.0", "torch==2.13.0+cpu"]
    assert f"\n--extra-index-url {binder.CPU_INDEX}\n" in text


def test_the_size_is_that_of_the_files():
    """All of them: the sources of tqdm, and what Python compiles them to."""
    sources = sum(file.stat().st_size for file in Path(tqdm.__file__).parent.rglob("*.py"))
    assert sources < binder.installed_bytes(["tqdm"]) < 5 * sources
