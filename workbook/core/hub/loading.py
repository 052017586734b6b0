"""Models and data by role: bundled with the course, from a folder of yours, or from the Hub.

`resolve` says what fills a role, `load_model` and `load_tokenizer` load it, `fetched` gives the
folder of what comes from the Hub. Weights are safetensors, Hub ids carry a revision, code that
comes with a model is never run, and what does not fit in memory is refused before it is fetched.
When the Hub cannot give it, a role that the profile chose falls back to the bundled model and
says so; a role that you filled yourself raises an error instead. WORKBOOK_OFFLINE=1 never touches
a network. Lesson 03 loads its first model here.
"""

from __future__ import annotations

import json
import sys
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.core.hub import assets, download, fits
from workbook.core.hub.download import Listing
from workbook.core.hub.hub_errors import Unavailable, explain
from workbook.core.hub.sources import ModelSource, offline, parse, resolve
from workbook.core.system import memory, profile

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

__all__ = [
    "ModelSource", "auto_class", "explain", "fetched", "folder_of", "load_model", "load_tokenizer",
    "load_weights", "offline", "parse", "resolve",
]  # fmt: skip
GENERATES, CLASSIFIES, ENCODES = "generates text", "classifies text", "encodes text"
TASKS = {  # role -> what its model must be able to do
    "base": GENERATES,
    "instruct": GENERATES,
    "seq2seq": GENERATES,
    "reward": CLASSIFIES,
    "toxicity": CLASSIFIES,
    "embedder": ENCODES,
}
FITS = {  # what a role asks for -> models that can do it, in words
    GENERATES: "a decoder (GPT-2, Llama, Qwen2) or an encoder-decoder (T5)",
    CLASSIFIES: "a model that was saved with a classification head",
}
_given: dict[ModelSource, ModelSource] = {}  # what `fetched` answered in this process
FALLBACK = {
    "base": "bundled:town-lm",
    "instruct": "bundled:town-instruct",
    "dialogues": "bundled:town",
}


def load_model(role: str = "base", dtype: torch.dtype | None = None) -> PreTrainedModel:
    """The model that fills a role, in eval mode on the profile's device.

    dtype: of the weights; by default the profile's (float32 on a CPU).
    Raises ValueError, in one sentence, when it is missing, damaged, not in safetensors, too large
    for the memory that is free, or of a kind that cannot do what the role asks.
    """
    import torch
    import transformers

    source = resolve(role)
    if source.role not in TASKS:
        raise ValueError(f"the role {role!r} is filled by data, not by a model.")
    current = profile.current()
    dtype = dtype or getattr(torch, current.dtype)
    folder = folder_of(source)
    config = _from_folder(transformers.AutoConfig, folder)
    loader = getattr(transformers, auto_class(source.role, config, folder))
    shape = memory.shape_of(config, fits.parameters(folder))
    try:
        fits.check(source, shape, str(dtype).removeprefix("torch."))
    except Unavailable as problem:
        raise ValueError(f"{source} is too large to load: {problem}.") from problem
    model = load_weights(loader, folder, config=config, dtype=dtype)
    torch.nn.Module.to(model, current.device)
    return model.eval()


@lru_cache(maxsize=2)
def bundled(name: str) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """Return a bundled model, such as "town-lm", and its tokenizer; the last two are kept.

    Recorded runs are about these, whatever the profile; give a copy to what changes weights.
    """
    return load_model(f"bundled:{name}"), load_tokenizer(f"bundled:{name}")


def load_weights(loader: Any, folder: Path, **options: Any) -> PreTrainedModel:
    """Return `loader.from_pretrained(folder, **options)`, every weight of it from the folder.

    Raises ValueError, in one sentence that names the key, for a weight that the files lack or have
    in another shape: transformers would fill it with random numbers and only warn. A weight that
    is tied to another needs no entry of its own, nor does the pooler of a bare encoder, which the
    objective of most encoders does not train.
    """
    from transformers.utils import logging

    loud = logging.get_verbosity()
    logging.set_verbosity_error()  # its table of the same keys would stand above our sentence
    try:
        model, report = _from_folder(
            loader, folder, output_loading_info=True, ignore_mismatched_sizes=True,
            use_safetensors=True, **options,
        )  # fmt: skip
    finally:
        logging.set_verbosity(loud)
    _refuse_random_weights(folder, report, is_bare=loader.__name__ == "AutoModel")
    return model


def _refuse_random_weights(folder: Path, report: dict[str, Any], is_bare: bool) -> None:
    """Raise ValueError where a loading report of transformers has missing or mismatched weights."""
    for key, stored, built in sorted(report["mismatched_keys"]):
        raise ValueError(
            f"{folder} cannot be loaded: its weight {key} is {list(stored)}, but its config.json "
            f"makes it {list(built)}; get both files from one place."
        )
    missing = [
        key for key in sorted(report["missing_keys"]) if not (is_bare and key.startswith("pooler."))
    ]
    if missing:
        others = f" and {len(missing) - 1} more" if missing[1:] else ""
        spare = sorted(report["unexpected_keys"])
        instead = f"; they hold {spare[0]}, which the model has not" if spare else ""
        raise ValueError(
            f"{folder} cannot be loaded: its files lack the weight {missing[0]}{others}{instead}; "
            "save the model again with model.save_pretrained(folder)."
        )


