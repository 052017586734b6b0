"""Zip archives that nobody vouches for: listed and read in memory, never unpacked.

Refused are paths that lead out of the archive, links, encrypted entries, and archives that would
grow beyond reason. An archive inside of an archive is looked into once, as Moodle and Canvas hand
on what students zipped. Left out: other kinds of archives.
"""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

MOST_ENTRIES = 50_000
MOST_BYTES = 20_000_000_000  # of an archive of a whole class, unpacked
RATIO, RATIO_FROM = 200, 20_000_000  # a bomb: shrunk more than RATIO times, and this large
INNER = 100_000_000  # bytes of an archive inside of an archive


@dataclass(frozen=True)
class Entry:
    """A notebook in an archive. member: its path, after that of the inner archive if there is."""

    member: tuple[str, ...]
    size: int
    when: datetime | None
    problem: str = ""


def entries(path: Path) -> list[Entry]:
    """Return the notebooks in an archive and in the archives in it.

    Raises ValueError, in one sentence, for what is no archive or should not be opened.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _entries(archive, ())
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError) as error:
        raise ValueError(f"corrupt: {path.name} is not a zip archive ({error}).") from None


def read(path: Path, member: tuple[str, ...], limit: int) -> bytes:
    """Return a notebook's bytes; at most limit + 1, whatever the archive claims.

    Raises ValueError, in one sentence, where it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if len(member) > 1:
                inner = _take(archive, member[0], INNER)
                with zipfile.ZipFile(io.BytesIO(inner)) as nested:
                    return _take(nested, member[1], limit)
            return _take(archive, member[0], limit)
    except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"corrupt: the archive cannot be read ({error}).") from None
    except Exception as error:  # zlib.error and others have no common base
        raise ValueError(f"corrupt: the archive is damaged ({error}).") from None


def _take(archive: zipfile.ZipFile, member: str, limit: int) -> bytes:
    by_name = {_name(info): info for info in archive.infolist()}
    bytes_of = archive.open
    with bytes_of(by_name[member]) as file:
        return file.read(limit + 1)


def _entries(archive: zipfile.ZipFile, outer: tuple[str, ...]) -> list[Entry]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_ENTRIES:
        raise ValueError(f"refused: an archive of {len(infos):,} files.")
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise ValueError("refused: the archive would grow beyond reason.")
    found = []
    for info in infos:
        name = _name(info)
        problem = _problem(info, name)
        member = (*outer, name)
        if name.lower().endswith(".zip") and not outer and not problem:
            found += _inner(archive, info, member)
        elif name.lower().endswith(".ipynb"):
            found.append(Entry(member, info.file_size, _when(info), problem))
        elif problem.startswith("refused"):
            found.append(Entry(member, info.file_size, _when(info), problem))
    return found


def _inner(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: tuple[str, ...]) -> list[Entry]:
    if info.file_size > INNER:
        return [Entry(member, info.file_size, _when(info), "refused: the archive is too large.")]
    try:
        raw = _take(archive, member[0], INNER)
        with zipfile.ZipFile(io.BytesIO(raw)) as nested:
            return _entries(nested, member)
    except ValueError as error:
        return [Entry(member, 0, _when(info), str(error))]
    except Exception as error:
        return [Entry(member, 0, _when(info), f"corrupt: not a zip archive ({error}).")]


def _problem(info: zipfile.ZipInfo, name: str) -> str:
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or (len(name) > 1 and name[1] == ":"):
        return f"refused: the path {name!r} leads out of the archive."
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"refused: {name} is a link."
    if info.flag_bits & 1:
        return f"refused: {name} is encrypted."
    if info.file_size > RATIO_FROM and info.file_size > RATIO * max(info.compress_size, 1):
        return f"refused: {name} grows {info.file_size // max(info.compress_size, 1):,} times."
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name; older programs write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            pass
    return name.replace("\\", "/")


def _when(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None
