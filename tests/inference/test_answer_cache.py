"""The cache of answers: what an answer depends on, and nothing else."""

import copy

import pytest
import torch

from workbook.core.hub import load_tokenizer
from workbook.inference import answer_cache
from workbook.inference.answer_cache import Answer, AnswerCache, fingerprint


@pytest.fixture(scope="module")
def town():
    return None, load_tokenizer("bundled:town-instruct")


def test_answers_come_back_by_their_keys(tmp_path):
    file = tmp_path / "deep" / "answers.sqlite"
    answers = {"a": Answer("Yes.", -0.5, 3, 0.1), "b": Answer("", None, 1, 0.0)}
    AnswerCache(file).put(answers)
    assert AnswerCache(file).get(["b", "c", "a"]) == answers
    AnswerCache(file).put({"a": answers["b"]})
    assert AnswerCache(file).get(["a"]) == {"a": answers["b"]}
    nowhere = AnswerCache(None)
    nowhere.put(answers)
    assert nowhere.get(["a"]) == {}


def test_another_model_has_other_answers(town, tiny_llama):
    """Every weight counts, the first and the last; guards against a hash of one of them."""
    tokenizer, weights = town[1], dict(tiny_llama.named_parameters())
    before = fingerprint(tiny_llama, tokenizer)
    assert fingerprint(tiny_llama, tokenizer) == before
    seen = {before}
    for name in (next(iter(weights)), "lm_head.weight"):
        with torch.no_grad():
            weights[name][0, 0] += 1e-3
        seen.add(fingerprint(tiny_llama, tokenizer))
    assert len(seen) == 3


def test_a_buffer_of_one_number_counts(town, tiny_llama):
    """Guards against a RuntimeError: a tensor without dimensions cannot be viewed as bytes."""
    tiny_llama.register_buffer("step", torch.tensor(3.0))
    before = fingerprint(tiny_llama, town[1])
    tiny_llama.step += 1
    assert fingerprint(tiny_llama, town[1]) != before


def test_config_tokenizer_and_end_count_too(town, tiny_llama):
    """The same weights answer otherwise with another end, another merge, another theta."""
    tokenizer = copy.deepcopy(town[1])
    seen = [fingerprint(tiny_llama, tokenizer)]
    tiny_llama.generation_config.eos_token_id = 7
    seen.append(fingerprint(tiny_llama, tokenizer))
    tiny_llama.config.rope_parameters = {"rope_theta": 7.0, "rope_type": "default"}
    seen.append(fingerprint(tiny_llama, tokenizer))
    tokenizer.add_tokens(["brinock"])
    seen.append(fingerprint(tiny_llama, tokenizer))
    tiny_llama.generation_config.eos_token_id = None  # then the tokenizer says where a text ends
    seen.append(fingerprint(tiny_llama, tokenizer))
    tokenizer.eos_token = "<|extra_7|>"
    seen.append(fingerprint(tiny_llama, tokenizer))
    assert len(set(seen)) == 6
    tokenizer(["a", "a b"], padding=True)  # leaves its padding behind in the tokenizer
    tiny_llama.config._name_or_path = "elsewhere"
    assert fingerprint(tiny_llama, tokenizer) == seen[-1]


def test_an_answer_is_known_by_model_limit_prompt_and_version(monkeypatch):
    """Guards against a summary cut at 8 tokens that answers for one of 110."""
    asked = [("m", 8, [1, 2]), ("m", 9, [1, 2]), ("n", 8, [1, 2]), ("m", 8, [12])]
    before = [answer_cache.key(*one) for one in asked]
    monkeypatch.setattr(answer_cache, "VERSION", answer_cache.VERSION + 1)
    after = [answer_cache.key(*one) for one in asked]
    assert len({*before, *after}) == 8
