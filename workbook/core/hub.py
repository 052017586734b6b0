"""Models and data by role: bundled with the course, from a folder of yours, or from the Hub.

`resolve` says what fills a role, `load_model` and `load_tokenizer` load it. Weights are
safetensors, Hub ids carry a revision, and code that comes with a model is never run. When the Hub
is out of reach, a role that the profile chose falls back to the bundled model and says so; a role
that you filled yourself raises an error instead. WORKBOOK_OFFLINE=1 never touches a network.
Lesson 03 loads its first model here.
"""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core import assets, profile

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

AUTO_CLASSES = {  # role -> the class of transformers that loads its model
    "base": "AutoModelForCausalLM",
    "instruct": "AutoModelForCausalLM",
    "reward": "AutoModelForSequenceClassification",
    "embedder": "AutoModel",
}
FALLBACK = {"base": "bundled:town-lm", "instruct": "bundled:town-instruct"}
DOWNLOADS = {  # Hub id -> (megabytes to fetch, about; licence)
    "Qwen/Qwen2.5-0.5B": (1000, "Apache-2.0"),
    "Qwen/Qwen2.5-0.5B-Instruct": (1000, "Apache-2.0"),
    "sentence-transformers/all-MiniLM-L6-v2": (92, "Apache-2.0"),
}
WANTED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]  # no pickles, no code
BROKEN_OFF = ("RemoteProtocolError", "ReadError", "ReadTimeout", "ChunkedEncodingError")
HUB_ID = re.compile(r"(?P<id>[\w.-]+/[\w.-]+)(@(?P<revision>[\w./-]+))?")


@dataclass(frozen=True)
class Source:
    """Where what fills a role comes from."""

    role: str
    kind: str  # "bundled", "local" or "hub"
    location: str  # a folder or file; for the Hub "owner/name"
    revision: str | None = None  # of the Hub only

    def __str__(self) -> str:
        return self.location if self.revision is None else f"{self.location}@{self.revision}"


def resolve(role: str) -> Source:
    """What fills a role here ("base", "instruct", "reward", "embedder", "dialogues").

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


def parse(role: str, asked: str) -> Source:
    """A source from its text: "bundled:name", a path that exists, or "owner/name@revision"."""
    kind, _, name = asked.partition(":")
    if kind == "bundled":
        folder = assets.path(name if role == "dialogues" else f"models/{name}")
        return Source(role, "bundled", str(folder))
    place = Path(asked).expanduser()
    if place.exists():
        return Source(role, "local", str(place))
    match = HUB_ID.fullmatch(asked)
    if match is None or asked.startswith("."):
        raise ValueError(
            f"{asked} does not exist: {profile.variable(role)} takes a path or Hub id."
        )
    if match["revision"] is None:
        raise ValueError(
            f"{asked} is no file here, and as a Hub id it needs its revision: write "
            f"{asked}@COMMIT (the model's page shows it under Files, History)."
        )
    return Source(role, "hub", match["id"], match["revision"])


def load_model(role: str = "base", dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model that fills a role, in eval mode on the profile's device.

    dtype: of the weights; by default the profile's (float32 on a CPU).
    Raises ValueError, in one sentence, when it is missing, damaged or not in safetensors.
    """
    import torch
    import transformers

    source = resolve(role)
    if source.role not in AUTO_CLASSES:
        raise ValueError(f"the role {role!r} is filled by data, not by a model.")
    current = profile.current()
    loader = getattr(transformers, AUTO_CLASSES[source.role])
    dtype = dtype or getattr(torch, current.dtype)
    model = _from_folder(loader, folder_of(source), dtype=dtype, use_safetensors=True)
    return model.to(current.device).eval()


def load_tokenizer(role: str = "base") -> PreTrainedTokenizerFast:
    """The tokenizer of the model that fills a role; the same errors as `load_model`."""
    import transformers

    return _from_folder(transformers.AutoTokenizer, folder_of(resolve(role)))


def folder_of(source: Source) -> Path:
    """The checked folder of a model on this disk, fetched from the Hub if it comes from there."""
    if source.kind == "hub":
        return _hub_folder(source)
    folder = Path(source.location)
    if source.kind == "bundled":
        problems = assets.verify(f"models/{folder.name}")
        if problems:
            raise ValueError(problems[0])
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} is not a model's folder: it holds no config.json.")
    if not any(folder.glob("*.safetensors")):
        raise ValueError(
            f"{folder} holds no .safetensors file, and the course reads no other format of "
            "weights; save the model again with model.save_pretrained(folder)."
        )
    return folder


def offline() -> bool:
    """True when WORKBOOK_OFFLINE forbids the network."""
    return os.environ.get("WORKBOOK_OFFLINE", "").strip().lower() not in ("", "0", "false", "no")


def _hub_folder(source: Source) -> Path:
    """A Hub model's folder, or the bundled model's when the profile (not you) asked for the Hub."""
    folder, problem = _snapshot(source.location, source.revision, offline())
    if folder is not None:
        return folder
    chosen_by_hand = os.environ.get(profile.variable(source.role), "").strip() == str(source)
    fallback = FALLBACK.get(source.role)
    if fallback is None or chosen_by_hand:
        raise ValueError(f"{source} could not be loaded: {problem}.")
    instead = folder_of(parse(source.role, fallback))
    warnings.warn(
        f"{source} could not be loaded: {problem}. {fallback} is used instead.", stacklevel=4
    )
    return instead


@cache
def _snapshot(repo: str, revision: str, cached_only: bool) -> tuple[Path | None, str]:
    """(folder, "") of a fetched Hub model, or (None, what went wrong and how to mend it).

    Remembered for the life of the process, so that a model and its tokenizer come from one place.
    """
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            repo, revision=revision, allow_patterns=WANTED, local_files_only=cached_only
        )
    except Exception as error:  # the Hub's client, its transport and the disk each have their own
        return None, explain(error, cached_only)
    return Path(folder), ""


def explain(error: BaseException, cached_only: bool = False) -> str:
    """One clause on why the Hub gave nothing and what to do about it."""
    if cached_only:
        return "WORKBOOK_OFFLINE is set and it was not fetched before; unset it and run again"
    status = _status(error)
    if status == 429:
        return "the Hub asks to slow down (429); wait some minutes, or log in with `hf auth login`"
    if status in (401, 403):
        return f"the Hub refuses it to this account ({status}); accept its terms and log in"
    if status == 404:
        return "the Hub knows no such model or revision (404); check the name"
    if status is not None and status >= 500:
        return f"the Hub has a fault of its own ({status}); try again later"
    if isinstance(error, OSError) and error.errno == 28:
        return "the disk is full; make room and run again"
    if type(error).__name__ in BROKEN_OFF:
        return "the connection broke off; run again, and what has arrived is kept"
    return f"the Hub is out of reach ({type(error).__name__}); connect to a network and run again"


def _status(error: BaseException | None) -> int | None:
    """The HTTP status behind an error, looked for along its chain of causes."""
    while error is not None:
        response = getattr(error, "response", None)
        if response is not None:
            return response.status_code
        error = error.__cause__ or error.__context__
    return None


def _from_folder(loader: Any, folder: Path, **options: Any) -> Any:
    """`loader.from_pretrained` on a local folder, its errors turned into one sentence."""
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()  # a local file is there at once; a Hub download has its own bar
    try:
        return loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        first = str(error).strip().split("\n")[0] or type(error).__name__
        raise ValueError(
            f"{folder} cannot be loaded ({first}); get it again, from where it came."
        ) from error
