"""Recipes: a training run as a TOML file, every key checked, any key set again by `key=value`.

`read("finetune", file, ["steps=40"])` gives the recipe and its `FitConfig`. A key nobody knows is
one sentence that names the nearest one; a value of the wrong type says what is expected. The files
of the course lie in `workbook/training/recipes/`. What a recipe does is in `recipe_runs.py`.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from workbook.core.system.ranges import at_least
from workbook.core.system.text_files import read_text
from workbook.town.stream import KINDS as KINDS_OF_TEXT
from workbook.town.texts.instructions import FAMILIES, SKILL_CHATS
from workbook.training.config import FitConfig


@dataclass(frozen=True)
class Recipe:
    """What both kinds of run are told beside the settings of `fit`."""

    out: str = ""  # folder for checkpoints, log and the final model; must be given
    model: str = "base"  # a role, "bundled:name", a folder, or "owner/name@revision"
    data: str = "town"  # or a file
    examples: int = 2000  # documents or chats read from the data
    batch_size: int = 4  # rows of a batch
    seq_len: int = 320  # tokens of a row; of an encoder-decoder, of a prompt and of an answer
    validation: int = 64  # examples held out, for the loss after training
    data_seed: int = 0  # of the town's texts, and of the order of rows
    # Of data="town": share of the documents that each kind of text (or family of chats) has.
    mix: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for setting in dataclasses.fields(self):
            name, default = setting.name, setting.default
            if isinstance(default, str):  # the shell expands no ~ within key=~/folder
                object.__setattr__(self, name, os.path.expanduser(getattr(self, name)))
            if isinstance(default, int) and not isinstance(default, bool):
                at_least(name, getattr(self, name), int(name != "data_seed"))

    @property
    def numbered(self) -> bool:
        """Whether any document can be made again without the ones before it."""
        return self.data == "town"


@dataclass(frozen=True)
class Pretrain(Recipe):
    """Raw text, loss on every token. data: "town", a .txt file or JSON lines with "text"."""

    model: str = "new"  # "new" starts from random weights of the shape below
    hidden_size: int = 192
    layers: int = 6
    heads: int = 3
    ffn_dim: int = 512  # hidden units of the feed-forward layer
    rope_theta: float = 10_000.0  # base of the rotary positions; larger for longer rows
    tokenizer: str = "base"  # of a new model: a role, "bundled:name", or a folder

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_mix(self, KINDS_OF_TEXT)
        if self.model == "new" and (
            self.hidden_size % self.heads or self.hidden_size // self.heads % 2
        ):
            raise ValueError(
                f"hidden_size={self.hidden_size} is no even multiple of heads={self.heads}."
            )


@dataclass(frozen=True)
class Finetune(Recipe):
    """Chats, loss on the answers. data: "town", "dialogues", or JSON lines with "messages"."""

    families: tuple[str, ...] = ()  # of the town's instructions; none named: the nine of lesson 08
    packed: bool = True  # False: every chat in a row of its own, as always for encoder-decoders
    joined: bool = False  # True: the chats of a row see each other, which is faster
    adapter: str = ""  # "lora": the model stays as it is, and a small update beside it is trained
    rank: int = 8  # of the update
    alpha: float = 16.0  # the update is scaled by alpha / rank
    targets: tuple[str, ...] = ()  # ends of layer names, such as "q_proj"; none: every linear layer
    adapter_dropout: float = 0.0
    variant: Literal["lora", "rslora", "dora"] = "lora"
    base_type: Literal["float32", "bfloat16", "nf4"] = "float32"  # of the frozen weights

    @property
    def numbered(self) -> bool:
        return bool(self.mix)  # without one, chats are picked from a stream by their family

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_mix(self, (*FAMILIES, *SKILL_CHATS))
        if self.mix and self.families:
            raise ValueError("families and mix both choose the chats: give one of them.")
        if self.base_type != "float32" and not self.adapter:
            raise ValueError(
                f"base_type={self.base_type} is of a base that stays as it is: give adapter=lora."
            )


def _check_mix(recipe: Recipe, known: Iterable[str]) -> None:
    for kind, share in recipe.mix.items():
        if kind not in known:
            near = difflib.get_close_matches(kind, known, n=1, cutoff=0.0)[0]
            raise ValueError(f"mix: there is no {kind!r}; the nearest is {near!r}.")
        at_least(f"mix.{kind}", share, 0.0)
    if recipe.mix and recipe.data != "town":
        raise ValueError(f"mix is of the town's texts: it does nothing for data={recipe.data!r}.")
    if recipe.mix and not sum(recipe.mix.values()):
        raise ValueError("mix: every share is 0; give at least one kind a positive share.")


KINDS = {"pretrain": Pretrain, "finetune": Finetune}
NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "a text",
         dict[str, float]: "a table of shares such as {page = 0.5, news = 0.5}"}  # fmt: skip


def read(
    kind: str, file: str | Path | None = None, settings: Sequence[str] = ()
) -> tuple[Recipe, FitConfig]:
    """The recipe in a file, with `key=value` settings on top. Raises ValueError in one sentence."""
    chosen = _known_settings(kind, _from_file(Path(file)), f"{file}: ") if file else {}
    chosen |= _known_settings(kind, dict(map(_from_text, settings)))
    own = {field.name for field in dataclasses.fields(KINDS[kind])}
    recipe = KINDS[kind](**{key: value for key, value in chosen.items() if key in own})
    config = FitConfig(**{key: value for key, value in chosen.items() if key not in own})
    if not recipe.out:
        raise ValueError("say where the run is to be kept: out=FOLDER.")
    return recipe, config


def _known_settings(kind: str, settings: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Return settings with their values checked; where: what a complaint begins with."""
    known = {**get_type_hints(KINDS[kind]), **get_type_hints(FitConfig)}
    for key in settings:
        if key not in known:
            for other in KINDS:
                if key in get_type_hints(KINDS[other]):
                    raise ValueError(f"{where}{key!r} is a setting of `{other}`, not of `{kind}`.")
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            raise ValueError(f"{where}there is no setting {key!r}; the nearest is {near!r}.")
    return {key: _checked(where + key, value, known[key]) for key, value in settings.items()}


def _from_file(file: Path) -> Mapping[str, Any]:
    if not file.is_file():
        raise ValueError(f"{file} cannot be read (there is no such file); the course's own recipes "
                         f"are in {Path(__file__).parent / 'recipes'}.")  # fmt: skip
    try:
        return tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file} is not TOML: {error}.") from error


def _from_text(setting: str) -> tuple[str, Any]:
    """`key=value` from the command line; the value as in TOML, where a text needs no quotes."""
    key, equals, value = setting.partition("=")
    if not equals:
        raise ValueError(f"{setting!r} is no setting: write key=value, such as steps=40.")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _checked(key: str, value: Any, hint: Any) -> Any:
    from pydantic import TypeAdapter, ValidationError

    if isinstance(value, list):
        value = tuple(value)
    if hint is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)  # a folder may be called 2026
    try:
        return TypeAdapter(hint).validate_python(value, strict=True)
    except ValidationError as error:
        raise ValueError(f"{key} is {_in_words(hint)}, not {value!r}.") from error


def _in_words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(str, get_args(hint)))
    return NAMES.get(hint, "a list such as " + _sample(hint))


def _sample(hint: Any) -> str:
    return "[0.9, 0.95]" if float in get_args(hint) else '["summarise", "polite"]'
