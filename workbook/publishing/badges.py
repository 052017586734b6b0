"""The course in a browser: badges for Binder, Colab and Kaggle, from one address.

The address is `repository` in pyproject.toml; `workbook clouds` writes the block of README.md that
stands between two markers, and what Binder installs (`binder.py`). All three services
read the repository from GitHub. Left out: accounts, keys and storage, of which the course has
none. Lesson 00 is where a badge leads.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from workbook import LESSONS
from workbook.publishing.course_table import renewed

FIRST = LESSONS[0].notebook  # the lesson a badge opens
BRANCH = "main"
BEGIN = "<!-- clouds: written by `workbook clouds` from the repository named in pyproject.toml -->"
END = "<!-- end of clouds -->"
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")

# service -> (its picture, its address for {repo}, {branch} and {lesson})
SERVICES = {
    "Binder": (
        "https://mybinder.org/badge_logo.svg",
        "https://mybinder.org/v2/gh/{repo}/{branch}?urlpath=lab/tree/notebooks/{lesson}.ipynb",
    ),
    "Colab": (
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/{repo}/blob/{branch}/notebooks/{lesson}.ipynb",
    ),
    "Kaggle": (
        "https://kaggle.com/static/images/open-in-kaggle.svg",
        "https://kaggle.com/kernels/welcome"
        "?src=https://github.com/{repo}/blob/{branch}/notebooks/{lesson}.ipynb",
    ),
}
BLOCK = """
## In a browser

{badges}

Binder opens JupyterLab on the first lesson with everything in place: {size:.1f} GB of packages, and
2 GB of memory, which the *binder* profile keeps to. Colab and Kaggle open one notebook without the
course: begin it with a cell of these three lines, and restart the session if it asks you to.

```python
!git clone -q --depth 1 {url} course
%cd course
%pip install -q -e .
```
"""


def repository(folder: Path | None = None) -> str:
    """Return the repository's address, https://github.com/owner/name, as pyproject.toml has it.

    folder: of pyproject.toml; by default the checkout. "" while none is set or OWNER still stands
    for the owner. Raises ValueError for an address that is not on GitHub, from where the three
    services read.
    """
    file = (folder or root()) / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    asked = project.get("urls", {}).get("repository", "")
    if not asked or "/OWNER/" in asked:
        return ""
    match = GITHUB.fullmatch(asked)
    if match is None:
        raise ValueError(
            f"repository is {asked!r} in {file}: write the repository's address there, such as "
            "https://github.com/owner/name."
        )
    return f"https://github.com/{match[1]}"


def links(lesson: str, url: str) -> dict[str, str]:
    """{service: where it opens a lesson}; lesson: "03_sampling", url: the repository's."""
    repo = url.removeprefix("https://github.com/")
    return {
        name: address.format(repo=repo, branch=BRANCH, lesson=lesson)
        for name, (_, address) in SERVICES.items()
    }


def badges(lesson: str, url: str) -> str:
    """The badges of a lesson in Markdown, a line each."""
    return "\n".join(
        f"[![Open in {name}]({SERVICES[name][0]})]({address})"
        for name, address in links(lesson, url).items()
    )


def block(url: str, size: int) -> str:
    """Return what stands between README.md's markers; size: bytes of the packages on Binder.

    Without a repository ("") there is nothing to link to, and nothing stands there.
    """
    if not url:
        return ""
    return BLOCK.format(badges=badges(FIRST, url), url=url, size=size / 1e9)


def root() -> Path:
    """The checkout's top folder."""
    return Path(__file__).resolve().parents[2]


def write(folder: Path | None = None) -> list[Path]:
    """Renew binder/requirements.txt and README.md's block; returns the files that changed."""
    from workbook.publishing import binder

    folder = folder or root()
    listed = binder.requirements(folder)
    readme = folder / "README.md"
    texts = {
        folder / "binder" / "requirements.txt": binder.text(listed),
        readme: renewed(
            readme.read_text(encoding="utf-8"),
            BEGIN,
            END,
            block(repository(folder), binder.installed_bytes(listed)),
            readme.name,
        ),
    }
    changed = [file for file, new in texts.items() if file.read_text(encoding="utf-8") != new]
    for file in changed:
        file.write_text(texts[file], encoding="utf-8")
    return changed
