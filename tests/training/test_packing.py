"""Packed rows: nothing lost, nothing mixed, and to the model the same as one by one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_runs import examples

from workbook.training import causal_loss, mean_loss
from workbook.training.packing import IGNORE, Rows, collate, pack


@given(st.lists(st.integers(2, 40), min_size=1, max_size=60))
def test_every_example_is_in_one_row_and_rows_are_short_enough(sizes):
    found = examples(sizes)
    rows = pack(found, 40)
    assert sorted(map(id, found)) == sorted(id(example) for row in rows for example in row)
    lengths = [sum(len(example.ids) for example in row) for row in rows]
    assert max(lengths) <= 40
    assert sum(length <= 20 for length in lengths) <= 1  # two half-empty rows would be one


@given(st.lists(st.integers(2, 30), min_size=4, max_size=40), st.integers(1, 5))
@settings(max_examples=30)
def test_an_epoch_has_every_row_once_and_a_batch_is_what_it_says(sizes, per_batch):
    found = examples(sizes)
    rows = Rows(found, per_batch, 30, pad_id=0)
    epoch = [rows.batch(number) for number in range(rows.per_epoch)]
    shown = [tuple(row[row > 0].tolist()) for batch in epoch for row in batch["ids"]]
    assert len(set(shown)) == len(shown) == rows.per_epoch * rows.per_batch
    assert len(rows.rows) - len(shown) < rows.per_batch
    for batch in epoch:
        real = batch["ids"] != 0
        assert batch["read"] == real.sum()
        learned = batch["labels"] != IGNORE
        assert torch.equal(batch["labels"][learned], batch["ids"][learned])
        assert not learned[batch["positions"] == 0].any()  # nothing foretells a first token
        assert torch.equal(batch["loss_at"] + 1, learned.flatten().nonzero().flatten())
    again = Rows(found, per_batch, 30, pad_id=0).batch(rows.per_epoch + 1)
    assert torch.equal(again["ids"], rows.batch(rows.per_epoch + 1)["ids"])


def test_epochs_differ_in_order_and_seeds_too():
    found = examples([12] * 40)
    rows, other = Rows(found, 4, 30, 0), Rows(found, 4, 30, 0, seed=1)
    first, second = rows.batch(0)["ids"], rows.batch(rows.per_epoch)["ids"]
    assert not torch.equal(first, second) and not torch.equal(first, other.batch(0)["ids"])


def test_what_is_too_long_or_too_short_is_left_out_and_counted():
    rows = Rows(examples([1, 5, 31, 8]), 2, 30, 0)
    assert rows.skipped == 2
    with pytest.raises(ValueError, match="no example has 2 to 30 tokens"):
        Rows(examples([1, 31]), 2, 30, 0)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_packed_rows_are_to_the_model_what_single_rows_are(tiny_llama, attention):
    """Block-diagonal attention and positions from 0: loss and gradients equal, to rounding."""
    tiny_llama.set_attn_implementation(attention)
    tiny_llama.double()
    found = examples([7, 13, 5, 22, 9, 16])
    packed = collate(pack(found, 40), 0)
    assert len(packed["ids"]) == 2
    gradients, totals = [], []
    for batches in ([packed], [collate([[example]], 0) for example in found]):
        tiny_llama.zero_grad()
        losses = [causal_loss(tiny_llama, batch) for batch in batches]
        sum(one.total for one in losses).backward()
        totals.append((float(losses[0].total.detach()), sum(one.tokens for one in losses)))
        gradients.append([p.grad.clone() for p in tiny_llama.parameters()])
        if len(batches) > 1:
            totals[-1] = (sum(float(one.total.detach()) for one in losses), totals[-1][1])
    assert totals[0][0] == pytest.approx(totals[1][0], rel=1e-6) and totals[0][1] == totals[1][1]
    for one, two in zip(*gradients, strict=True):
        assert torch.allclose(one, two, rtol=1e-5, atol=1e-6)


def test_without_positions_documents_would_see_each_other(tiny_llama):
    """The other side of the test above: positions are what keeps documents apart."""
    packed = collate([examples([9, 11, 13])], 0)
    mixed = {**packed, "positions": None}
    apart, together = (causal_loss(tiny_llama, b).total.item() for b in (packed, mixed))
    assert abs(apart - together) > 1e-2


def test_the_output_layer_works_only_where_loss_falls(tiny_llama):
    """The same loss and gradient as with all logits, which the model has not made."""
    batch = collate(pack(examples([7, 13, 5, 22]), 40), 0)
    seen, results = [], []
    tiny_llama.lm_head.register_forward_hook(lambda m, i, out: seen.append(out.shape[:-1].numel()))
    for given_batch in (batch, {k: v for k, v in batch.items() if k != "loss_at"}):
        tiny_llama.zero_grad()
        found = causal_loss(tiny_llama, given_batch)
        found.total.backward()
        results.append((found, [p.grad.clone() for p in tiny_llama.parameters()]))
    (few, some), (all_, every) = results
    assert seen == [len(batch["loss_at"]), batch["ids"].numel()] and seen[0] < seen[1]
    assert few.total.item() == pytest.approx(all_.total.item(), rel=1e-6)
    assert few.tokens == all_.tokens and few.read == batch["read"] == 47
    for one, two in zip(some, every, strict=True):
        assert torch.allclose(one, two, atol=1e-5)
    assert not tiny_llama.lm_head._forward_pre_hooks


def test_the_loss_is_that_of_transformers(tiny_llama):
    batch = collate([[one] for one in examples([11, 11, 11])], 0)
    found = causal_loss(tiny_llama, batch)
    theirs = tiny_llama(input_ids=batch["ids"], labels=batch["labels"]).loss
    assert (found.total / found.tokens).item() == pytest.approx(theirs.item(), rel=1e-6)


def test_the_mean_loss_weighs_tokens_not_batches(tiny_llama):
    one, two = (collate([[e]], 0) for e in examples([5, 30]))
    with torch.no_grad():
        parts = [causal_loss(tiny_llama, batch) for batch in (one, two)]
        mean = mean_loss(causal_loss, [one, two])(tiny_llama)
    total = sum(part.total.item() for part in parts)
    assert mean == pytest.approx(total / sum(part.tokens for part in parts), rel=1e-6)
    assert parts[0].tokens != parts[1].tokens
