"""Recurrent networks beside attention: the way of a signal by hand, and the copy task."""

import math

import pytest
import torch

from workbook.attention import counts, recurrence


def test_paths_grow_with_the_text_in_a_gru_only():
    paths = {n: recurrence.signal_paths("GRU", n) for n in (4, 8, 16)}
    assert paths[16]["path"] - paths[8]["path"] == 2 * (paths[8]["path"] - paths[4]["path"]) > 0
    assert paths[16]["chain"] - paths[8]["chain"] == 2 * (paths[8]["chain"] - paths[4]["chain"])
    assert recurrence.signal_paths("attention", 4) == recurrence.signal_paths("attention", 64)


def test_paths_by_hand():
    x = torch.zeros(1, requires_grad=True)
    y = x.exp()
    z = y.exp().exp() + y
    assert (recurrence._shortest(z, x), recurrence._longest(z)) == (2, 4)
    with pytest.raises(ValueError, match="does not depend"):
        recurrence._shortest(z, torch.zeros(1, requires_grad=True))


def test_copy_batch_says_the_string_again():
    ids = recurrence.copy_batch(3, 5, torch.Generator().manual_seed(1))
    assert ids.shape == (3, 12) and torch.equal(ids[:, 1:6], ids[:, 7:])
    assert (ids[:, 0] == recurrence.START).all() and (ids[:, 6] == recurrence.AGAIN).all()


def test_both_models_are_about_as_large_and_cannot_see_ahead():
    sizes = []
    for kind in recurrence.KINDS:
        model = recurrence.copy_model(kind, 32).eval()
        sizes.append(counts.parameters(model))
        ids = recurrence.copy_batch(2, 4, torch.Generator().manual_seed(1))
        other = ids.clone()
        other[:, -1] = (ids[:, -1] + 1) % 16
        torch.testing.assert_close(model(ids)[:, :-1], model(other)[:, :-1])
    assert max(sizes) < 1.3 * min(sizes)
    with pytest.raises(ValueError, match="no model"):
        recurrence.copy_model("LSTM", 32)


def test_a_run_is_repeatable_and_learns():
    task = recurrence.CopyTask("attention", length=3, steps=150, batch_size=16, hidden_size=32)
    first, again = recurrence.train_copy(task), recurrence.train_copy(task)
    assert first == again and first["loss"] < math.log(recurrence.ALPHABET) - 1
    other = recurrence.train_copy(recurrence.CopyTask("attention", 3, 150, 16, 32, seed=1))
    assert other["loss"] != first["loss"]


def test_only_letters_of_the_alphabet_are_copied_and_all_of_them():
    ids = recurrence.copy_batch(64, 20, torch.Generator().manual_seed(1))
    assert set(ids[:, 1:21].flatten().tolist()) == set(range(recurrence.ALPHABET))


def test_a_layer_that_is_not_there_is_one_sentence():
    with pytest.raises(ValueError, match="there is no layer 'LSTM'; use GRU or attention"):
        recurrence.signal_paths("LSTM", 4)


def test_the_learning_rate_rises_for_thirty_steps_and_then_falls_to_nothing():
    from workbook.training.schedules import factor

    config = recurrence.CopyTask("GRU", steps=300).fit_config()
    assert [factor(step, config) for step in (0, 14, 150, 299)] == [1 / 30, 0.5, 0.5, 1 / 300]


def test_only_the_copy_is_judged():
    """A model that says the last letter again: the copy of a constant string costs it nothing."""
    constant = torch.tensor([[recurrence.START, 3, 3, 3, recurrence.AGAIN, 3, 3, 3]])

    def model(ids):
        said = torch.nn.functional.one_hot(ids.clamp(max=15), 18)
        said[ids == recurrence.AGAIN] = torch.nn.functional.one_hot(torch.tensor(3), 18)
        return 100.0 * said

    loss = recurrence.copy_loss(model, constant)
    assert (loss.tokens, int(loss.parts["right"])) == (3, 3) and float(loss.total) < 1e-6
