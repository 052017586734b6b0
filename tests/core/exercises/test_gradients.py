"""Gradients worked out elsewhere are those of one process, and wrong ones are refused."""

import pytest
import torch

from workbook.core.exercises.gradients import connected, leaves, slopes


def nested():
    one, two = (torch.arange(3.0).add(n).requires_grad_() for n in (1, 5))
    return one, {"a": [two, torch.ones(2)], "b": "word"}


def test_leaves_are_the_tensors_that_want_a_gradient_in_order():
    one, rest = nested()
    found = leaves((one, rest, 3, None))
    assert len(found) == 2 and found[0] is one and found[1] is rest["a"][0]
    assert leaves(torch.ones(2)) == [] == leaves("text")


def test_a_result_from_elsewhere_has_the_gradient_of_one_process():
    one, rest = nested()
    two = rest["a"][0]
    whole = (one * two).sin()
    weights = torch.tensor([1.0, -2.0, 0.5])
    wanted = torch.autograd.grad(whole @ weights, [one, two])
    there = (one * two).sin()
    asked = []

    def ask(gradient):
        asked.append(gradient)
        return slopes(there, (one, rest), gradient)

    here = connected(there, (one, rest), ask)
    assert torch.equal(here, there) and not asked
    for got, want in zip(torch.autograd.grad(here @ weights, [one, two]), wanted, strict=True):
        assert torch.allclose(got, want)
    assert len(asked) == 1 and torch.equal(asked[0], weights)


def test_what_does_not_depend_has_no_gradient():
    one, rest = nested()
    assert slopes(one * 2, (one, rest), torch.ones(3))[1] is None


def test_a_result_without_a_gradient_stays_as_it_is():
    one, rest = nested()
    plain = torch.ones(3)
    assert connected(plain, (one, rest), lambda at: []) is plain
    assert connected(one, ("no tensor",), lambda at: []) is one


@pytest.mark.parametrize("found", [[], [torch.ones(2)], [torch.ones(3, dtype=torch.float64)], [7]])
def test_a_gradient_of_another_form_is_refused(found):
    one = torch.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match="another form than the arguments"):
        connected(one * 2, (one,), lambda at: found).sum().backward()
