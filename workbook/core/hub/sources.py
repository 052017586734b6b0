"""Where what fills a role comes from: the course, a folder or file of yours, or the Hub.

`resolve` reads the profile and the environment, `parse` one text such as "bundled:town-lm", a
path, or "owner/name@revision". Nothing is loaded or fetched here: that is `workbook.core.hub`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from workbook.core.hub import assets
from workbook.core.system import profile

HUB_ID = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class ModelSource:
    """Where what fills a role comes from."""

    role: str
    kind: str  # "bundled", "local" or "hub"
    location: str  # a folder or file; for the Hub "owner/name"
    revision: str = ""  # of the Hub only

    def __str__(self) -> str:
        return self.location if not self.revision else f"{self.location}@{self.revision}"

    @property
    def by_hand(self) -> bool:
        """True when the learner named it, in the environment or by argument, not the profile."""
        if os.environ.get(profile.variable(self.role), "").strip() == str(self):
            return True
        return getattr(profile.current(), profile.ROLES[self.role]) != str(self)


def resolve(role: str) -> ModelSource:
    """What fills a role here (profile.ROLES: "base", "instruct", ..., "dialogues").

    "bundled:town-lm", a path or "owner/name@revision" may stand in place of a role. Nothing is
    loaded or fetched. Raises ValueError, in one sentence, when nothing can fill the role.
    """
    if role not in profile.ROLES:
        if ":" not in role and "/" not in role:
            raise ValueError(f"there is no role {role!r}; use one of {', '.join(profile.ROLES)}.")
        return parse("base", role)
    current = profile.current()
    asked = getattr(current, profile.ROLES[role])
    if asked is None:
        raise ValueError(
            f"nothing fills the role {role!r} on the {current.name} profile: the lesson that "
            f"needs it trains its own, or set {profile.variable(role)}."
        )
    return parse(role, asked)


def parse(role: str, asked: str) -> ModelSource:
    """A source from its text: "bundled:name", a path that exists, or "owner/name@revision"."""
    kind, _, name = asked.partition(":")
    if kind == "bundled":
        folder = assets.path(name if role == "dialogues" else f"models/{name}")
        return ModelSource(role, "bundled", str(folder))
    place = Path(asked).expanduser()
    if place.exists():
        return ModelSource(role, "local", str(place))
    match = HUB_ID.fullmatch(asked)
    if match is None or asked.startswith("."):
        raise ValueError(
            f"{asked} does not exist: {profile.variable(role)} takes a path or Hub id."
        )
    if match["revision"] is None:
        raise ValueError(
            f"{asked} is no file here, and as a Hub id it needs its revision: write "
            f"{asked}@COMMIT (the model's page shows it under Files, History), or {asked}@main "
            "to take the newest and stay with it."
        )
    return ModelSource(role, "hub", match["id"], match["revision"])


def offline() -> bool:
    """True when WORKBOOK_OFFLINE forbids the network."""
    return os.environ.get("WORKBOOK_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")
