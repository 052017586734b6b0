"""Every method on every layout: frozen base, a start that changes nothing, generation, way back."""

import ast
import inspect

import pytest
import torch
from tiny_family import FAMILIES, logits, settings_of, shake, texts, tiny

from workbook.peft_family import bottleneck, ia3, prefix, prompt, selective, tokens
from workbook.peft_family.methods import METHODS, attach
from workbook.peft_family.tokens import fixed_input

EACH = [(family, method) for family in FAMILIES for method in METHODS]
SILENT = (
    "chosen",
    "last",
    "bias",
    "bottleneck",
    "lora",
    "ia3",
    "tokens",
)  # change nothing at first


def attached(family, method):
    model = tiny(family)
    return model, attach(model, method, **settings_of(family)[method])


@pytest.mark.parametrize(("family", "method"), EACH)
def test_only_the_methods_weights_learn(family, method):
    model, attachment = attached(family, method)
    ids, mask = texts()
    given = fixed_input(attachment, ids) if method == "tokens" else ids
    mask = None if method == "tokens" else mask
    logits(model, given, mask).square().mean().backward()
    with_gradient = {id(p) for p in model.parameters() if p.grad is not None}
    assert with_gradient == {id(p) for p in attachment.weights.values()}
    assert 0 < attachment.trained == sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert 0 < attachment.share < 0.7


@pytest.mark.parametrize(("family", "method"), EACH)
def test_detached_it_is_the_base_again(family, method):
    model, attachment = attached(family, method)
    ids, mask = texts()
    plain = tiny(family)
    shake(attachment)
    given = fixed_input(attachment, ids) if method == "tokens" else ids
    moved = logits(model, given, None if method == "tokens" else mask)
    assert moved.shape != logits(plain, ids).shape or not torch.equal(
        moved, logits(plain, ids, mask)
    )
    attachment.detach()
    assert torch.allclose(logits(model, ids, mask), logits(plain, ids, mask), atol=1e-6)
    now, before = model.state_dict(), plain.state_dict()
    assert now.keys() == before.keys() and all(torch.equal(now[k], before[k]) for k in now)
    assert all(p.requires_grad for p in model.parameters())
    attach(model, method, **settings_of(family)[method])  # and is free for another


@pytest.mark.parametrize("method", ["bottleneck", "lora", "ia3", "prefix", "prompt", "tokens"])
def test_what_is_added_to_a_16_bit_base_is_float32(method):
    """In bfloat16 a step below 1/256 of a weight would be lost."""
    model = tiny("llama").bfloat16()
    attachment = shake(attach(model, method, **settings_of("llama")[method]), 0.01)
    assert {weight.dtype for weight in attachment.weights.values()} == {torch.float32}
    ids, mask = texts()
    given = fixed_input(attachment, ids) if method == "tokens" else ids
    out = logits(model, given, None if method == "tokens" else mask)
    assert out.dtype == torch.bfloat16
    out.float().square().mean().backward()
    assert all(weight.grad is not None for weight in attachment.weights.values())
    assert attachment.training_bytes == 12 * attachment.trained


def test_weights_of_a_16_bit_base_have_moments_in_16_bits():
    assert (one := attach(tiny("llama").bfloat16(), "last")).training_bytes == 6 * one.trained


@pytest.mark.parametrize(("family", "method"), [e for e in EACH if e[1] in SILENT])
def test_at_the_start_nothing_has_changed(family, method):
    model, _ = attached(family, method)
    ids, mask = texts()
    now, before = logits(model, ids, mask), logits(tiny(family), ids, mask)
    assert torch.allclose(now, before, atol=1e-6)


@pytest.mark.parametrize(("family", "method"), [e for e in EACH if e[1] not in ("tokens", "last")])
def test_generating_with_a_cache_is_reading_everything_again(family, method):
    """transformers' own loop, padded on the left, against one forward pass a token."""
    model, attachment = attached(family, method)
    shake(attachment)
    ids, mask = texts()
    written = model.generate(ids, attention_mask=mask, max_new_tokens=6, do_sample=False)
    read, said = ids, torch.zeros(len(ids), 1, dtype=torch.long)
    for _ in range(6):
        if family == "t5":
            found = model(input_ids=ids, attention_mask=mask, decoder_input_ids=said).logits
            said = torch.cat([said, found[:, -1:].argmax(-1)], 1)
            continue
        seen = torch.cat([mask, mask.new_ones(len(ids), read.shape[1] - ids.shape[1])], 1)
        places = (seen.cumsum(1) - 1).clamp(min=0)
        found = model(input_ids=read, attention_mask=seen, position_ids=places).logits
        read = torch.cat([read, found[:, -1:].argmax(-1)], 1)
    assert torch.equal(written, said if family == "t5" else read)


@pytest.mark.parametrize("method", ["prompt", "prefix"])
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_a_row_padded_in_a_batch_is_the_row_alone(family, method):
    model, _ = attached(family, method)
    ids, mask = texts()
    places = (mask.cumsum(1) - 1).clamp(min=0)
    together = logits(model, ids, mask, position_ids=places)[1, 3:]
    alone = logits(model, ids[1:2, 3:])[0]
    assert torch.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize(
    ("method", "settings", "said"),
    [
        ("magic", {}, "no method is called 'magic'; there are chosen, last"),
        ("bias", {}, "LlamaForCausalLM has no bias to train: add some"),
        ("last", {"layers": 3}, "has 2 layers: train 1 to 2"),
        ("chosen", {"modules": ("nose",)}, "no module is called 'nose'; this model has"),
        ("bottleneck", {"width": 0}, "at least 1 wide"),
        ("bottleneck", {"targets": ("nose",)}, "no linear layer is called nose"),
        ("prompt", {"length": 0}, "1 vector or more"),
        ("prompt", {"start": "text"}, "'text' of 0 ids"),
        ("prefix", {"length": 0}, "1 place or more"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_the_model_alone(method, settings, said):
    model = tiny("llama")
    with pytest.raises(ValueError, match=said):
        attach(model, method, **settings)
    assert all(p.requires_grad for p in model.parameters()) and len(list(model.parameters())) == 21
    attach(model, "ia3")


@pytest.mark.parametrize("module", [selective, bottleneck, ia3, prompt, tokens, prefix])
def test_each_method_is_short(module):
    """Under 80 lines of code: without blank lines, comments and docstrings."""
    source = inspect.getsource(module)
    lines = {n for n, line in enumerate(source.splitlines(), 1) if line.split("#")[0].strip()}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    assert len(lines) < 80, len(lines)
