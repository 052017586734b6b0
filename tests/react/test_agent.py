"""The town's agent: where it lies, what stands in for it, and models by name."""

import pytest

from workbook.core import hub
from workbook.core.runs.files import data_folder
from workbook.react import agent
from workbook.react.adapters import HuggingFace
from workbook.react.planner import Planner


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of an agent that has not been made yet."""
    monkeypatch.setattr(agent, "agent_folder", lambda: tmp_path / "town-agent")
    return tmp_path / "town-agent"


def test_before_it_is_made_the_planner_stands_in_and_loading_says_how_to_make_it(folder):
    assert agent.agent_or_planner()[0] == "planner"
    with pytest.raises(ValueError, match="workbook record react agent tunes it"):
        agent.load_agent()
    assert isinstance(agent.agent_or_planner()[1], Planner)
    with pytest.raises(ValueError, match="^town-agent has not been made here yet: .*[.]$"):
        agent.model_named("town-agent")


def test_it_lies_with_the_models_of_the_course():
    assert agent.agent_folder() == data_folder() / "models" / "town-agent"


def test_it_is_made_when_its_adapter_is_there_and_not_before(folder):
    folder.mkdir()
    (folder / "recipe.json").write_text("{}", encoding="utf-8")
    assert not agent.is_made()
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    assert agent.is_made()


def test_a_folder_without_an_adapter_is_refused_though_another_agent_is_made(folder, tmp_path):
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="has not been made here yet"):
        agent.load_agent(tmp_path / "elsewhere")


def test_a_model_of_the_hub_is_told_of_observations_as_a_user_would(monkeypatch, tiny_llama):
    """It never learned the role of a tool, which only the tuned agent did."""
    asked = []
    monkeypatch.setattr(hub, "load_model", lambda name: asked.append(name) or tiny_llama)
    monkeypatch.setattr(hub, "load_tokenizer", lambda name: asked.append(name) or "its tokenizer")
    model = agent.model_named("bundled:town-instruct")
    assert isinstance(model, HuggingFace) and not model.tool_role
    assert (model.model, model.tokenizer) == (tiny_llama, "its tokenizer")
    assert asked == ["bundled:town-instruct"] * 2
    assert isinstance(agent.model_named("planner"), Planner)