def load_tokenizer(role: str = "base") -> PreTrainedTokenizerFast:
    """The tokenizer of the model that fills a role; the same errors as `load_model`."""
    import transformers

    return _from_folder(transformers.AutoTokenizer, folder_of(resolve(role)))


def folder_of(source: ModelSource) -> Path:
    """The checked folder of a model on this disk, fetched from the Hub if it comes from there."""
    if source.kind == "hub":
        source = fetched(source)
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


def fetched(source: ModelSource) -> ModelSource:
    """A Hub source as a local folder, or the bundled one when the profile chose it in vain.

    The answer holds for the life of the process, so that a model and its tokenizer come from one
    place. Raises ValueError when a source that somebody named cannot be had, or none is bundled.
    """
    if source not in _given:
        _given[source] = _fetch(source)
    return _given[source]


def _fetch(source: ModelSource) -> ModelSource:
    """`fetched`, asked for the first time."""
    kind = "model" if source.role in TASKS else "dataset"

    def accept(listing: Listing) -> None:
        if kind == "model":
            _check_model(source, listing)
        print(f"{source}: {memory.in_words(listing.bytes)} to fetch.", file=sys.stderr)

    try:
        folder = download.fetch(source.location, source.revision, kind, offline(), accept)
    except Unavailable as problem:
        fallback = FALLBACK.get(source.role)
        if fallback is None or source.by_hand:
            raise ValueError(f"{source} could not be loaded: {problem}.") from problem
        warnings.warn(
            f"{source} could not be loaded: {problem}. {fallback} is used instead, until you "
            "restart.",
            stacklevel=5,
        )
        return parse(source.role, fallback)
    return ModelSource(source.role, "local", str(folder))


def _check_model(source: ModelSource, listing: Listing) -> None:
    """Refuse a model before its weights are fetched: pickles, foreign code, wrong kind, too large.

    Only its config is fetched for that, a few kilobytes.
    """
    if not any(name.endswith(".safetensors") for name in listing.sizes):
        raise Unavailable(_no_weights(listing))
    if "config.json" not in listing.sizes:
        raise Unavailable("it holds no config.json, so it is not a model of transformers")
    import transformers

    folder = download.bring(listing, ["config.json"])
    _refuse_foreign_code(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    try:
        config = _from_folder(transformers.AutoConfig, folder)
        auto_class(source.role, config, folder)
    except ValueError as problem:
        raise Unavailable(str(problem).replace(str(folder), "it", 1).rstrip(".")) from problem
    shape = memory.shape_of(config, listing.parameters or _guess(listing, config))
    fits.check(source, shape)
    needs = memory.in_words(fits.needed(shape, profile.current()))
    print(f"{source} takes about {needs} of memory.", file=sys.stderr)


def _refuse_foreign_code(config: dict[str, Any]) -> None:
    """Refuse a model that transformers does not know: its code would come with it."""
    import transformers

    if config.get("model_type") in transformers.CONFIG_MAPPING:
        return
    own = "it brings code of its own, which the course never runs"
    odd = f"it is of type {config.get('model_type')!r}, which the installed transformers lacks"
    raise Unavailable(f"{own if 'auto_map' in config else odd}; choose another model")


def _no_weights(listing: Listing) -> str:
    pickled = [name for name in listing.everything if name.endswith((".bin", ".pt", ".pth"))]
    if not pickled:
        return "it holds no weights in safetensors, the only format that the course reads"
    return (
        f"its weights are pickled ({pickled[0]}), and opening a pickle can run a stranger's code; "
        "choose a model in safetensors"
    )


def _guess(listing: Listing, config: PreTrainedConfig) -> int:
    """The number of weights from the size of the files, where the Hub has not counted them."""
    stored = str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")
    weights = sum(size for name, size in listing.sizes.items() if name.endswith(".safetensors"))
    return weights // memory.BYTES.get(stored, 2)


def auto_class(role: str, config: PreTrainedConfig, folder: Path) -> str:
    """The class of transformers that loads a model of this config into a role.

    Raises ValueError when the model cannot do what the role asks: transformers would give it a
    head of random numbers instead.
    """
    task = TASKS[role]
    if task == ENCODES:
        return "AutoModel"
    from transformers.models.auto import modeling_auto as known

    architecture = (config.architectures or [""])[0]
    if task == CLASSIFIES and architecture.endswith("ForSequenceClassification"):
        return "AutoModelForSequenceClassification"
    if task == GENERATES and architecture in known.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values():
        return "AutoModelForCausalLM"
    if task == GENERATES and (
        architecture in known.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES.values()
    ):
        return "AutoModelForSeq2SeqLM"
    raise ValueError(
        f"{folder} holds a {architecture or config.model_type}, but the role {role!r} needs a "
        f"model that {task}: use {FITS[task]}."
    )


def _from_folder(loader: Any, folder: Path, **options: Any) -> Any:
    """`loader.from_pretrained` on a local folder, its errors turned into one sentence."""
    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.disable_progress_bar()  # a local file is there at once; a Hub download has its own bar
    try:
        return loader.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, **options
        )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().split("\n")[0] or type(error).__name__
        raise ValueError(
            f"{folder} cannot be loaded ({first}); get it again, from where it came."
        ) from error
