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


def test_no_loss_is_below_the_entropy_bound_of_the_same_documents(town):
    """Summed by lesson 02's own code over the documents that fit into a row."""
    from itertools import islice

    from workbook.pretraining.entropy_bound import held_out
    from workbook.town import RAW_MIXTURE, mixture

    model, tokenizer, rows = town
    bound = measure.entropy_bound(tokenizer, 40)
    assert 0.2 < bound < measure.known_loss(model, rows)
    texts = list(islice(mixture(RAW_MIXTURE, "train", measure.KNOWN_SEED), 40))
    fitting = [text for text in texts if len(raw_ids(tokenizer, text)) <= measure.SEQ_LEN]
    assert len(fitting) < 40
    nats = sum(text.nats for text in fitting)
    assert bound == pytest.approx(nats / sum(len(raw_ids(tokenizer, text)) - 1 for text in fitting))
    short = [text for text in fitting if len(raw_ids(tokenizer, text)) <= 100]
    peer = held_out(iter(short), tokenizer, len(short))
    assert peer.nats == pytest.approx(sum(text.nats for text in short))
    assert peer.tokens == sum(len(raw_ids(tokenizer, text)) - 1 for text in short)


def raw_ids(tokenizer, document):
    """Begin, text and end."""
    from workbook.training.examples import raw_example

    return raw_example(tokenizer, document.text).ids


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


def test_speed_is_that_of_one_thread(monkeypatch):
    """Guards: two threads that wait for each other made float32 look slower than 8 bits."""
    from workbook import sampling

    seen, model = [], torch.nn.Module()
    model.config = type("Config", (), {"bos_token_id": 1})
    monkeypatch.setattr(sampling, "cached", lambda *_, **__: seen.append(torch.get_num_threads()))
    monkeypatch.setattr(measure.time, "process_time", iter(range(100)).__next__)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert measure.tokens_per_second(model, tokens=8, rounds=2) == 8.0
        assert seen == [1, 1, 1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


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
