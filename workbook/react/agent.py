"""The town's agent: an adapter on town-instruct that was tuned on traces, or rules in its place.

`load_agent` gives the tuned model once it has been made (`workbook record react agent`);
`agent_or_planner` falls back on the rule-based planner and says so. Left out: the tuning itself,
which is a recipe of `workbook train finetune`. Lesson 16.
"""

from __future__ import annotations

from pathlib import Path

from workbook.core.runs.files import data_folder
from workbook.react.adapters import HuggingFace
from workbook.react.models import Model
from workbook.react.planner import Planner

AGENT, PLANNER = "town-agent", "planner"
MAKE_IT = "workbook record react agent"
ADAPTER_FILE = "adapter_config.json"


def agent_folder() -> Path:
    """Return where the agent's adapter lies, or will lie."""
    return data_folder() / "models" / AGENT


def is_made() -> bool:
    """Return whether the agent has been tuned here."""
    return (agent_folder() / ADAPTER_FILE).is_file()


def load_agent(folder: Path | None = None) -> HuggingFace:
    """Return the tuned agent. Raises ValueError, with the command that makes it, where it lacks."""
    from workbook.core.hub import load_model, load_tokenizer
    from workbook.lora import load_adapter

    folder = folder or agent_folder()
    if not (folder / ADAPTER_FILE).is_file():
        raise ValueError(f"{AGENT} has not been made here yet: {MAKE_IT} tunes it.")
    model = load_adapter(load_model("bundled:town-instruct"), folder, trainable=False)
    return HuggingFace(model, load_tokenizer("bundled:town-instruct"))


def model_named(name: str) -> Model:
    """Return a model of the loop by name: "town-agent", "planner", or what the hub can load.

    A model from the hub was not tuned on traces: give it `adapters.instructions`.
    """
    from workbook.core.hub import load_model, load_tokenizer

    if name == PLANNER:
        return Planner()
    if name == AGENT:
        return load_agent()
    return HuggingFace(load_model(name), load_tokenizer(name), tool_role=False)


def agent_or_planner() -> tuple[str, Model]:
    """Return the tuned agent where it has been made, else the planner; each with its name."""
    name = AGENT if is_made() else PLANNER
    return name, model_named(name)
