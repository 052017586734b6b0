"""Three models of one size: what they may see, what they are asked, what a training leaves."""

import pytest
import torch

from workbook.pretraining import data, entropy_bound, models
from workbook.pretraining.models import ARCHITECTURES, ObjectiveBatches, Size
from workbook.pretraining.objectives import ObjectiveBatch, objective_loss
from workbook.training.packing import IGNORE

TINY = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32)


@pytest.fixture(scope="module")
def rows(tokenizer):
    return data.text_rows((d.text for d in data.town_documents(0)), tokenizer, 12)


@pytest.mark.parametrize("size", [Size(), Size(48, 4, 4, 128), TINY])
def test_all_three_are_of_one_size(size, tokenizer):
    """The norms of the cross-attention are all that differs."""
    counts = [models.parameters(models.build(name, tokenizer, 0, size)) for name in ARCHITECTURES]
    assert max(counts) - min(counts) <= 4 * size.hidden_size
    assert counts[0] == counts[1]


def test_a_decoder_sees_nothing_of_what_comes_and_an_encoder_does(tiny, rows):
    """The difference the whole lesson is about, by changing one token."""
    changed = rows[:1].clone()
    changed[0, 60] += 1
    for name, sees in (("causal", False), ("masked", True)):
        with torch.no_grad():
            before, after = tiny[name](rows[:1]), tiny[name](changed)
        assert torch.allclose(before[:, :60], after[:, :60], atol=1e-6) is not sees


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_batches_are_the_same_by_number_and_differ_by_number(objective, rows, tokenizer):
    batches = ObjectiveBatches(objective, rows, tokenizer, batch_size=4, seed=3)
    again = ObjectiveBatches(objective, rows, tokenizer, batch_size=4, seed=3)
    assert torch.equal(batches.batch(1).inputs, again.batch(1).inputs)
    assert not torch.equal(batches.batch(0).inputs, batches.batch(1).inputs)


def test_rows_that_come_again_are_cut_otherwise(rows, tokenizer):
    """12 rows in batches of 4: batch 3 has the rows of batch 0 and other masks."""
    batches = ObjectiveBatches("masked", rows, tokenizer, batch_size=4)
    first, fourth = batches.batch(0), batches.batch(3)
    assert not torch.equal(first.inputs, fourth.inputs)
    whole = [torch.where(b.labels == IGNORE, b.inputs, b.labels) for b in (first, fourth)]
    assert torch.equal(whole[0], rows[:4]) and torch.equal(whole[1], rows[:4])


def test_questions_a_row_as_the_lesson_counts_them(rows, tokenizer):
    """Causal 127 of 128; spans 38 corrupted tokens in 8 spans and an end; masks about 38."""
    asked = {
        name: (ObjectiveBatches(name, rows, tokenizer, 12).batch(0).labels != IGNORE).sum().item()
        / 12
        for name in ARCHITECTURES
    }
    assert asked["causal"] == 127 and asked["spans"] == 38 + 8 + 1
    assert 25 < asked["masked"] < 45


@pytest.fixture(scope="module")
def documents(tokenizer):
    return data.document_rows(data.town_documents(0), tokenizer, 12)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_documents_of_a_batch_are_corrupted_each_by_its_own_length(number, documents, tokenizer):
    """Nothing of the padding is asked for or lost; put together again, each is what it was."""
    tools = ObjectiveBatches("spans", documents, tokenizer, 12)
    batch = tools.batch(number)
    for row, read, said in zip(documents, batch.inputs, batch.labels, strict=True):
        text, spans, last = row[row != tools.pad_id].tolist(), {}, None
        for token in said[said != IGNORE].tolist():
            if token in tools.sentinels:
                last = spans.setdefault(token, [])
            else:
                last.append(token)
        assert last[-1] == tools.end_id and last.pop()
        whole = [t for token in read.tolist() for t in spans.get(token, [token])]
        assert whole[: len(text)] == text and not set(whole[len(text) + 1 :]) - {tools.pad_id}
        gone = sum(map(len, spans.values()))
        assert gone == round(models.SHARE * len(text)) and len(spans) <= len(tools.sentinels)
        if number % 3:  # one span, and it is the end
            assert list(spans.values()) == [text[-gone:]]
        else:
            assert len(spans) == max(1, round(gone / models.MEAN_SPAN))
    assert torch.equal(batch.keep_mask, batch.inputs != tools.pad_id)


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_padding_asks_nothing(objective, documents, tokenizer):
    batch = ObjectiveBatches(objective, documents, tokenizer, 12).batch(1)
    real = documents != tokenizer.pad_token_id
    assert torch.equal(batch.keep_mask, real[:, : batch.inputs.shape[1]])
    if objective == "causal":
        assert torch.equal((batch.labels != IGNORE).sum(1), real.sum(1) - 1)
    assert not (batch.labels[~batch.keep_mask] != IGNORE).any()


def test_a_model_is_not_changed_by_the_padding_beside_it(tiny, documents, tokenizer):
    """The loss of a batch is that of its documents one by one, token for token."""
    for name in ARCHITECTURES:
        tools = ObjectiveBatches(name, documents, tokenizer, 12)
        batch = tools.batch(0)
        with torch.no_grad():
            total, tokens, *_ = objective_loss(tiny[name], batch)
            alone = [objective_loss(tiny[name], _row(batch, place, tools.pad_id))
                     for place in range(12)]  # fmt: skip
        assert sum(each.tokens for each in alone) == tokens
        assert sum(each.total for each in alone).item() == pytest.approx(total.item(), rel=1e-5)


def _row(batch, place, pad_id):
    """One row of a batch without its padding."""
    keep = batch.keep_mask[place]
    labels, starts = batch.labels[place], batch.decoder_inputs
    if starts is None:
        return ObjectiveBatch(batch.inputs[place][keep][None], labels[keep][None])
    said = labels != IGNORE
    return ObjectiveBatch(
        batch.inputs[place][keep][None], labels[said][None], starts[place][said][None]
    )


def test_training_lowers_the_loss_and_is_watched(tokenizer, rows):
    texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 6)
    watched = {"town": lambda model: entropy_bound.causal_loss_on(model, texts)}
    model = models.build("causal", tokenizer, 0, TINY)
    run = models.train("causal", rows, tokenizer, 12, model=model, watched=watched, progress=False)
    assert run.model is model and not model.training
    assert run.steps[0] == 0 and run.steps[-1] == 12 and len(run.losses) == 12
    first, last = run.seen["town"][0], run.seen["town"][-1]
    assert last < first - 0.3
    assert last == pytest.approx(entropy_bound.causal_loss_on(model, texts))


def test_one_seed_one_model(tokenizer, rows):
    runs = []
    for seed in (5, 5, 6):
        model = models.build("masked", tokenizer, seed, TINY)
        runs.append(models.train("masked", rows, tokenizer, 3, seed=seed, model=model,
                                 progress=False))  # fmt: skip
    assert runs[0].losses == runs[1].losses != runs[2].losses


def test_an_unknown_objective_is_one_sentence(tokenizer):
    with pytest.raises(ValueError, match="there are masked, causal, spans"):
        models.build("guess", tokenizer)
