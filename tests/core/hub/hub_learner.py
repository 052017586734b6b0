"""A learner's process: one expression, with the real client and an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

PROGRAM = """
import importlib, json, os, sys, warnings
from workbook.core.hub import loading as hub
said = {"warnings": []}
warnings.showwarning = lambda message, *rest, **more: said["warnings"].append(str(message))
warnings.simplefilter("always", UserWarning)

def attempt(asked):
    os.environ["WORKBOOK_BASE_MODEL"] = asked
    try:
        return str(hub.folder_of(hub.resolve("base")))
    except ValueError as error:
        return str(error)

def change(module, name, value):
    setattr(importlib.import_module(module), name, value)

try:
    said["answer"] = eval(sys.argv[1])
except ValueError as error:
    said["error"] = str(error)
print(json.dumps(said))
"""
FOLDER = "str(hub.folder_of(hub.resolve('base')))"
WEIGHT = "sum(float(w.sum()) for w in hub.load_model('base').state_dict().values())"


@dataclass
class Said:
    """What a learner's process ended with."""

    answer: object = None
    error: str = ""
    warnings: list[str] = field(default_factory=list)
    stderr: str = ""


def ask(url: str, expression: str, settings: dict[str, str], before=None) -> Said:
    """Evaluate an expression in a new process whose Hub is at `url`; an empty setting is unset."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": url,
        "HF_HUB_OFFLINE": "",  # the test suite sets it; the client reads it at import
        "HF_HUB_DISABLE_XET": "1",  # the look-alike does not speak Xet
        "WORKBOOK_PROFILE": "laptop",
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, expression],
        env={name: value for name, value in environment.items() if value},
        capture_output=True, text=True, timeout=300, preexec_fn=before,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Said(**json.loads(done.stdout.splitlines()[-1]), stderr=done.stderr)
