"""What the course does not fetch, and what it says instead: one process asks for all of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hub_learner import ask
from lookalike import Fault, Hub, Repository

CASES = {  # repository -> words of the sentence
    "gone": ["(404)", "check the name"],
    "unknown": ["knows no such model or data set", "keeps it private"],
    "older": ["not in this revision (404)", "check the commit"],
    "forbidden": ["(403)", "log in"],
    "busy": ["slow down (429)", "log in"],
    "gated-stranger": ["gated: accept its terms", "hf auth login"],
    "gated-member": ["gated: accept its terms", "hf auth login"],
    "pickled": ["pickled (pytorch_model.bin)", "choose a model in safetensors"],
    "empty": ["no weights in safetensors"],
    "shapeless": ["no config.json"],
    "code": ["brings code of its own, which the course never runs"],
    "new": ["is of type 'newest'", "installed transformers lacks"],
    "encoder": ["it holds a BertModel, but the role 'base'", "generates text: use a decoder"],
    "huge": ["needs about 260.", "GB of memory", "set WORKBOOK_BASE_MODEL=Qwen/", "which fits"],
    "long": ["931322.6 GB to fetch", "set HF_HOME"],
}


@pytest.fixture(scope="module")
def told(saved_families, tmp_path_factory):
    """{case: (sentence, what the Hub was asked for)}"""
    folder, server = tmp_path_factory.mktemp("refusals"), Hub()
    mark = folder / "ran"
    for case in CASES:
        family = "bert" if case == "encoder" else "llama"
        copy = Path(shutil.copytree(saved_families[family], folder / "served" / case))
        server.repositories[f"tiny/{case}"] = Repository(copy)
        prepare(case, copy, server, mark)
    asked = {
        case: f"tiny/{case}@{server.repositories[f'tiny/{case}'].commit}"
        for case in CASES
        if case != "unknown"
    }
    asked |= {"unknown": f"tiny/nobody@{'0' * 40}", "older": f"tiny/older@{'0' * 40}"}
    try:
        settings = {"HF_HOME": str(folder / "home")}
        said = ask(server.url, f"[attempt(text) for text in {list(asked.values())}]", settings)
    finally:
        server.close()
    assert not mark.exists(), "code that came with a model was run"
    sentences = dict(zip(asked, said.answer, strict=True))
    return {
        case: (sentences[case], [line for line in server.asked if f"tiny/{case}/" in line])
        for case in CASES
    }


def prepare(case, folder, server, mark):
    """Make a repository what its case says."""
    served = server.repositories[f"tiny/{case}"]
    statuses = {"gone": (404, {"X-Error-Code": "RepoNotFound"}), "forbidden": (403, {})}
    statuses["busy"] = (429, {"Retry-After": "3600"})
    if case in statuses:
        server.faults.append(Fault(f"/api/models/tiny/{case}/", *statuses[case]))
    served.gated = {"gated-stranger": 401, "gated-member": 403}.get(case, 0)
    weights, config = folder / "model.safetensors", folder / "config.json"
    if case == "pickled":
        weights.rename(folder / "pytorch_model.bin")
    elif case == "empty":
        weights.unlink()
    elif case == "shapeless":
        config.unlink()
    elif case in ("code", "new"):
        (folder / "modeling_theirs.py").write_text(f"open({str(mark)!r}, 'w')", encoding="utf-8")
        changes = {"model_type": "newest"}
        if case == "code":
            changes["auto_map"] = {"AutoModelForCausalLM": "modeling_theirs.Model"}
        changed = json.loads(config.read_text(encoding="utf-8")) | changes
        config.write_text(json.dumps(changed), encoding="utf-8")
    elif case == "huge":
        served.parameters = 70 * 10**9
    elif case == "long":
        served.sizes["model.safetensors"], served.parameters = 10**15, 1000


@pytest.mark.parametrize("case", CASES)
def test_it_is_one_sentence_that_says_what_to_do(told, case):
    sentence, _ = told[case]
    assert sentence.startswith("tiny/") and " could not be loaded: " in sentence
    assert sentence.endswith(".") and "\n" not in sentence
    for words in CASES[case]:
        assert words in sentence, sentence


@pytest.mark.parametrize("case", CASES)
def test_no_weights_and_no_code_are_fetched_first(told, case):
    _, asked = told[case]
    assert not [line for line in asked if line.endswith((".safetensors", ".bin", ".py"))]


@pytest.mark.parametrize("case", ["gone", "forbidden", "busy", "pickled", "empty"])
def test_a_plain_refusal_costs_one_request(told, case):
    """Guards: huggingface_hub would wait an hour when the Hub asks for an hour."""
    _, asked = told[case]
    assert len(asked) == 1
