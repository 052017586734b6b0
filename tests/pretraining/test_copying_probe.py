"""What evidence saves: what is hidden, what is swapped, and where the decoder looks."""

import pytest
import torch

from workbook.pretraining import charts, copying_probe, models
from workbook.pretraining.models import ARCHITECTURES, Size
from workbook.pretraining.objectives import IGNORE

RUDE = ["Mend the kettle by noon, Spoddle, you oaf!", "Where is my coat, you lump?"]
POLITE = ["Dear Spoddle, could you mend the kettle by noon?", "Could you tell me where my coat is?"]


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_the_end_is_hidden_and_the_evidence_is_not(objective, tokenizer):
    batch = copying_probe.hidden_pieces(objective, tokenizer, RUDE, POLITE)
    for rude, polite, read, labels in zip(RUDE, POLITE, batch.inputs, batch.labels, strict=True):
        asked = labels[labels != IGNORE]
        end = tokenizer.decode(asked, skip_special_tokens=True)
        assert polite.endswith(end) and len(end) > 5 and asked[-1] == tokenizer.eos_token_id
        seen = read if objective != "causal" else read[: int((labels != IGNORE).nonzero()[0]) + 1]
        said = tokenizer.decode(seen)
        assert rude in said and polite not in said


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_only_the_evidence_is_swapped(objective, tokenizer):
    """The same tokens are asked for, at another place if another's remark is longer."""
    own = copying_probe.hidden_pieces(objective, tokenizer, RUDE, POLITE)
    other = copying_probe.hidden_pieces(objective, tokenizer, RUDE[::-1], POLITE)
    asked = [[row[row != IGNORE].tolist() for row in batch.labels] for batch in (own, other)]
    assert asked[0] == asked[1] and not torch.equal(own.inputs, other.inputs)


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_a_gap_in_the_middle_leaves_both_sides(objective, tokenizer):
    """Five tokens are asked for; the encoder reads on behind them, the decoder does not."""
    batch = copying_probe.hidden_pieces(objective, tokenizer, RUDE, POLITE, "middle")
    for rude, polite, read, labels in zip(RUDE, POLITE, batch.inputs, batch.labels, strict=True):
        asked = labels[labels != IGNORE]
        gone = tokenizer.decode(asked)
        assert len(asked) == 5 and gone in polite and not polite.endswith(gone)
        said = tokenizer.decode(read)
        before, after = polite.split(gone)
        assert f"Rude: {rude}\nPolite: {before}" in said and before
        assert (after in said) is (objective != "causal")


def test_an_unknown_place_is_one_sentence(tokenizer):
    with pytest.raises(ValueError, match="there are end, middle"):
        copying_probe.hidden_pieces("causal", tokenizer, RUDE, POLITE, "start")


class Copier(torch.nn.Module):
    """Sure of a token if it stands in what was read, and of nothing else."""

    def __init__(self, batches):
        super().__init__()
        self.batches, self.call = batches, 0

    def forward(self, ids, decoder_ids=None, keep_mask=None):
        labels = self.batches[self.call].labels
        self.call += 1
        there = torch.stack(
            [torch.isin(said, read) for said, read in zip(labels, ids, strict=True)]
        )
        logits = torch.zeros(*labels.shape, 2048)
        return logits.scatter(2, labels.clamp(min=0)[..., None], 8.0 * there[..., None])


def test_a_model_that_copies_gains(tokenizer, monkeypatch):
    monkeypatch.setattr(copying_probe, "pairs", lambda count: list(zip(RUDE, POLITE, strict=True)))
    both = [
        copying_probe.hidden_pieces("spans", tokenizer, rude, POLITE) for rude in (RUDE, RUDE[::-1])
    ]
    own, other = copying_probe.evidence_losses("spans", Copier(both), tokenizer)
    assert other - own > 1
    assert copying_probe.gained("spans", Copier(both), tokenizer) == other - own


def test_a_model_that_cannot_look_gains_nothing(tokenizer):
    model = models.build("spans", tokenizer, 0, Size(24, 2, 2, 32)).eval()
    assert copying_probe.gained("spans", model, tokenizer) != 0
    torch.nn.init.zeros_(model.decoder.blocks[0].cross.out.weight)
    assert copying_probe.gained("spans", model, tokenizer) == pytest.approx(0, abs=1e-6)


def test_cross_attention_is_that_of_the_call_and_leaves_no_trace(tokenizer):
    """Of two pairs in one batch as of each alone: padding is neither looked at nor listed."""
    model = models.build("spans", tokenizer, 0, Size(24, 4, 2, 32)).eval()
    examples = list(zip(RUDE, POLITE, strict=True))
    both = copying_probe.cross_attention(model, tokenizer, examples)
    for looks, example in zip(both, examples, strict=True):
        assert looks.weights.shape == (2, len(looks.said), len(looks.read))
        assert torch.allclose(looks.weights.sum(-1), torch.ones(2, len(looks.said)), atol=1e-5)
        assert looks.said[-1] == "<|end|>" and example[1].endswith("".join(looks.said[:-1]))
        (alone,) = copying_probe.cross_attention(model, tokenizer, [example])
        assert alone.read == looks.read and alone.said == looks.said
        assert torch.allclose(alone.weights, looks.weights, atol=1e-5)
    assert model.decoder.blocks[-1].cross.on_weights is None


def test_copying_by_hand():
    """Head 0 looks at the word itself, head 1 elsewhere; what was not read does not count."""
    weights = torch.tensor([[[1.0, 0, 0], [0, 0, 1]], [[0.25, 0.75, 0], [1, 0, 0]]])
    looks = copying_probe.Looks(["a", "b", "c"], ["a", "x"], weights)
    assert looks.copying().tolist() == [1.0, 0.25]
    assert looks.chance() == pytest.approx(1 / 3)
    heads, chance = copying_probe.copying_heads(
        [looks, copying_probe.Looks(["a"], ["a"], weights[:, :1, :1])]
    )
    assert heads.tolist() == [1.0, 0.25] and chance == pytest.approx(2 / 3)
    assert looks.table(1)["looked at most"].tolist() == ["b", "a"]
    figure = charts.looks_chart(looks, 1)
    assert [list(row) for row in figure.data[0].z] == [[0.25, 0.75, 0], [1, 0, 0]]
    assert list(figure.layout.yaxis.ticktext) == ["a", "x"]
