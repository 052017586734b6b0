"""The reference pages of the site: every public function, its arguments, shapes and errors.

pdoc reads them from the docstrings of the package; this file chooses which parts are shown and
gives them the site's colours. Left out: the lessons' own pages, which are `build.py`.
"""

from __future__ import annotations

import importlib.util
import pkgutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import workbook
from workbook import LESSONS

TEMPLATES = Path(__file__).resolve().parent / "api_templates"
FOLDER = "api"  # below the site's own
BENEATH = ("training", "tasks", "inference", "town", "core")  # below the lessons, upper ones first
# Of a lesson these are for its own notebook, or hold words alone.
UNSHOWN = ("charts", "explorers", "experiment", "exercises", "peers")


def shown() -> list[str]:
    """Return the parts of the package that have reference pages: each ready lesson and the rest."""
    parts = [lesson.topic for lesson in LESSONS if lesson.ready] + list(BENEATH)
    private = [f"!workbook.*.{name}" for name in UNSHOWN]
    return ["workbook", *(f"workbook.{part}" for part in parts), *private, "!workbook.town.texts"]


def write(folder: Path, parts: Sequence[str] | None = None) -> list[Path]:
    """Write the pages below `folder` and return them. It imports what it documents: seconds.

    parts: names of modules, "!" before a pattern to leave out; by default `shown()`. Raises
    ValueError where pdoc is not installed.
    """
    if importlib.util.find_spec("pdoc") is None:
        raise ValueError(
            "the reference pages are made by pdoc: `pip install pdoc`, or give --no-api."
        )
    import pdoc

    pdoc.render.configure(
        search=False,
        show_source=False,
        footer_text="The generative AI workbook",
        template_directory=TEMPLATES,
    )
    load_contracts()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # types that only a type checker imports
        pdoc.pdoc(*(shown() if parts is None else parts), output_directory=folder / FOLDER)
    return sorted((folder / FOLDER).rglob("*.html"))


def load_contracts() -> None:
    """Load every name that a part promises: pdoc shows what it finds loaded."""
    for module in pkgutil.walk_packages(workbook.__path__, "workbook."):
        if module.ispkg:
            part = importlib.import_module(module.name)
            for name in getattr(part, "__all__", ()):
                getattr(part, name)
