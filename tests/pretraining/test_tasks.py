"""The tasks of writing: what is drawn, judged and rewritten, and that batches go to the model."""

import pytest
import torch

from workbook.pretraining import copying_probe, data, entropy_bound, models, probing, tagging, tasks
from workbook.pretraining.models import ARCHITECTURES, Size
from workbook.training.batches import to_device
from workbook.training.packing import IGNORE

TINY = Size(hidden_size=24, blocks=2, heads=2, ffn_dim=32)


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_continuations_are_drawn_from_the_model(objective, tiny, tokenizer, monkeypatch):
    """Token by token against the model asked anew, without a loop over a batch."""
    monkeypatch.setattr(tasks, "NEW", 3)
    prompts, truth = tasks.beginnings(tokenizer, 2)
    assert prompts.shape == (2, tasks.PROMPT) and truth.shape == (2, 3)
    said = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=0)
    again = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=0)
    other = tasks.continued(objective, tiny[objective], tokenizer, prompts, seed=1)
    assert said.shape == (2, 3) and torch.equal(said, again) and not torch.equal(said, other)
    assert not set(said.flatten().tolist()) & set(tokenizer.all_special_ids)


def test_surprise_is_the_judges_loss_on_the_new_tokens(tiny_llama):
    prompts = torch.randint(3, 97, (3, 6), generator=torch.Generator().manual_seed(0))
    said = torch.randint(3, 97, (3, 4), generator=torch.Generator().manual_seed(1))
    labels = torch.cat([torch.full_like(prompts, IGNORE), said], 1)
    with torch.no_grad():
        loss = tiny_llama(input_ids=torch.cat([prompts, said], 1), labels=labels).loss.item()
    assert tasks.mean_nll(tiny_llama, prompts, said) == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize("objective", ["causal", "spans"])
def test_pairs_ask_for_the_polite_sentence_alone(objective, tokenizer):
    examples = tasks.pairs(3)
    batch = tasks.pair_batch(objective, examples, tokenizer)
    for (_, polite), labels in zip(examples, batch.labels, strict=True):
        said = tokenizer.decode(labels[labels != IGNORE], skip_special_tokens=True)
        assert said.strip() == polite
    if objective == "spans":
        assert torch.equal(batch.decoder_inputs[0, 1:4], batch.labels[0, :3])


def test_the_judges_loss_of_each_token_has_its_place(tiny_llama):
    prompts, said = torch.tensor([[3, 4, 5]]), torch.tensor([[6, 7]])
    each = tasks.token_nll(tiny_llama, prompts, said)
    assert each.shape == (1, 2)
    assert each.mean().item() == pytest.approx(tasks.mean_nll(tiny_llama, prompts, said))
    alone = tasks.token_nll(tiny_llama, prompts, said[:, :1])
    assert each[0, 0].item() == pytest.approx(alone.item(), rel=1e-4)


@pytest.mark.parametrize("objective", ["causal", "spans"])
def test_what_is_rewritten_is_the_greedy_answer(objective, tiny, tokenizer):
    """Token by token, with the batch that it is tuned on in place of the cache."""
    rude = "Wait outside, you nitterling!"
    said = tasks.rewritten(objective, tiny[objective], tokenizer, rude, most=3)
    answer = []
    for _ in range(3):
        batch = tasks.pair_batch(objective, [(rude, "x")], tokenizer)
        if objective == "spans":
            begin = torch.tensor([[tokenizer.bos_token_id, *answer]])
            logits = tiny[objective](batch.inputs, decoder_ids=begin)
        else:
            before = batch.inputs[:, : int((batch.labels == IGNORE).sum()) + 1]
            logits = tiny[objective](torch.cat([before, torch.tensor([answer]).long()], 1))
        answer.append(int(logits[0, -1].argmax()))
    assert said == tokenizer.decode(answer, skip_special_tokens=True).strip()


def test_an_encoder_alone_cannot_rewrite(tiny, tokenizer):
    assert tasks.rewriting("masked", tiny["masked"], tokenizer)["rewriting"] is None


def test_rewriting_tunes_a_copy_and_swaps_the_evidence(tiny, tokenizer, monkeypatch):
    monkeypatch.setattr(tasks, "TUNING_STEPS", 2)
    before = tiny["spans"].embedding.weight.clone()
    found = tasks.rewriting("spans", tiny["spans"], tokenizer)
    assert torch.equal(tiny["spans"].embedding.weight, before)
    assert found["rewriting"] != found["rewriting_blind"] and 0 < found["rewriting"] < 9


def everything(objective, model, tokenizer, judge):
    """Every function of the lesson that asks a model something."""
    tasks.all_tasks(objective, model, tokenizer, 0, judge)
    for half in probing.HALVES:
        probing.fill_in(objective, model, tokenizer, probing.blanks(3, half))
    tagger = tagging.Tagger(objective, model).to(next(model.parameters()).device)
    tagging.predicted_tags(tagger, tagging.tagged(2, tokenizer), tokenizer.pad_token_id)
    for where in copying_probe.PLACES:
        copying_probe.gained(objective, model, tokenizer, where)
    if objective == "spans":
        copying_probe.cross_attention(model, tokenizer, tasks.pairs(3))
    if objective == "causal":
        texts = entropy_bound.held_out(data.town_documents(4), tokenizer, 3)
        entropy_bound.causal_loss_on(model, texts)
        assert len(entropy_bound.mean_nll(model, texts.texts, tokenizer)) == 3


@pytest.fixture
def few(monkeypatch):
    """Little of everything, so that all of it can be asked in a second."""
    for module, name, value in (
        (tasks, "ASKED", 3), (tasks, "NEW", 2), (tasks, "TUNING_STEPS", 2),
        (probing, "EXAMPLES", 12), (probing, "FEW", 6),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_every_batch_goes_to_the_models_device(
    objective, tiny, tokenizer, tiny_llama, few, monkeypatch
):
    """On a GPU the lesson crashed: batches stayed on the CPU. Here each tensor that a model reads
    must have come through `to_device`, whatever the device is."""
    moved, read = [], []

    def moving(batch, device):
        found = to_device(batch, device)
        parts = found if isinstance(found, tuple) else (found,)
        moved.extend(part for part in parts if part is not None)
        return found

    def reads(_module, inputs):
        given = [part for part in inputs if isinstance(part, torch.Tensor)]
        read.extend(given)
        assert all(any(part is one for one in moved) for part in given)

    monkeypatch.setattr(models, "to_device", moving)
    monkeypatch.setattr(entropy_bound, "to_device", moving)
    monkeypatch.setattr(tasks, "tuned", lambda _objective, model, *_: model)
    monkeypatch.setattr(tasks, "mean_nll", lambda *_: 0.0)
    modules = (tiny[objective], tiny[objective].embedding)  # `encode` goes by the second alone
    hooks = [module.register_forward_pre_hook(reads) for module in modules]
    try:
        everything(objective, tiny[objective], tokenizer, tiny_llama)
    finally:
        for hook in hooks:
            hook.remove()
    assert len(read) > 20


@pytest.mark.gpu
@pytest.mark.parametrize("objective", ARCHITECTURES)
def test_everything_works_on_a_gpu(objective, tokenizer, tiny_llama, few):
    model = models.build(objective, tokenizer, 0, TINY).eval().cuda()
    everything(objective, model, tokenizer, tiny_llama.cuda())
    if objective != "masked":
        tasks.rewritten(objective, model, tokenizer, "You clod!", most=2)
    tiny_llama.cpu()
