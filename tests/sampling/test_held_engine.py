"""An engine that the caller holds: the same tokens, no look at the weights, one model."""

import pytest
import torch
from tiny_models import llama, prompts, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import beam_search, engine_cache, generate, open_engine


@pytest.mark.parametrize("family", ["llama", "gpt2"])
@pytest.mark.parametrize("kind", ["auto", "clear"])
def test_a_held_engine_writes_what_generate_writes(family, kind):
    model, (ids, keep_mask) = tiny(family), prompts()
    engine = open_engine(model, kind)
    assert engine.is_fast is (family == "llama" and kind == "auto")
    for rows in (1, 4):
        settings = {"max_new_tokens": 9, "temperature": 0.8, "top_p": 0.9}
        settings["keep_mask"] = keep_mask[:rows]
        ours = engine.generate(ids[:rows], generator=generator(2), **settings)
        expected = generate(model, ids[:rows], generator=generator(2), engine=kind, **settings)
        assert torch.equal(ours, expected)


def test_a_held_engine_does_not_look_at_the_weights(monkeypatch):
    """Guards against the cost of a fingerprint at every call, which it is there to save."""
    model, (ids, _) = tiny("llama"), prompts()
    engine, looks = open_engine(model), []
    real = engine_cache.fingerprint
    monkeypatch.setattr(engine_cache, "fingerprint", lambda m: looks.append(1) or real(m))
    engine.generate(ids, max_new_tokens=2, temperature=0)
    generate(model, ids, max_new_tokens=2, temperature=0, engine=engine)
    assert looks == []
    generate(model, ids, max_new_tokens=2, temperature=0)
    assert looks == [1]


def test_copies_are_made_once_a_layout(monkeypatch):
    built = []
    real = engine_cache.FusedLlama

    def build(model, packed):
        built.append(packed)
        return real(model, packed)

    monkeypatch.setattr(engine_cache, "FusedLlama", build)
    engine, (ids, _) = open_engine(llama()), prompts()
    for rows in (1, 1, len(ids), len(ids)):
        engine.generate(ids[:rows], max_new_tokens=2, temperature=0)
    assert len(built) == len(set(built)) <= 2


def test_a_new_engine_has_the_new_weights():
    model, (ids, _) = llama(), prompts()
    open_engine(model).generate(ids, max_new_tokens=3, temperature=0)
    with torch.no_grad():
        model.lm_head.weight.copy_(torch.randn_like(model.lm_head.weight))
    ours = open_engine(model).generate(ids, max_new_tokens=8, temperature=0)
    assert torch.equal(ours, generate(model, ids, max_new_tokens=8, temperature=0, engine="clear"))


def test_mistakes_are_one_sentence():
    model, (ids, _) = tiny("llama"), prompts()
    engine = open_engine(model)
    for call, says in (
        (lambda: open_engine(model, "quick"), "there is no engine 'quick'"),
        (lambda: open_engine(tiny("gpt2"), "fast"), "not a LlamaForCausalLM"),
        (lambda: generate(llama(), ids, max_new_tokens=2, engine=engine), "another model"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            call()
        assert "\n" not in str(error.value)


def test_beam_search_takes_it_too():
    model, (ids, _) = tiny("llama"), prompts()
    settings = {"num_beams": 2, "max_new_tokens": 4}
    held = beam_search(model, ids, engine=open_engine(model), **settings)
    assert torch.equal(held, beam_search(model, ids, **settings))
