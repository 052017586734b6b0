"""README.md is true: its commands exist, its map is the tree, its variables are read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from workbook import LESSONS
from workbook.cli import app
from workbook.publishing import badges

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [
    line.partition("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line
]
INLINE = re.findall(r"`([^`\n]+)`", TEXT)
TOP_LEVEL = {
    "README.md", "requirements.txt", "pyproject.toml", "Makefile", "LICENSE", "notebooks",
    "workbook", "data", "tests", "binder", ".ci",
}  # fmt: skip


def tracked(folder=""):
    """Files that git knows or would take in, below a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *([folder] if folder else [])],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return listed.stdout.split()


def test_the_two_commands_stand_first():
    assert COMMANDS[:2] == ["make lab", "make test"]


def test_every_make_target_it_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {m[1] for text in COMMANDS + INLINE if (m := re.search(r"\bmake ([a-z-]+)$", text))}
    assert {"lab", "test", "help", "course"} <= named <= targets


@pytest.mark.parametrize("line", [c for c in COMMANDS + INLINE if "workbook " in c])
def test_every_workbook_command_it_shows_is_understood(line):
    """The command's words are parsed by the command itself, with --help in place of its work."""
    words = line.split("workbook ", 1)[1].split()
    options = [word for word in words if word.startswith("--")]
    groups = words[:2] if words[0] in ("models", "train") else words[:1]
    answer = CliRunner().invoke(app, [*groups, "--help"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert all(option in answer.output for option in options)


def test_the_map_names_the_folders_of_the_top_level_and_no_others():
    mapped = set(re.findall(r"^\| `([^`]+)/` \|", TEXT, re.MULTILINE))
    assert mapped == {name for name in TOP_LEVEL if (ROOT / name).is_dir()}
    assert mapped == {name for name in TOP_LEVEL if "." not in name[1:]} - {"Makefile", "LICENSE"}


def test_the_top_level_holds_what_the_architecture_says():
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL - {".ci"}
    assert ".ci" in top


@pytest.mark.parametrize(
    "path", sorted({t for t in INLINE if re.fullmatch(r"[\w./-]+/[\w./-]*", t)})
)
def test_every_path_it_names_exists(path):
    if path.startswith("owner/"):
        pytest.fail("a Hub id is written with its revision")
    assert any((base / path).exists() for base in (ROOT, ROOT / "workbook", ROOT / "data"))


def test_every_variable_it_names_is_read_somewhere():
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "workbook").rglob("*.py"))
    from workbook.core.system import profile

    roles = {profile.variable(role) for role in profile.ROLES}
    named = set(re.findall(r"WORKBOOK_[A-Z0-9_]+", TEXT))
    assert roles <= named
    assert all(name in roles or name in code for name in named)


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", TEXT):
        assert (ROOT / target).exists(), target


def test_every_lesson_is_listed_in_order_with_a_finding():
    lessons = [lesson for lesson in LESSONS if lesson.ready]
    listed = re.findall(r"\(notebooks/([0-9]\w+)\.ipynb\) \| (.+) \|$", TEXT, re.MULTILINE)
    assert listed == [(lesson.notebook, lesson.finding) for lesson in lessons]


def test_it_is_short_and_says_how_to_start_at_once():
    """C6: 774 words stood before anything was learned."""
    assert len(TEXT.splitlines()) <= 100
    assert len(TEXT.partition("make test")[0].split()) < 120


def test_there_is_no_badge_until_a_repository_is_set():
    """C6: the badges led to github.com/OWNER."""
    assert "OWNER" not in TEXT
    assert ("mybinder.org" in TEXT) is bool(badges.repository(ROOT))


def test_its_pip_way_installs_the_same_file_as_the_makefile():
    assert any("pip install -r requirements.txt" in command for command in COMMANDS)
    assert "pip install --disable-pip-version-check -r requirements.txt" in (
        ROOT / "Makefile"
    ).read_text(encoding="utf-8")


def test_the_pictures_of_the_readme_are_in_the_repository_and_described(root):
    """A missing picture would only be seen on the web."""
    text = (root / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[([^\]]*)\]\((?!https:)([^)]+)\)", text)  # badges come from the web
    assert pictures
    for description, name in pictures:
        assert len(description.split()) > 8
        with Image.open(root / name) as film:
            assert film.format == "WEBP" and film.n_frames > 4
