"""The recorded step: its places, its room, and that one recording serves texts of one size."""

from __future__ import annotations

import pytest
import torch
from tiny_models import expected_logits, llama, prompts, tiny

from workbook.core.runs.seeding import generator
from workbook.sampling import engine, generate
from workbook.sampling.graph import ROUND_UP, GraphReader
from workbook.sampling.readers import open_reader


def read_all(reader, ids, keep_mask, start):
    """Logits `B N V` after the prompt and each further token."""
    keep = None if keep_mask is None else keep_mask[:, :start]
    logits = [reader.start(ids[:, :start], keep, max_seq_len=ids.shape[1])]
    logits += [reader.step(ids[:, at]) for at in range(start, ids.shape[1])]
    return torch.stack(logits, 1)


def test_a_second_text_sees_nothing_of_the_first():
    """Guards against columns of a longer text, or its padding, that stay open in the bias."""
    model, (ids, keep_mask) = tiny("llama"), prompts(tokens=12)
    reader = GraphReader(engine.FusedLlama(model, packed=False))
    read_all(reader, ids, keep_mask, start=9)
    other = ids.flip(0)[:, :8]
    expected = expected_logits(model, other, None)[:, 4:]
    assert (read_all(reader, other, None, start=5) - expected).abs().max() < 1e-5


def test_texts_of_about_one_length_share_a_recording():
    llama_, (ids, _) = engine.FusedLlama(tiny("llama"), packed=False), prompts()
    recordings = []
    for rows, longest in ((4, 20), (4, ROUND_UP), (4, ROUND_UP + 1), (2, ROUND_UP)):
        reader = GraphReader(llama_)
        reader.start(ids[:rows], None, longest)
        recordings.append(reader.recording)
        room = -(-longest // ROUND_UP) * ROUND_UP
        assert llama_.recording[0] == (rows, room)
        assert reader.cache.keys[0].shape[2] == reader.recording.bias.shape[-1] == room
    assert recordings[0] is recordings[1]
    assert len(set(map(id, recordings))) == 3


def test_the_bias_opens_one_column_a_step():
    ids, keep_mask = prompts()  # 9, 6, 2 and 9 tokens
    reader = GraphReader(engine.FusedLlama(tiny("llama"), packed=False))
    reader.start(ids, keep_mask, max_seq_len=12)
    bias = reader.recording.bias
    assert (bias == 0).sum(-1).flatten().tolist() == [9, 6, 2, 9]
    reader.step(ids[:, 0])
    assert (bias == 0).sum(-1).flatten().tolist() == [10, 7, 3, 10]
    assert (bias[..., 9] == 0).all() and bias.isfinite().all()


def test_its_rows_cannot_be_reordered():
    reader = GraphReader(engine.FusedLlama(tiny("llama"), packed=False))
    reader.start(prompts()[0], None, max_seq_len=12)
    with pytest.raises(ValueError, match="cannot reorder its rows; open the reader without graph"):
        reader.reorder(torch.tensor([1, 0, 2, 3]))


@pytest.mark.gpu
@pytest.mark.parametrize("padded", [False, True])
def test_a_replayed_graph_gives_the_clear_readers_text(padded):
    model, (ids, keep_mask) = llama().cuda(), prompts()
    settings = {"max_new_tokens": 60, "keep_mask": keep_mask if padded else None}
    for more in ({"temperature": 0}, {"top_p": 0.9, "generator": None}):
        texts = []
        for kind in ("clear", "fast", "fast"):  # the second time with the recording of the first
            if "generator" in more:
                more["generator"] = generator(6)
            texts.append(generate(model, ids, engine=kind, **settings, **more))
        assert torch.equal(texts[0], texts[1]) and torch.equal(texts[1], texts[2])
    assert isinstance(open_reader(model, "fast", rows=4), GraphReader)
