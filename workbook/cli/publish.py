"""`workbook site` and `workbook clouds`: the static edition, the badges, what Binder installs.

All of it is made in `workbook.publishing`, from the notebooks, README.md and pyproject.toml.
Left out: uploading anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def site(
    output: Annotated[Path, typer.Option(help="Folder of the pages.")] = Path("build/site"),
    api: Annotated[bool, typer.Option(help="With pages about the package's functions.")] = True,
) -> None:
    """Build the static HTML edition of all lessons; it needs no kernel and no network."""
    from workbook.publishing.site.build import build

    lessons = len(build(output, reference=api)) - 1
    print(f"{lessons} lesson{'s' if lessons != 1 else ''} -> {output / 'index.html'}")


def clouds() -> None:
    """Renew the badges in README.md and what Binder installs; see pyproject.toml's repository."""
    from workbook.publishing import badges

    changed = badges.write()
    print("\n".join(map(str, changed)) or "README.md and binder/requirements.txt are up to date.")
