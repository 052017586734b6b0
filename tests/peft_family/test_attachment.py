"""What every method shares: a base that is frozen, weights that are counted, and the way back."""

import pytest
import torch
from tiny_family import tiny
from torch import nn

from workbook.peft_family.attachment import Attachment
from workbook.peft_family.methods import attach


def test_a_model_carries_one_method_at_a_time():
    model = attach(tiny("llama"), "ia3").model
    with pytest.raises(ValueError, match="already carries 'ia3': detach it first"):
        attach(model, "prompt")


def test_a_weight_that_was_frozen_before_is_frozen_afterwards():
    model = tiny("llama")
    model.get_parameter("model.norm.weight").requires_grad_(False)
    attachment = Attachment(model, "none", {})
    assert not any(p.requires_grad for p in model.parameters())
    attachment.detach()
    assert [n for n, p in model.named_parameters() if not p.requires_grad] == ["model.norm.weight"]


def test_what_was_done_last_is_undone_first_and_only_once():
    attachment, done = Attachment(tiny("llama"), "none", {}), []
    attachment.undo += [lambda: done.append("first"), lambda: done.append("last")]
    attachment.detach()
    attachment.detach()
    assert done == ["last", "first"]


def test_an_inserted_module_is_counted_and_taken_out_again():
    model = tiny("llama").train()
    base = sum(p.numel() for p in model.parameters())
    attachment = Attachment(model, "none", {})
    attachment.insert("extra", nn.Linear(3, 2).eval())
    assert model.extra.training  # as the model around it
    assert set(attachment.weights) == {"extra.weight", "extra.bias"}
    assert attachment.trained == 8 and attachment.share == 8 / base
    assert attachment.training_bytes == 8 * (4 + 4 + 4)  # a gradient and two moments
    attachment.detach()
    assert not hasattr(model, "extra") and model.attachment is None


def test_what_is_kept_has_no_gradient_and_may_be_made_of_the_weights():
    attachment = Attachment(tiny("llama"), "none", {})
    attachment.insert("extra", nn.Linear(3, 2))
    assert attachment.kept.keys() == attachment.weights.keys()
    bias = attachment.weights["extra.bias"]
    attachment.exported = lambda: {"double": 2 * bias}
    assert torch.equal(attachment.kept["double"], 2 * bias.detach())
    assert bias.requires_grad and not attachment.kept["double"].requires_grad
