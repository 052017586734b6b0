"""Writes a wheel of an edition of the package, the same bytes for the same content.

A wheel is a zip archive with the package, METADATA, WHEEL, entry points and a RECORD of hashes
(packaging.python.org, "Binary distribution format"). The metadata is that of the package that is
installed here. Left out: building from source.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from importlib import metadata
from pathlib import Path

EPOCH = (2020, 1, 1, 0, 0, 0)  # of every entry of every archive of a release
ABOUT = "Wheel-Version: 1.0\nGenerator: workbook\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
COMMANDS = "[console_scripts]\nworkbook = workbook.cli:main\n"


def write(package: Path, folder: Path) -> Path:
    """Write the wheel of the package in `package` (its name is workbook) into a folder."""
    installed = metadata.distribution("workbook")
    stem = f"workbook-{installed.version}"
    files = {
        f"workbook/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file()
    }
    text_of = installed.read_text
    about = text_of("METADATA") or ""
    files[f"{stem}.dist-info/METADATA"] = about.encode("utf-8")
    files[f"{stem}.dist-info/WHEEL"] = ABOUT.encode("utf-8")
    files[f"{stem}.dist-info/entry_points.txt"] = COMMANDS.encode("utf-8")
    rows = [f"{name},sha256={_hash(raw)},{len(raw)}" for name, raw in files.items()]
    record = "\n".join([*rows, f"{stem}.dist-info/RECORD,,"]) + "\n"
    files[f"{stem}.dist-info/RECORD"] = record.encode("utf-8")
    target = folder / f"{stem}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(zipped(files))
    return target


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a zip archive of files by name, with fixed times and rights."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, raw in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, raw)
    return buffer.getvalue()


def _hash(raw: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode("ascii")
