"""The whole site: a page for each lesson, a front page, what the search needs, plotly's script.

1. read every notebook; 2. write its page; 3. copy notebooks and their images; 4. write the search's
list and, where asked for, the reference pages; 5. put the finished folder in place of the old one.
Left out: how an element becomes HTML, in the other files of this folder.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import Environment, FileSystemLoader

from workbook.core.runs.files import replacing
from workbook.publishing import runner
from workbook.publishing.site import api
from workbook.publishing.site import lesson as lessons
from workbook.publishing.site.lesson import Lesson
from workbook.publishing.site.markdown import Prose

HERE = Path(__file__).resolve().parent
MARK = ".workbook-site"  # a folder with this file was made here, and may be made again


def build(folder: Path, notebooks: list[Path] | None = None, reference: bool = False) -> list[Path]:
    """Writes the site into `folder` and returns its pages, the front page first.

    notebooks: all of the course by default; none is executed. reference: with the pages about the
    package's functions, too. Raises ValueError for a folder that holds anything else.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise ValueError(f"{folder} holds other files: name a new or empty folder for the site.")
    files = runner.find() if notebooks is None else notebooks
    with replacing(folder) as draft:  # 5
        draft.mkdir()
        return [folder / name for name in _write_pages(files, draft, reference)]


def _write_pages(files: list[Path], draft: Path, reference: bool) -> list[str]:
    """Write all pages and what they need; their names, the front page first."""
    found = [lessons.read(file, draft) for file in files]  # 1
    front = _template("index").render(
        lessons=found, reference=reference and f"{api.FOLDER}/index.html", **_introduction(files)
    )
    pages = {"index.html": front}
    for number, lesson in enumerate(found):  # 2
        before = found[number - 1] if number else None
        after = found[number + 1] if number + 1 < len(found) else None
        pages[f"{lesson.name}.html"] = _template("lesson").render(
            lesson=lesson, lessons=found, before=before, after=after
        )
    _copy(files, draft)  # 3
    _write_search(found, draft)  # 4
    if reference:
        api.write(draft)
    for name, page in pages.items():
        (draft / name).write_text(_linked(page, draft, set(pages)), encoding="utf-8")
    return list(pages)


def _template(name: str):
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template(f"{name}.html.j2")


def _introduction(files: list[Path]) -> dict[str, str]:
    """Title and first paragraph of the README that stands beside the notebooks."""
    readme = files[0].resolve().parent.parent / "README.md" if files else None
    if readme is None or not readme.exists():
        return {"title": "The generative AI workbook", "introduction": ""}
    prose = Prose()
    soup = BeautifulSoup(prose.html(readme.read_text(encoding="utf-8")), "html.parser")
    paragraphs = [p for p in soup.select("p") if not p.select("img, a")]
    first = paragraphs[0].decode_contents() if paragraphs else ""
    return {"title": prose.headings[0].text, "introduction": first}


def _copy(files: list[Path], folder: Path) -> None:
    """The site's own files, plotly's script, the notebooks and the images beside them."""
    import plotly

    static = folder / "static"
    shutil.copytree(HERE / "static", static)
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    shutil.copy(script, static / "plotly.min.js")
    (folder / "notebooks").mkdir()
    for file in files:
        shutil.copy(file, folder / "notebooks")
    for images in {file.parent / "images" for file in files}:
        if images.is_dir():
            shutil.copytree(images, folder / "images", dirs_exist_ok=True)
    (folder / MARK).touch()


def _write_search(found: list[Lesson], folder: Path) -> None:
    """A script rather than JSON: a page opened from the disk may load the one, not the other."""
    parts = [
        {**part, "page": f"{lesson.name}.html", "lesson": f"{lesson.number} {lesson.title}".strip()}
        for lesson in found
        for part in lesson.parts
    ]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    (folder / "static" / "search-list.js").write_text(f"window.SEARCH={text}\n", encoding="utf-8")


def _linked(page: str, folder: Path, pages: set[str]) -> str:
    """Links to notebooks lead to their pages; a link to what the site has not becomes text."""
    soup = BeautifulSoup(page, "html.parser")
    for link in soup.select("main a[href]"):
        target, sharp, place = link["href"].partition("#")
        if re.match(r"[a-z]+:", target) or not target or link.has_attr("download"):
            continue
        name = re.sub(r"\.ipynb$", ".html", target.removeprefix("./"))
        if name in pages or (folder / name).exists():
            link["href"] = name + sharp + place
        else:
            link.unwrap()
    return str(soup)
