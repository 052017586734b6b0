"""The whole way on real text: dialogues of people, a tokenizer and an encoder-decoder from nothing.

Four hundred dialogues teach a new model how summaries of this data sound, not to read: it passes
the untrained model by far and stays below the first words of the dialogue. It proves the way
from a file to a score, no more; for good summaries one starts from a pretrained model.
"""

from statistics import mean

import pytest
import torch
from dialogue_scores import lead, rouge

from workbook.evaluation import paired_bootstrap
from workbook.town.dialogues import load_dialogues
from workbook.training import FitConfig, fit, mean_loss
from workbook.training.data import SUMMARISE
from workbook.training.models import small_t5
from workbook.training.seq2seq import Pairs, answers, pair, seq2seq_loss
from workbook.training.tokenizer import train_tokenizer

LENGTH, VOCABULARY = 320, 4096


def prompt(row):
    return SUMMARISE.format(dialogue=row.dialogue)


@pytest.fixture
def dialogues(shared_data, monkeypatch):
    """(train, held out): no dialogue is in both."""
    monkeypatch.setenv("WORKBOOK_DIALOGUES", str(shared_data / "dialogsum/dialogsum.dev.jsonl"))
    train, *others = (load_dialogues(split) for split in ("train", "validation", "test"))
    held_out = [each for other in others for each in other]
    assert not {each.dialogue for each in train} & {each.dialogue for each in held_out}
    return train, held_out


@pytest.mark.slow
def test_a_model_from_nothing_learns_from_real_dialogues(dialogues, record_property):
    train, held_out = dialogues
    tokenizer = train_tokenizer((f"{each.dialogue}\n{each.summary}" for each in train), VOCABULARY)
    for each in held_out:  # bytes it never met as words come through, too
        ids = tokenizer.encode(each.dialogue, add_special_tokens=False)
        assert tokenizer.decode(ids) == each.dialogue
    model = small_t5(tokenizer, dropout=0.1).eval()
    batches, judged = (
        Pairs(
            [pair(tokenizer, prompt(each), each.summary) for each in rows],
            8, LENGTH, model.config,
        )
        for rows in (train, held_out)
    )  # fmt: skip
    asked = [prompt(each) for each in held_out]
    wanted = [each.summary for each in held_out]
    before = rouge(answers(model, tokenizer, asked, 40), wanted)

    evaluate = mean_loss(seq2seq_loss, [judged.batch(n) for n in range(judged.per_epoch)])
    with torch.no_grad():
        loss_before = evaluate(model)
    config = FitConfig(
        steps=160, optimiser="muon", learning_rate=3e-3, muon_learning_rate=0.02, device="cpu"
    )
    run = fit(model, batches, seq2seq_loss, config, evaluate=evaluate, progress=False)
    assert mean(run.losses[-10:]) < mean(run.losses[:10]) - 2
    assert run.best["loss"] < loss_before - 3

    after = rouge(answers(model.eval(), tokenizer, asked, 40), wanted)
    gain = paired_bootstrap(before, after)
    assert gain.low > 0.1, gain
    baseline = mean(rouge([lead(each.dialogue) for each in held_out], wanted))
    for name, value in {"before": mean(before), "after": mean(after), "lead": baseline}.items():
        record_property(f"rouge1_{name}", round(value, 3))
        print(f"ROUGE-1 {name}: {value:.3f}")
    assert 0.2 < baseline < 0.35  # of the real data, whatever the model did
