"""Where a run gets batch number n: from a list, an iterable, a loader, or anything numbered."""

from typing import NamedTuple

import pytest
import torch
from tiny_runs import QUICK, Counting, Tiny, loss, run, same
from torch.utils.data import DataLoader

from workbook.training import fit
from workbook.training.batches import Cycle, Loader, Stream, as_batches, to_device


def test_a_list_is_gone_through_again():
    rows = [Counting().batch(0), Counting().batch(1)]
    by_hand = [rows[i % 2] for i in range(6)]
    assert same(run(batches=rows).model, run(batches=by_hand).model)
    with pytest.raises(ValueError, match="empty"):
        fit(Tiny(), [], loss, QUICK)
    with pytest.raises(ValueError, match="not int"):
        fit(Tiny(), 3, loss, QUICK)


def test_an_iterable_gives_its_batches_in_order_and_begins_anew():
    stream = as_batches(range(3))  # a sequence, so by number
    assert isinstance(stream, Cycle) and [stream.batch(n) for n in (4, 0)] == [1, 0]
    stream = as_batches({10: "a", 11: "b", 12: "c"})
    assert isinstance(stream, Stream)
    assert [stream.batch(n) for n in (0, 2, 3, 5, 6)] == [10, 12, 10, 12, 10]
    with pytest.raises(ValueError, match="batch 3 has gone by: an iterable gives each batch once"):
        stream.batch(3)


def test_an_iterator_ends_for_good():
    stream = as_batches(iter([10, 11]))
    assert [stream.batch(0), stream.batch(1)] == [10, 11]
    for _ in range(2):
        with pytest.raises(ValueError, match="the batches ended after 2: give more of them"):
            stream.batch(2)


def test_what_knows_its_numbers_is_taken_as_it_is():
    batches = Counting()
    assert as_batches(batches) is batches
    with pytest.raises(ValueError, match="or an iterable; not int"):
        as_batches(3)


def test_a_loader_draws_from_numbers_of_its_own():
    """The order hangs on the seed alone, and nobody else's random numbers are used up."""

    def order(seed, before):
        torch.manual_seed(before)
        left = torch.get_rng_state()
        loader = as_batches(DataLoader(range(12), batch_size=4, shuffle=True), seed)
        assert isinstance(loader, Loader)
        found = [loader.batch(number).tolist() for number in range(6)]
        assert torch.equal(torch.get_rng_state(), left)
        return found

    one = order(seed=1, before=5)
    assert one == order(seed=1, before=6) != order(seed=2, before=5)
    epochs = [sum(one[:3], []), sum(one[3:], [])]
    assert [sorted(epoch) for epoch in epochs] == [list(range(12))] * 2 and epochs[0] != epochs[1]


class Pair(NamedTuple):
    ids: torch.Tensor
    names: list


def test_every_tensor_of_a_batch_goes_to_the_device_and_its_form_stays():
    here = torch.ones(2)
    batch = {"pair": Pair(here, ["a", here]), "parts": (here, [3]), "read": 7, "none": None}
    there = to_device(batch, torch.device("meta"))
    assert type(there["pair"]) is Pair and there["pair"].ids.device.type == "meta"
    assert there["pair"].names[0] == "a" and there["pair"].names[1].device.type == "meta"
    assert there["parts"][0].device.type == "meta" and there["parts"][1] == [3]
    assert type(there["parts"]) is tuple and (there["read"], there["none"]) == (7, None)
    assert batch["pair"].ids is here and here.device.type == "cpu", "the batch itself stays"
