"""The measurements of the lesson on the town's model: loss, bytes, speed, skills."""

import pytest
import torch

from workbook.core.hub import load_model, load_tokenizer
from workbook.quantization import measure


@pytest.fixture(scope="module")
def town():
    model, tokenizer = load_model("bundled:town-lm").float(), load_tokenizer("bundled:town-lm")
    return model, tokenizer, measure.town_rows(tokenizer, 40)


def test_the_loss_is_transformers_own(town):
    model, tokenizer, _ = town
    rows = measure.town_rows(tokenizer, 12)
    total = tokens = 0.0
    with torch.no_grad():
        for row in rows.rows:
            for example in row:  # each document by itself: packing must not change its loss
                ids = torch.tensor([example.ids])
                total += model(input_ids=ids, labels=ids).loss.item() * (len(example.ids) - 1)
                tokens += len(example.ids) - 1
    assert measure.known_loss(model, rows) == pytest.approx(total / tokens, rel=1e-4)


def test_calibration_reads_other_documents_than_the_loss(town):
    """In batches of the loss's own form; the same texts every time."""
    _, tokenizer, rows = town
    known = {tuple(example.ids) for row in rows.rows for example in row}
    other = measure.town_rows(tokenizer, 12, measure.CALIBRATION_SEED)
    assert known.isdisjoint(tuple(example.ids) for row in other.rows for example in row)
    pairs = zip(measure.calibration(tokenizer, 12), other.all_batches(), strict=True)
    assert all(torch.equal(ids, batch["ids"]) for ids, batch in pairs)


def test_gptq_beats_rounding_to_nearest_on_perplexity_too(town):
    """At 3 bits with the same groups and the same scales to choose from."""
    model, tokenizer, rows = town
    texts = measure.calibration(tokenizer, 24)
    losses = {
        method: measure.known_loss(measure.quantized_copy(model, method, 3, texts), rows)
        for method in ("least error, groups of 32", "GPTQ, groups of 32")
    }
    exact = measure.known_loss(model, rows)
    nearest, gptq = (loss - exact for loss in losses.values())
    assert 0 < gptq < 0.9 * nearest


def test_eight_bits_are_nearly_free_and_two_are_too_few(town):
    model, _, rows = town
    exact = measure.known_loss(model, rows)
    losses = {
        bits: measure.known_loss(
            measure.quantized_copy(model, "round to nearest, groups of 32", bits), rows
        )
        for bits in (8, 4, 2)
    }
    assert abs(losses[8] - exact) < 0.01 < losses[2] - exact
    assert losses[4] < losses[2]
    assert measure.quantized_copy(model, "NF4", 16) is not model


def test_files_shrink_with_the_bits(town):
    model = town[0]
    sizes = [measure.file_bytes(measure.quantized_copy(model, "round to nearest, groups of 32", b))
             for b in (16, 8, 4, 2)]  # fmt: skip
    assert sizes == sorted(sizes, reverse=True)
    linear = sum(m.weight.numel() for n, m in model.named_modules()
                 if isinstance(m, torch.nn.Linear) and "lm_head" not in n)  # fmt: skip
    assert sizes[1] - sizes[2] == pytest.approx(linear / 2, rel=0.01)  # four bits of each weight


def test_speed_is_a_number_of_tokens(town):
    assert measure.tokens_per_second(town[0], 4, 1) > 1


def test_an_unknown_method_is_refused(town):
    with pytest.raises(ValueError, match="no method 'magic'; there are round to nearest"):
        measure.quantized_copy(town[0], "magic", 4)


def test_skills_are_scores(monkeypatch):
    """With a model that says nothing, all scores are there and none is above 0."""
    from workbook.town_lm import quality

    monkeypatch.setattr(quality, "answerer", lambda *_: lambda chats, **how: [""] * len(chats))
    found = measure.skills(None, None, 3)
    assert list(found) == [
        "closed book", "open book", "few-shot", "look-up", "arithmetic", "faithful"]  # fmt: skip
    assert set(found.values()) == {0.0}
